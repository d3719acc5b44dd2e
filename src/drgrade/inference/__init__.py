"""One path from a photograph to its row: prepared, through an engine, decoded. No torch here."""
