"""`drgrade data`: tables, squares, masks, synthetic sets and dust."""
