"""Networks, where their weights come from, and the one path to a prediction."""
