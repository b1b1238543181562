"""Brokers: simulated, and the replay of a recorded one."""
