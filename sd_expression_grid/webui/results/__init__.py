"""What the page and the API show of a study."""
