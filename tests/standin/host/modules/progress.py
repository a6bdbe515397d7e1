"""What the page asks for while a task runs."""

from __future__ import annotations

import base64
import io
import random
import string
import time
from types import SimpleNamespace
from typing import Optional

from pydantic import BaseModel

from modules import shared

current = SimpleNamespace(task=None)
pending_tasks: dict[str, float] = {}
finished_tasks: list[str] = []
recorded_results: list[tuple] = []


def start_task(id_task):
    current.task = id_task
    pending_tasks.pop(id_task, None)


def finish_task(id_task):
    if current.task == id_task:
        current.task = None
    finished_tasks[:] = [*finished_tasks[-15:], id_task]


def create_task_id(task_type):
    letters = random.choices(string.ascii_uppercase + string.digits, k=7)
    return f"task({task_type}-{''.join(letters)})"


def record_results(id_task, res):
    recorded_results[:] = [*recorded_results[-1:], (id_task, res)]


def add_task_to_queue(id_job):
    pending_tasks.update({id_job: time.time()})


class ProgressRequest(BaseModel):
    id_task: Optional[str] = None  # noqa: UP045 - pydantic 1 on Python 3.10
    id_live_preview: int = -1
    live_preview: bool = True


def setup_progress_api(app):
    app.add_api_route("/internal/progress", progressapi, methods=["POST"])
    pending = {"/internal/pending-tasks": lambda: {"size": len(pending_tasks), "tasks": list(pending_tasks)}}
    for path, endpoint in pending.items():
        app.add_api_route(path, endpoint, methods=["GET"])


def fraction_done():
    state = shared.state
    if state.job_count <= 0:
        return 0
    steps = state.sampling_step / state.sampling_steps if state.sampling_steps > 0 else 0
    return min((state.job_no + steps) / state.job_count, 1)


def progressapi(req: ProgressRequest):
    state, active = shared.state, req.id_task == current.task
    order = sorted(pending_tasks, key=pending_tasks.get)
    queued = req.id_task in order
    answer = {"active": active, "queued": queued, "completed": req.id_task in finished_tasks, "progress": None}
    answer |= {"eta": None, "live_preview": None, "id_live_preview": -1, "textinfo": "Waiting..."}
    if not active:
        if queued:
            answer["textinfo"] = f"In queue: {order.index(req.id_task) + 1}/{len(order)}"
        return answer
    done, elapsed = fraction_done(), time.time() - state.time_start
    answer |= {"progress": done, "eta": elapsed / done - elapsed if done > 0 else None, "textinfo": state.textinfo}
    answer["id_live_preview"] = req.id_live_preview
    if shared.opts.live_previews_enable and req.live_preview:
        state.set_current_image()
        if state.id_live_preview != req.id_live_preview and state.current_image is not None:
            answer |= {"live_preview": _data_uri(state.current_image), "id_live_preview": state.id_live_preview}
    return answer


def _data_uri(image):
    kind, buffer = shared.opts.live_previews_image_format, io.BytesIO()
    image.save(buffer, format=kind)
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode('ascii')}"
