"""The HTTP API: the part of it that a grid script or its tests can want."""

import base64
import io
import time
from contextlib import closing
from secrets import compare_digest
from typing import Any

import gradio as gr
import networks
from fastapi import Depends, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBasic, HTTPBasicCredentials
from PIL import Image

from modules import (
    errors,
    images,
    infotext_utils,
    processing,
    progress,
    script_callbacks,
    scripts,
    sd_hijack,
    sd_models,
    sd_samplers,
    sd_schedulers,
    shared,
)  # fmt: skip
from modules.api import models
from modules.shared import opts, state
from tests.standin.portraits import painter


def encode_pil_to_base64(image):
    kind = opts.samples_format.lower()
    if kind not in {"png", "jpg", "jpeg", "webp"}:
        raise HTTPException(500, f"Invalid image format: {kind}")
    with io.BytesIO() as output:
        if kind == "png":
            image.save(output, format="PNG", pnginfo=images.png_texts(image.info))
        else:
            picture = image.convert("RGB") if image.mode in ("RGBA", "P") else image
            picture.save(output, format="WEBP" if kind == "webp" else "JPEG", quality=opts.jpeg_quality)
        return base64.b64encode(output.getvalue())


def decode_base64_to_image(encoding):
    try:
        return Image.open(io.BytesIO(base64.b64decode(encoding.partition(",")[2] or encoding)))
    except Exception as e:
        raise HTTPException(500, "Invalid encoded image") from e


def handle_exception(request, e):
    known = vars(e)
    error = {"error": type(e).__name__, "detail": known.get("detail", ""), "body": known.get("body", "")}
    error["errors"] = str(e)
    if not isinstance(e, HTTPException):
        errors.report(f"API error: {request.method}: {request.url} {error}", exc_info=True)
    return JSONResponse(status_code=known.get("status_code", 500), content=jsonable_encoder(error))


