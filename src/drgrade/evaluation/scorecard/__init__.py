"""The whole evaluation of one table, composed of scores and checks."""
