"""Other people's extensions, as they are: beside ours in the WebUI that $A1111_DIR names; chosen with -m companions."""
