"""Prices: from files, simulated, recorded; and the exchange calendar."""
