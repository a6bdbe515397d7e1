"""What the extension sees as the WebUI's own package; see tests/standin/__init__.py."""
