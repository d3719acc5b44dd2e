"""Training, whole experiments, and the course lab."""
