"""Settings from YAML and environment, and the one composition root."""
