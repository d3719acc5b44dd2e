"""What travels with a table, a model and a photograph, as frozen types; no torch, no arrays."""
