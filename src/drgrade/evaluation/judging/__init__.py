"""The whole judgement of one table, composed of scores and warnings."""
