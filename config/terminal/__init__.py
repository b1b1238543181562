"""What the terminal shows and asks; nothing here opens a store or knows an adapter."""
