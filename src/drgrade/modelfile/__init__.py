"""The model file without torch."""
