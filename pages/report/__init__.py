"""A week as one file: HTML with its drawings inside, no script, nothing fetched, made to be printed."""
