"""What is wrong with a set: duplicates, label conflicts, shortcuts, dust."""
