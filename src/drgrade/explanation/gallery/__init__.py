"""A page of photographs with their answers, sorted by what has to be done; no torch."""
