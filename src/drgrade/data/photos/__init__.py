"""From a photo file to the square a network reads, or a refusal with its reason."""
