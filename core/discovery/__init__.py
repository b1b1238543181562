"""Which symbols a strategy should look at: pure functions over one panel of the whole market."""
