"""The WebUI runs this before every start. Everything the extension needs is part of the WebUI already."""
