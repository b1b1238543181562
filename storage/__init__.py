"""Everything that is kept: the event log, its migrations and the read models derived from it."""
