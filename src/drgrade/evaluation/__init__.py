"""Everything that judges a model; no torch in here."""
