"""Language models: over the wire, by rules, and the wrappers that record and replay."""
