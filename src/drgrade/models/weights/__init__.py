"""Where the weights of a network start."""
