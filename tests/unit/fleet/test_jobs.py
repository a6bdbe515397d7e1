"""A job against a server that answers what the test says: what is taken, what is refused, and what is trouble."""

import io
import json
import threading
from contextlib import nullcontext
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest
import requests
from PIL import Image

from sd_expression_grid.fleet import client, jobs
from sd_expression_grid.fleet.jobs import Job, run_job
from sd_expression_grid.fleet.protocol import (
    ANSWER_FIELD,
    Inspection,
    MadeCell,
    Request,
    cell_to_dict,
    inspection_to_dict,
)
from sd_expression_grid.plan.forecast import Calls, Cost
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import CellKey

KEY = CellKey(expression="sad", character="Noor", seed=1)
OTHER_KEY = replace(KEY, expression="happy")
INSPECTION = Inspection(
    study=study_from_dict({"expressions": "sad", "characters": "Noor", "seeds": [1]}),
    identities={KEY: "abc"},
    cost=Cost(calls=Calls(first_pass=20, shared=5), shares=True, whole_calls=True),
    fingerprint={"the checkpoint": "b17c"},
)
LOOK = Job(
    request=Request(kind="look", study={}, seed=1, variation_seed=2, title="sweep 1: "), settings={}, patience=60
)
MAKE = replace(LOOK, request=replace(LOOK.request, kind="make"), keys=(KEY,))


def png():
    data = io.BytesIO()
    Image.effect_noise((64, 64), 50).save(data, format="PNG")
    return data.getvalue()


CELL = MadeCell(key=KEY, status="done", identity="abc", infotext="x", png=png())


@pytest.fixture
def webserver(monkeypatch):
    """``answer`` (status, bytes) is what it says to txt2img once ``may_answer`` is set; ``seen`` has the requests.

    It tells its progress only once it has been asked for something: the two calls come from two threads.
    """
    monkeypatch.setattr(client, "POLL_SECONDS", 0.01)
    monkeypatch.delenv("SD_WEBUI_AUTH", raising=False)
    here = SimpleNamespace(
        answer=(200, b"{}"), progress={}, may_answer=threading.Event(), asked=threading.Event(), seen=[]
    )
    here.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            here.seen.append((self.path, json.loads(body) if body else None, self.headers["Authorization"]))
            here.asked.set()
            if self.path.endswith("interrupt"):
                here.may_answer.set()
                self._say(200, b"{}")
            else:
                here.may_answer.wait()
                self._say(*here.answer)

        def do_GET(self):
            here.asked.wait()
            self._say(200, json.dumps(here.progress).encode())

        def _say(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        threading.Thread(target=listening.serve_forever, args=(0.005,), daemon=True).start()
        here.url = f"http://127.0.0.1:{listening.server_port}"
        yield here
        here.may_answer.set()
        here.asked.set()
        listening.shutdown()


def answering(webserver, answer):
    info = {"extra_generation_params": {ANSWER_FIELD: answer}}
    webserver.answer = (200, json.dumps({"info": json.dumps(info)}).encode())


def never():
    return False


def test_an_inspection_comes_as_it_was_sent(webserver):
    answering(webserver, inspection_to_dict(INSPECTION))
    reply = run_job(LOOK, webserver.url, never)
    assert (reply.inspection, reply.refused, reply.trouble) == (INSPECTION, "", "")
    assert reply.seconds > 0


def test_cells_come_as_they_were_sent(webserver):
    answering(webserver, [cell_to_dict(CELL)])
    assert run_job(MAKE, webserver.url, never).cells == (CELL,)


def test_the_request_is_a_call_of_the_script_that_saves_and_sends_nothing(webserver):
    settings = {"steps": 6, "prompt": "a cat", "script_name": "Another", "save_images": True, "send_images": True}
    run_job(replace(MAKE, settings=settings), webserver.url, never)
    [(path, body, authorization)] = webserver.seen
    assert path == "/sdapi/v1/txt2img"
    assert authorization is None
    assert json.loads(*body.pop("script_args")) == {
        "ask": "make", "study": {}, "seed": 1, "variation_seed": 2, "title": "sweep 1: ",
    }  # fmt: skip
    assert body == {
        "steps": 6, "prompt": "a cat", "negative_prompt": "", "styles": [], "save_images": False, "send_images": False,
        "script_name": "Expression grid",
    }  # fmt: skip


def test_user_and_password_go_along(webserver, monkeypatch):
    monkeypatch.setenv("SD_WEBUI_AUTH", "ann:secret")
    run_job(LOOK, webserver.url, never)
    assert webserver.seen[0][2] == "Basic YW5uOnNlY3JldA=="


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ([1], "a list instead of the keys study, identities, cost, equipment"),
        ({"cost": None},
         "the keys study, identities, equipment instead of the keys study, identities, cost, equipment"),
        ({"identities": [["sad", "Noor", "1", "abc"]]},
         "['sad', 'Noor', '1', 'abc'] instead of values of the types str, str, int, str"),
        ({"identities": [["sad", "Noor", 1]]}, "['sad', 'Noor', 1] instead of values of the types str, str, int, str"),
        ({"equipment": {"the checkpoint": 1}}, "[1] instead of values of the types str"),
        ({"cost": {"calls": {"first_pass": 1}, "shares": True, "whole_calls": True}},
         "the keys first_pass instead of the keys first_pass, shared, hires_pass, parts"),
        ({"identities": [["x" * 300, 1, 1, "a"]]}, f"['{'x' * 198} instead of values of the types str, str, int, str"),
    ],
)  # fmt: skip
def test_an_inspection_that_is_none_is_trouble(webserver, answer, said):
    whole = {**inspection_to_dict(INSPECTION), **answer} if isinstance(answer, dict) else answer
    answering(webserver, {key: value for key, value in whole.items() if value} if whole is not answer else answer)
    reply = run_job(LOOK, webserver.url, never)
    assert reply.inspection is None
    assert reply.trouble == f"does not tell what it has ({said}); is the extension there another version?"


