"""Models for others: the graph of a network, the exported file and the proof of its grades."""
