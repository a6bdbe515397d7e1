"""The way of a study through the WebUI."""
