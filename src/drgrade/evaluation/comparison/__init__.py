"""Several graders on the same photographs."""
