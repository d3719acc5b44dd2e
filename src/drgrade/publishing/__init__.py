"""From a trained grader to a file for others: shipped, calibrated, described."""
