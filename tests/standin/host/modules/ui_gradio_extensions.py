"""Puts scripts and styles into the page's head."""

from pathlib import Path

import gradio as gr

from modules import paths_internal, scripts, shared

original_response = gr.routes.templates.TemplateResponse


def webpath(fn):
    return f"file={fn}?{Path(fn).stat().st_mtime}"


def javascript_html():
    own = str(Path(paths_internal.script_path, "script.js"))
    head = f"<script>var opts = {shared.opts.dumpjson()};</script>\n"
    files = [own, *(each.path for each in scripts.list_scripts("javascript", ".js"))]
    head += "".join(f'<script type="text/javascript" src="{webpath(file)}"></script>\n' for file in files)
    modules = [each.path for each in scripts.list_scripts("javascript", ".mjs")]
    return head + "".join(f'<script type="module" src="{webpath(file)}"></script>\n' for file in modules)


def css_html():
    files = scripts.list_files_with_name("style.css")
    return "".join(f'<link rel="stylesheet" property="stylesheet" href="{webpath(file)}">' for file in files)


def reload_javascript():
    def respond(*values, **named):
        response = original_response(*values, **named)
        head = f'{javascript_html()}<meta name="referrer" content="no-referrer"/></head>'
        response.body = response.body.replace(b"</head>", head.encode()).replace(
            b"</body>", f"{css_html()}</body>".encode()
        )
        response.init_headers()
        return response

    gr.routes.templates.TemplateResponse = respond
