"""From ratings to answers."""
