"""The warnings: each fires, stays silent, or could not be made."""
