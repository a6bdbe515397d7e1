"""The panel of the script in the txt2img page."""
