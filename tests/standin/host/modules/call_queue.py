"""One job at a time, and errors shown on the page instead of pictures."""

import html
import threading
import time
from contextlib import contextmanager
from functools import wraps

from modules import errors, progress, shared

queue_lock = threading.Lock()


def wrap_queued_call(func):
    def queued(*values, **named):
        with queue_lock:
            return func(*values, **named)

    return queued


@contextmanager
def _task(name):
    """Queue a task of the page, wait for its turn, and tell the page of its end."""
    is_task = isinstance(name, str) and name.startswith("task(") and name.endswith(")")
    task = name if is_task else None
    if task:
        progress.add_task_to_queue(task)
    with queue_lock:
        shared.state.begin(task)
        progress.start_task(task)
        try:
            yield task
        finally:
            progress.finish_task(task)
        shared.state.end()


def wrap_gradio_gpu_call(func, extra_outputs=None):
    @wraps(func)
    def run(*values, **named):
        with _task(values[0] if values else None) as task:
            result = func(*values, **named)
            progress.record_results(task, result)
            return result

    return wrap_gradio_call(run, extra_outputs, True)


def wrap_gradio_call(func, extra_outputs=None, add_stats=False):
    @wraps(func)
    def run(*values, **named):
        try:
            return func(*values, **named)
        finally:
            state = shared.state
            state.skipped = state.interrupted = state.stopping_generation = False
            state.job_count, state.job = 0, ""

    return wrap_gradio_call_no_job(run, extra_outputs, add_stats)


def wrap_gradio_call_no_job(func, extra_outputs=None, add_stats=False):
    @wraps(func)
    def run(*values, **named):
        start = time.perf_counter()
        try:
            *shown, last = func(*values, **named)
        except Exception as error:
            errors.report(f"Error completing request {values} {named}"[:100_000], exc_info=True)
            shown = extra_outputs or [None, ""]
            last = f"<div class='error'>{html.escape(f'{type(error).__name__}: {error}')}</div>"
        if add_stats:
            seconds = f"<span class='measurement'>{time.perf_counter() - start:.1f} sec.</span>"
            last += f"<div class='performance'><p class='time'>Time taken: <wbr>{seconds}</p></div>"
        return (*shown, last)

    return run