class Api:
    def __init__(self, app, queue_lock):
        self.app, self.queue_lock = app, queue_lock
        self.credentials = dict(pair.split(":") for pair in (shared.cmd_opts.api_auth or "").split(",") if pair)
        self._add_middleware()
        for route, endpoint in self._routes():
            method, path = route.split(" ")
            guard = [Depends(self.auth)] if self.credentials else None
            app.add_api_route(path, endpoint, methods=[method], dependencies=guard)
        self.default_script_arg_txt2img = self.init_default_script_args(scripts.scripts_txt2img)
        self.default_script_arg_img2img = self.init_default_script_args(scripts.scripts_img2img)

    def _routes(self):
        yield "POST /sdapi/v1/txt2img", self.text2imgapi
        yield "POST /sdapi/v1/img2img", self.img2imgapi
        yield "GET /sdapi/v1/progress", self.progressapi
        yield "POST /sdapi/v1/interrupt", self.interruptapi
        yield "POST /sdapi/v1/skip", self.skip
        yield "GET /sdapi/v1/options", self.get_config
        yield "POST /sdapi/v1/options", self.set_config
        yield "GET /sdapi/v1/scripts", self.get_scripts_list
        yield "GET /sdapi/v1/script-info", self.get_script_info
        yield "POST /sdapi/v1/png-info", self.pnginfoapi
        yield "GET /sdapi/v1/samplers", self.get_samplers
        yield "GET /sdapi/v1/schedulers", lambda: [vars(each) | {"function": None} for each in sd_schedulers.schedulers]
        yield "GET /sdapi/v1/sd-models", self.get_sd_models
        yield "GET /sdapi/v1/prompt-styles", lambda: [x._asdict() for x in shared.prompt_styles.styles.values()]
        yield "GET /sdapi/v1/loras", self.get_loras
        yield "POST /sdapi/v1/refresh-loras", self.refresh_loras
        yield "GET /sdapi/v1/embeddings", self.get_embeddings
        yield "POST /sdapi/v1/refresh-embeddings", self.refresh_embeddings
        yield "POST /sdapi/v1/reload-checkpoint", self.reload_checkpoint
        yield "GET /sdapi/v1/cmd-flags", lambda: vars(shared.cmd_opts)
        yield "POST /sdapi/v1/server-kill", lambda: state.give_server_command("stop")
        yield "POST /sdapi/v1/server-stop", lambda: state.give_server_command("stop")
        yield "POST /sdapi/v1/server-restart", state.request_restart
        yield "GET /standin/rows", lambda: vars(painter.counter)
        yield "POST /standin/reset", self.reset_rows
        yield "POST /standin/faults", self.set_faults
        yield "POST /standin/speed", self.set_speed

    def _add_middleware(self):
        @self.app.middleware("http")
        async def answer(request: Request, call_next):
            try:
                response = await call_next(request)
            except Exception as e:
                response = handle_exception(request, e)
            return response

        for kind in (Exception, HTTPException):
            self.app.add_exception_handler(kind, _handler)

    def auth(self, credentials: HTTPBasicCredentials = Depends(HTTPBasic())):  # noqa: B008 - FastAPI's way
        if compare_digest(credentials.password, self.credentials.get(credentials.username, "")):
            return True
        raise HTTPException(401, "Incorrect username or password", headers={"WWW-Authenticate": "Basic"})

    def init_default_script_args(self, runner):
        """Ask each script for its defaults, by calling its ui() twice more."""
        args = [None] * max([1, *(script.args_to or 0 for script in runner.scripts)])
        args[0] = 0
        with gr.Blocks(analytics_enabled=False):
            for script in runner.scripts:
                controls = script.ui(runner is scripts.scripts_img2img) and script.ui(script.is_img2img)
                if controls:
                    args[script.args_from : script.args_to] = [control.value for control in controls]
        return args

    def init_script_args(self, request, defaults, script, index, runner):
        args = list(defaults)
        if script:
            args[script.args_from : script.args_to] = request.script_args  # of whatever length
            args[0] = index + 1
        for name, given in (request.alwayson_scripts or {}).items():
            other = runner.scripts[_find_script(name, runner.scripts)]
            if not other.alwayson:
                raise HTTPException(422, "Cannot have a selectable script in the always on scripts params")
            for i, value in enumerate(given.get("args", [])[: other.args_to - other.args_from]):
                args[other.args_from + i] = value
        return args

    def apply_infotext(self, request):
        """Fill the fields that the request leaves open from its infotext, and the settings that differ."""
        if not request.infotext:
            return
        given = request.dict(exclude_unset=True)
        params = infotext_utils.parse_generation_parameters(request.infotext)
        for field in infotext_utils.paste_fields["txt2img"]["fields"]:
            value = (field.function or (lambda found, field=field: found.get(field.label)))(params)
            if field.api and field.api not in given and value is not None:
                setattr(request, field.api, models.KINDS[field.api](value))
        overrides = {name: value for _, name, value in infotext_utils.get_override_settings(params)}
        request.override_settings = {**overrides, **(request.override_settings or {})}

    def text2imgapi(self, txt2imgreq: models.StableDiffusionTxt2ImgProcessingAPI):
        self.apply_infotext(txt2imgreq)
        return self._answered(txt2imgreq, "txt2img", {})

    def img2imgapi(self, img2imgreq: models.StableDiffusionImg2ImgProcessingAPI):
        if not img2imgreq.init_images:
            raise HTTPException(404, "Init image not found")
        mask = decode_base64_to_image(img2imgreq.mask) if img2imgreq.mask else None
        pictures = [decode_base64_to_image(each) for each in img2imgreq.init_images]
        return self._answered(img2imgreq, "img2img", {"init_images": pictures, "mask": mask})

    def _answered(self, request, tab, pictures_given):
        runner = getattr(scripts, f"scripts_{tab}")
        task = request.force_task_id or progress.create_task_id(tab)
        index = _find_script(request.script_name, runner.selectable_scripts)
        script = None if index is None else runner.selectable_scripts[index]
        sampler, scheduler = sd_samplers.get_sampler_and_scheduler(
            request.sampler_name or request.sampler_index, request.scheduler
        )
        save = request.save_images
        update = {"sampler_name": sampler, "do_not_save_samples": not save, "do_not_save_grid": not save}
        fields = {**vars(request.copy(update=update)), **pictures_given}
        fields.pop("include_init_images", None)
        if not fields["scheduler"] and scheduler != "Automatic":
            fields["scheduler"] = scheduler
        for name in ("script_name", "script_args", "alwayson_scripts", "infotext", "sampler_index", "save_images"):
            fields.pop(name)
        send_images = fields.pop("send_images")
        args = self.init_script_args(request, getattr(self, f"default_script_arg_{tab}"), script, index, runner)
        progress.add_task_to_queue(task)
        with self.queue_lock:
            processed = self._generate(tab, task, fields, script, args)
        pictures = [encode_pil_to_base64(image) for image in processed.images] if send_images else []
        return models.TextToImageResponse(images=pictures, parameters=vars(request), info=processed.js())

    def _generate(self, tab, task, fields, script, args):
        kind = getattr(processing, f"StableDiffusionProcessing{tab.title().replace('img', 'Img')}")
        with closing(kind(sd_model=shared.sd_model, **fields)) as p:
            p.is_api = True
            p.scripts = getattr(scripts, f"scripts_{tab}")
            p.outpath_grids, p.outpath_samples = (
                getattr(opts, f"outdir_{tab}_{which}") for which in ("grids", "samples")
            )
            try:
                state.begin(job=f"scripts_{tab}")
                progress.start_task(task)
                p.script_args = args if script else tuple(args)
                processed = p.scripts.run(p, *p.script_args) if script else processing.process_images(p)
                progress.finish_task(task)
            finally:
                state.end()
                shared.total_tqdm.reset()
        return processed

    def progressapi(self, skip_current_image: bool = False):
        answer = {"progress": 0.0, "eta_relative": 0.0, "state": state.dict(), "current_image": None}
        answer |= {"textinfo": state.textinfo, "current_task": progress.current.task}
        if state.job_count == 0:
            return answer
        done = min(progress.fraction_done() + 0.01, 1)
        elapsed = time.time() - state.time_start
        state.set_current_image()
        if state.current_image is not None and not skip_current_image:
            answer["current_image"] = encode_pil_to_base64(state.current_image)
        return answer | {"progress": done, "eta_relative": elapsed / done - elapsed}

    def interruptapi(self):
        state.interrupt()
        return {}

    def skip(self):
        state.skip()

    def get_config(self):
        return {key: getattr(opts, key) for key in opts.data_labels}

    def set_config(self, req: dict[str, Any]):
        checkpoint = req.get("sd_model_checkpoint")
        if checkpoint is not None and checkpoint not in sd_models.checkpoint_aliases:
            raise RuntimeError(f"model {checkpoint!r} not found")
        for key, value in req.items():
            opts.set(key, value, is_api=True)
        opts.save(filename=shared.config_filename)

    def get_scripts_list(self):
        runners = {"txt2img": scripts.scripts_txt2img, "img2img": scripts.scripts_img2img}
        return {tab: [each.name for each in runner.scripts if each.name] for tab, runner in runners.items()}

    def get_script_info(self):
        both = [*scripts.scripts_txt2img.scripts, *scripts.scripts_img2img.scripts]
        return [script.api_info for script in both if script.api_info is not None]

    def pnginfoapi(self, req: models.PNGInfoRequest):
        geninfo, items = images.read_info_from_image(decode_base64_to_image(req.image.strip()))
        params = infotext_utils.parse_generation_parameters(geninfo or "")
        script_callbacks.infotext_pasted_callback(geninfo or "", params)
        return {"info": geninfo or "", "items": items, "parameters": params}

    def get_samplers(self):
        return [{"name": each.name, "aliases": each.aliases, "options": each.options} for each in sd_samplers.samplers]

    def get_sd_models(self):
        names = ("title", "model_name", "hash", "sha256", "filename")
        return [{name: getattr(each, name) for name in names} for each in sd_models.checkpoints_list.values()]

    def get_loras(self):
        found = networks.available_networks.values()
        return [{"name": x.name, "alias": x.alias, "path": x.filename, "metadata": x.metadata} for x in found]

    def refresh_loras(self):
        networks.list_available_networks()  # the Lora extension's own route

    def get_embeddings(self):
        known = sd_hijack.model_hijack.embedding_db
        kinds = {"loaded": known.word_embeddings, "skipped": known.skipped_embeddings}
        fields = ("step", "sd_checkpoint", "sd_checkpoint_name", "shape", "vectors")
        return {
            kind: {name: {field: getattr(each, field) for field in fields} for name, each in found.items()}
            for kind, found in kinds.items()
        }

    def refresh_embeddings(self):
        with self.queue_lock:
            sd_hijack.model_hijack.reload_embeddings(force=True)

    def reload_checkpoint(self):
        return {}

    def reset_rows(self):
        painter.counter.rows = painter.counter.calls = painter.counter.encoded = 0

    def set_faults(self, req: dict[str, str]):
        """Words and what they cause: "oom", "nan" or the message of a RuntimeError."""
        painter.faults.update(req)

    def set_speed(self, req: dict[str, float]):
        """The least time that a step takes, as ``seconds_per_step``."""
        vars(painter.speed).update(req)


async def _handler(request: Request, error: Exception):
    return handle_exception(request, error)


def _find_script(name, found):
    if not name:
        return None
    titles = [script.title().lower() for script in found]
    if name.lower() not in titles:
        raise HTTPException(status_code=422, detail=f"Script '{name}' not found")
    return titles.index(name.lower())
