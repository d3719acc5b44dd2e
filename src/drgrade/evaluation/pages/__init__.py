"""Scorecards and comparisons as pages, and the figures that all pages share."""
