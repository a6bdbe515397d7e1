"""Errors on the console; `records` keeps them for tests."""

import sys
import traceback

records: list[str] = []


def report(message, *, exc_info=False):
    records.append(f"{message}\n{traceback.format_exc()}" if exc_info else message)
    sys.stderr.write("".join(f"*** {line}\n" for line in message.split("\n")))
    if exc_info:
        traceback.print_exc()


def display(e, task, *, full_traceback=False):
    records.append(f"{task}: {type(e).__name__}: {e}")
    sys.stderr.write(f"{task}: {type(e).__name__}\n")
    traceback.print_exception(e, limit=None if full_traceback else -6)
