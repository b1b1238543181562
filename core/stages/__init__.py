"""The stages of a run, one a file: each turns one context into the next over the ports."""
