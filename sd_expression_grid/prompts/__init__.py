"""The WebUI's prompt syntax: brackets, edits, network tags, infotexts."""
