"""What the pages are made of: cached reads, charts, cards, words and numbers."""
