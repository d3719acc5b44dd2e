"""From a table and a photo to pixels a network can read."""
