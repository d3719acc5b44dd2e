"""Public data sets and anybody's own tables, read into a manifest."""
