"""The extension's own settings in the WebUI's settings page."""

from __future__ import annotations

from modules import shared

SECTION = ("expression_grid", "Expression grid")
SHARED_STEPS = "expression_grid_shared_steps"


def add_settings() -> None:
    """The ``ui_settings`` callback."""
    shared.opts.add_option(
        SHARED_STEPS,
        shared.OptionInfo(
            True,  # noqa: FBT003 - the WebUI's signature
            "Share the composition steps among the rows of a column",
            section=SECTION,
        ).info("the same pictures in less time"),
    )


def shares_steps() -> bool:
    """Whether composition steps are to be shared."""
    return bool(getattr(shared.opts, SHARED_STEPS, True))
