"""What a training leaves: tables, provenance, summaries and TensorBoard events."""
