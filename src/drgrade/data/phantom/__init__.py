"""Synthetic fundus photographs: known lesions, and a grade that follows from them."""
