"""One path from a photograph to an answer."""