def test_a_study_that_cannot_be_read_is_refused(webserver):
    answering(webserver, {**inspection_to_dict(INSPECTION), "study": {"expressions": 3}})
    assert "expressions: must be" in run_job(LOOK, webserver.url, never).refused


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("none", "answered with cells that cannot be read: 'none' instead of a list of cells"),
        ([{}], "answered with cells that cannot be read"),
        ([{**cell_to_dict(CELL), "png": "bm8gcGljdHVyZQ=="}],
         "answered with a picture that cannot be read: cannot identify image file"),
        ([cell_to_dict(replace(CELL, png=png()[:1000]))], "answered with a picture that cannot be read: "),
        ([], "answered with other cells than it was asked for"),
        ([cell_to_dict(replace(CELL, key=OTHER_KEY))], "answered with other cells than it was asked for"),
        ([cell_to_dict(CELL)] * 2, "answered with other cells than it was asked for"),
    ],
)  # fmt: skip
def test_cells_that_are_none_are_trouble(webserver, answer, said):
    answering(webserver, answer)
    reply = run_job(MAKE, webserver.url, never)
    assert reply.cells == ()
    assert reply.trouble.startswith(said)


def broken(*_):
    raise TypeError("a fault of our own")


@pytest.mark.parametrize(("job", "reads"), [(LOOK, "inspection_from_dict"), (MAKE, "cells_from_list")])
def test_a_fault_of_our_own_is_not_blamed_on_the_webui(webserver, monkeypatch, job, reads):
    answering(webserver, [])
    monkeypatch.setattr(jobs, reads, broken)
    with pytest.raises(TypeError, match="a fault of our own"):
        run_job(job, webserver.url, never)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (200, b"<html>hello</html>", "answered something that is not JSON"),
        (200, b'{"info": "{}"}', "answered without what it was asked for"),
        (200, b'{"info": "no JSON"}', "answered without what it was asked for"),
        (200, b'{"info": "[]"}', "answered without what it was asked for"),
        (200, b'{"info": 3}', "answered without what it was asked for"),
        (200, b"null", "answered without what it was asked for"),
        (500, b'{"errors": "CUDA  out of\\nmemory", "detail": ""}', "answered with HTTP 500: CUDA out of memory"),
        (502, b"<html>bad gateway</html>", "answered with HTTP 502: no reason given"),
    ],
)
def test_nonsense_and_failures_are_trouble(webserver, status, body, said):
    webserver.answer = (status, body)
    reply = run_job(LOOK, webserver.url, never)
    assert (reply.trouble, reply.refused) == (said, "")


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {"detail": "Not authenticated"},
         "asks for a user and password; set SD_WEBUI_AUTH to user:password of its --api-auth"),
        (404, {"detail": "Not Found"}, "has no API; start the WebUI with --api"),
        (422, {"detail": "Script 'Expression grid' not found"},
         "has no extension 'Expression grid', or one that is disabled"),
        (422, {"detail": "characters: there is no LoRA named 'Nor'"}, "characters: there is no LoRA named 'Nor'"),
        (422, {"detail": [{"loc": ["steps"]}]}, "does not take the settings of txt2img: [{'loc': ['steps']}]"),
        (400, {"detail": "no"}, "does not take the settings of txt2img: no"),
        (499, {}, "does not take the settings of txt2img: no reason given"),
    ],
)  # fmt: skip
def test_what_the_webui_refuses_is_told(webserver, status, body, said):
    webserver.answer = (status, json.dumps(body).encode())
    reply = run_job(LOOK, webserver.url, never)
    assert (reply.refused, reply.trouble) == (said, "")


