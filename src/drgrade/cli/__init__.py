"""The command line: parse, delegate, print."""
