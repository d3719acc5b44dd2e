"""Manifests, predictions and splits as tables."""
