"""A whole experiment as settings, and the folder a run leaves."""
