"""The page of a study: an HTML file beside its cells and their infotexts that needs no WebUI."""
