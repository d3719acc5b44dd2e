"""The first five minutes: a story in three parts, on synthetic photographs."""
