"""The course lab's results, their discussion and their page."""
