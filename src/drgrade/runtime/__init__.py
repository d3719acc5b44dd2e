"""Safe files, locks, workers, signals, progress."""
