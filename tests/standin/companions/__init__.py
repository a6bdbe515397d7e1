"""Other people's extensions in small: what such extensions do to a WebUI, each in a few lines."""

from pathlib import Path

HERE = Path(__file__).parent
PORTRAITS, LISTENER = HERE / "portraits", HERE / "listener"
"""Always-on scripts that are off at first, and a callback of the denoiser's calls that belongs to no script."""
