"""Adapters of the ports: one a file; they never see storage, only the ports of core."""