def test_a_wrong_password_variable_is_refused(webserver, monkeypatch):
    monkeypatch.setenv("SD_WEBUI_AUTH", "secret")
    reply = run_job(LOOK, webserver.url, never)
    assert reply.refused == "SD_WEBUI_AUTH: must be user:password"
    assert webserver.seen == []


def test_where_no_server_is_there_is_trouble(webserver):
    webserver.url = "http://127.0.0.1:1"
    assert run_job(LOOK, webserver.url, never).trouble == "cannot be reached, or broke the connection off"
    assert run_job(replace(LOOK, startup_delay=60), webserver.url, never).trouble == "cannot be reached"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (requests.ConnectTimeout("x"), "did not answer in time"),
        (requests.ReadTimeout("x"), "did not answer in time"),
        (requests.exceptions.SSLError("self\n signed"), "has no certificate that is trusted: self signed"),
        (requests.ConnectionError("x"), "cannot be reached, or broke the connection off"),
        (requests.TooManyRedirects("in a  circle" + "!" * 300), "in a circle" + "!" * 289),
    ],
)
def test_what_goes_wrong_on_the_way_is_told(webserver, monkeypatch, error, said):
    def fails(*_, **__):
        webserver.asked.set()
        raise error

    monkeypatch.setattr(client.requests, "request", fails)
    assert run_job(LOOK, webserver.url, never).trouble == said


def test_a_webui_that_has_just_started_is_given_time(webserver, monkeypatch):
    slept = []
    monkeypatch.setattr(jobs.time, "sleep", lambda seconds: slept.append((seconds, list(webserver.seen))))
    answering(webserver, inspection_to_dict(INSPECTION))
    assert run_job(replace(LOOK, startup_delay=5), webserver.url, never).inspection == INSPECTION
    assert slept == [(5, [])]


@pytest.mark.parametrize(
    ("url", "address"),
    [("http://a", ("a", 80)), ("https://a/sd", ("a", 443)), ("http://a:7860", ("a", 7860))],
)
def test_a_server_is_looked_for_at_its_port(monkeypatch, url, address):
    tried = []
    monkeypatch.setattr(client.socket, "create_connection", lambda where, timeout: tried.append(where) or nullcontext())
    assert client.WebUIClient(url, None).is_listening()
    assert tried == [address]


def test_a_webui_without_progress_is_given_up(webserver):
    webserver.may_answer.clear()
    webserver.progress = {"textinfo": "sweep 1: 1 of 2", "progress": 0.5, "state": {"job_count": 1}}
    reply = run_job(replace(MAKE, patience=0.05), webserver.url, never)
    assert reply.trouble == "showed no progress for 0.05 seconds"


def test_the_users_stop_interrupts_what_the_webui_makes_for_us(webserver):
    answering(webserver, [cell_to_dict(CELL)])
    webserver.may_answer.clear()
    webserver.progress = {"textinfo": "sweep 1: 1 of 2"}
    assert run_job(MAKE, webserver.url, lambda: True).cells == (CELL,)
    asked_for = dict.fromkeys(path for path, *_ in webserver.seen)  # until the answer is there, it interrupts again
    assert list(asked_for) == ["/sdapi/v1/txt2img", "/sdapi/v1/interrupt"]


@pytest.mark.parametrize("progress", [{"textinfo": "another's work"}, {"textinfo": None}, {}])
def test_the_users_stop_leaves_alone_what_the_webui_makes_for_others(webserver, progress):
    webserver.may_answer.clear()
    webserver.progress = progress
    reply = run_job(replace(MAKE, patience=0.05), webserver.url, lambda: True)
    assert reply.trouble == "showed no progress for 0.05 seconds"
    assert [path for path, *_ in webserver.seen] == ["/sdapi/v1/txt2img"]
