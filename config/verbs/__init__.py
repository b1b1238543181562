"""Groups of commands, each a module that adds its own to the command line."""
