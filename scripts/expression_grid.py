"""The WebUI's entry: the script in the txt2img dropdown, and the tab in which studies are rated.

The WebUI executes this file once more when its page is reloaded, and no longer knows any callback then.
"""

from modules import script_callbacks

from sd_expression_grid.webui.host.lacking import script_without

try:
    from sd_expression_grid.webui.panel.script import CALLBACKS, ExpressionGrid
except ImportError as error:
    CALLBACKS, ExpressionGrid = (), script_without(error)  # type: ignore[misc]

for register, callback in CALLBACKS:
    getattr(script_callbacks, register)(callback)
