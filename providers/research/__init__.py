"""Researchers: by rules, by a prompted model, and the wrapper that records them."""
