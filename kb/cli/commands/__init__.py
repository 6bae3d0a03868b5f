"""One file a command or family of commands."""
