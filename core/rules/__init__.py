"""Pure rules over plain data: no port, no clock, no storage."""
