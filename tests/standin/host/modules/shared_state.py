"""What is being generated at the moment, and whether somebody wants it to stop."""

import datetime
import threading
import time

from modules import shared

SAID_BY_API = "skipped interrupted stopping_generation job job_count job_timestamp job_no sampling_step sampling_steps"


class State:
    job_timestamp = "0"

    def __init__(self):
        self.server_start, self.server_command = time.time(), None
        self._command_given = threading.Event()
        self._clear("", 0)

    def _clear(self, job, job_count):
        self.job, self.job_count, self.job_no = job, job_count, 0
        self.time_start, self.processing_has_refined_job_count = time.time(), False
        self.sampling_step = self.sampling_steps = 0
        self.current_latent = self.current_image = self.textinfo = None
        self.current_image_sampling_step = self.id_live_preview = 0
        self.skipped = self.interrupted = self.stopping_generation = False

    def begin(self, job="(unknown)"):
        self._clear(job, -1)
        self.job_timestamp = datetime.datetime.now().astimezone().strftime("%Y%m%d%H%M%S")

    def end(self):
        self.job, self.job_count = "", 0

    def nextjob(self):
        if self._preview_period() == -1:
            self.do_set_current_image()
        self.job_no += 1
        self.sampling_step = self.current_image_sampling_step = 0

    def skip(self):
        self.skipped = True

    def interrupt(self):
        self.interrupted = True

    def stop_generating(self, *, wanted=True):
        self.stopping_generation = wanted

    @staticmethod
    def _preview_period():
        """Steps from one preview to the next: -1 is one at the end of each job, None is none at all."""
        return shared.opts.show_progress_every_n_steps if shared.opts.live_previews_enable else None

    def set_current_image(self):
        """Decode a preview when enough steps have passed since the last one."""
        period = self._preview_period()
        if period not in {None, -1} and self.sampling_step - self.current_image_sampling_step >= period:
            self.do_set_current_image()

    def do_set_current_image(self):
        from modules import sd_samplers_common as samplers

        latents = self.current_latent
        if latents is not None:
            decode = samplers.samples_to_image_grid if shared.opts.show_progress_grid else samplers.sample_to_image
            step = self.sampling_step
            self.assign_current_image(decode(latents))
            self.current_image_sampling_step = step

    def assign_current_image(self, image):
        jpeg = shared.opts.live_previews_image_format == "jpeg"
        self.current_image = image.convert("RGB") if jpeg and image.mode != "RGB" else image
        self.id_live_preview = self.id_live_preview + 1

    def dict(self):
        return {name: getattr(self, name) for name in SAID_BY_API.split()}

    def request_restart(self):
        self.interrupt()
        self.give_server_command("restart")

    def give_server_command(self, command):
        self.server_command = command
        self._command_given.set()

    def wait_for_server_command(self, timeout=None):
        if not self._command_given.wait(timeout):
            return None
        self._command_given.clear()
        command, self.server_command = self.server_command, None
        return command
