"""The same study by the stock X/Y/Z plot, as single stock pictures, and by Expression grid, in turn on a real WebUI.

    A1111_DIR=<webui> python -m tests.benchmarks.against_xyz [--size 128] [--repeats 3] [--checkpoint larger]

All pictures and grids are saved, as the page does. Prints a table: seconds (median), the time as a part of the plot's
with characters on X (median, least and most of the repeats' ratios), denoiser rows, and the largest difference of a
picture to the single stock one.
"""

import argparse
import csv
import io
import platform
import re
import statistics
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import numpy as np

from sd_expression_grid.study.preset_lists import preset_text, preset_titles
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import STUDY_NEGATIVE_PROMPT
from tests import hosts

TEMPLATE = "closeup of woman facing viewer, [hair, neck, eyes, lips:{expression}:0.2], RAW photo, {character}"
CHARACTERS = ("<lora:Noor:0.8>", "<lora:mei:1>", "ember_nobody")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sampler", default="DPM++ 2M")
    parser.add_argument("--checkpoint", default="tiny")
    parser.add_argument("--characters", nargs="*", default=CHARACTERS, help="besides the reference")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, hosts.real(Path(folder) / "log") as host:
        Contest(host, args, Path(folder) / "outputs").run(args.repeats)


class Contest:
    """One study, made in several ways; each way returns its pictures by prompt, and its denoiser rows."""

    def __init__(self, host, args, folder):
        self.host, self.steps = host, args.steps
        self.study = {"expressions": preset_text(preset_titles()[0]), "characters": "\n".join(args.characters)}
        self.rows = [row.text for row in study_from_dict(self.study).expressions]
        self.columns = ["1girl", *args.characters]
        self.settings = {
            "steps": args.steps, "width": args.size, "height": args.size, "seed": 7, "sampler_name": args.sampler,
            "negative_prompt": STUDY_NEGATIVE_PROMPT, "save_images": True,
            "override_settings": {
                "sd_model_checkpoint": f"{args.checkpoint}.safetensors",
                "outdir_txt2img_samples": str(folder), "outdir_txt2img_grids": str(folder),
            },
            "override_settings_restore_afterwards": False,
        }  # fmt: skip
        self.ways = {
            "X/Y/Z plot, characters on X": lambda: self.plot(self.columns, self.rows),
            "X/Y/Z plot, characters on Y": lambda: self.plot(self.rows, self.columns),
            "single stock pictures": self.singles,
            "Expression grid, exact": lambda: self.grid({"mode": "exact"}),
            "Expression grid, batched": lambda: self.grid({"mode": "batched", "rows_per_batch": len(self.rows)}),
        }

    def run(self, repeats):
        self.singles(self.rows[:1])  # warms up
        seconds = {way: [] for way in self.ways}
        for repeat in range(repeats):
            results = {}
            for way in list(self.ways)[:: -1 if repeat % 2 else 1]:  # there and back: a machine's drift cancels out
                start = time.perf_counter()
                results[way] = self.ways[way]()
                seconds[way].append(time.perf_counter() - start)
        self.report(seconds, results)

    def report(self, seconds, results):
        plot, single = (seconds["X/Y/Z plot, characters on X"], results["single stock pictures"][0])
        settings = {key: value for key, value in self.settings.items() if key != "override_settings"}
        print(f"{len(self.rows)} x {len(self.columns)} cells, {settings}, {platform.machine()}, CPU")
        print(f"{'':32}{'seconds':>9}{'of plot':>9}{'from':>6}{'to':>6}{'rows':>7}{'difference':>12}")
        for way, times in seconds.items():
            pictures, rows = results[way]
            ratios = [one / other for one, other in zip(times, plot, strict=True)]
            middle, least, most = statistics.median(ratios), min(ratios), max(ratios)
            worst = max(difference(pictures[prompt], single[prompt]) for prompt in single)
            print(f"{way:32}{statistics.median(times):9.1f}{middle:9.2f}{least:6.2f}{most:6.2f}{rows:7}{worst:12}")

    def singles(self, rows=None):
        pictures = {}
        for column in self.columns:
            for row in rows or self.rows:
                prompt = TEMPLATE.format(expression=row, character=column)
                pictures |= by_prompt(self.host.txt2img(prompt=prompt, **self.settings))
        return pictures, self.stock_rows()

    def plot(self, across, down):
        kind = self.replace_index()
        axes = [kind, line(across), [], kind, line(down), [], 0, "", []]
        options = [True, True, False, False, False, False, False, 0, False]  # legend, lone images, …, margin, CSV
        prompt = TEMPLATE.format(expression=self.rows[0], character=self.columns[0])
        answer = self.host.txt2img(prompt=prompt, script_name="X/Y/Z plot", script_args=axes + options, **self.settings)
        return by_prompt(answer), self.stock_rows()

    def grid(self, options):
        study = {**self.study, **options, "name": uuid4().hex}  # one of the same name would be finished already
        answer = self.host.study(study, prompt="", **self.settings)
        return by_prompt(answer), answer.info["extra_generation_params"]["Denoiser rows"]

    def stock_rows(self):
        return 2 * len(self.rows) * len(self.columns) * self.steps

    def replace_index(self):
        scripts = self.host.get("/sdapi/v1/script-info")
        plot = next(s for s in scripts if s["name"] == "x/y/z plot" and not s["is_img2img"])
        return plot["args"][0]["choices"].index("Prompt S/R")


def by_prompt(answer):
    assert answer.status == 200, answer.body
    found = {}
    for picture in answer.pictures:
        infotext = picture.info.get("parameters", "")
        if "Script:" not in infotext:
            found[re.split(r"\n(?:Negative prompt|Steps): ", infotext)[0]] = np.asarray(picture, dtype=int)
    return found


def difference(one, other):
    return int(np.abs(one - other).max())


def line(values):
    output = io.StringIO()
    csv.writer(output).writerow(values)
    return output.getvalue().strip()


if __name__ == "__main__":
    main()
