"""One study made in several ways on a WebUI, in turn: the stock X/Y/Z plot, single stock pictures, Expression grid."""

import csv
import io
import re
import statistics
import threading
import time
from contextlib import contextmanager
from uuid import uuid4

import numpy as np
import requests

from sd_expression_grid.study.preset_lists import preset_text, preset_titles
from sd_expression_grid.study.schema import study_from_dict
from sd_expression_grid.study.study import STUDY_NEGATIVE_PROMPT

TEMPLATE = "closeup of woman facing viewer, [hair, neck, eyes, lips:{expression}:0.2], RAW photo, {character}"
MEMORY_EVERY = 0.2
HEADS = ("", "of the time of the first", "seconds", "denoiser rows", "pictures", "memory")


class Contest:
    """A study, and the ways of making it; each returns its pictures by prompt, and its denoiser rows.

    ``settings`` are those of the requests, ``rows_per_batch`` the sizes of batches. Where the WebUI has no X/Y/Z plot,
    single stock pictures are what the others are compared with.
    """

    def __init__(self, host, characters, rows_per_batch, **settings):
        self.host = host
        self.study = {"expressions": preset_text(preset_titles()[0]), "characters": "\n".join(characters)}
        self.rows = [row.text for row in study_from_dict(self.study).expressions]
        self.columns = ["1girl", *characters]
        self.settings = {"seed": 7, "negative_prompt": STUDY_NEGATIVE_PROMPT, "save_images": True, **settings}
        batched = {f"batched, {count} rows a batch": self._batched(count) for count in rows_per_batch}
        self.ways = {
            **self._plots(),
            "single stock pictures, through the API": self.singles,
            "exact": lambda: self.grid(mode="exact"),
            **batched,
        }

    def run(self, repeats):
        """Prints the table: medians, and in brackets the least and the most."""
        self.singles(self.rows[:1])  # warms up
        seconds, memory = {way: [] for way in self.ways}, dict.fromkeys(self.ways, 0)
        for repeat in range(repeats):
            results = {}
            for way in list(self.ways)[:: -1 if repeat % 2 else 1]:  # there and back: a machine's drift cancels out
                with self._watched() as most:
                    start = time.perf_counter()
                    results[way] = self.ways[way]()
                    seconds[way].append(time.perf_counter() - start)
                memory[way] = max(memory[way], *most)
        print("\n".join(self._table(seconds, memory, results)))

    def _table(self, seconds, memory, results):
        yield f"{len(self.rows)} expressions × {len(self.columns)} columns, {self.settings}\n"
        yield f"| {' | '.join(HEADS)} |"
        yield f"|{'---|' * len(HEADS)}"
        first, (single, _) = next(iter(seconds.values())), results["single stock pictures, through the API"]
        for way, times in seconds.items():
            pictures, rows = results[way]
            ratios = [one / other for one, other in zip(times, first, strict=True)]
            least, middle, most = min(ratios), statistics.median(ratios), max(ratios)
            worst = max(difference(pictures[prompt], single[prompt]) for prompt in single)
            told = f"at most {worst} of 255 apart" if worst else "the same, every bit"
            held = f"{memory[way] / 2**20:,.0f} MB" if memory[way] else "–"
            ratio = f"{middle:.2f} ({least:.2f} to {most:.2f})"
            yield f"| {way} | {ratio} | {statistics.median(times):.1f} | {rows:,} | {told} | {held} |"

    @contextmanager
    def _watched(self):
        """A list of what torch held of the card's memory meanwhile, in bytes; 0 where the WebUI tells none."""
        held, is_over = [0], threading.Event()

        def watch():
            while not is_over.wait(MEMORY_EVERY):
                held.append(self.memory())

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield held
        finally:
            is_over.set()
            watcher.join()

    def memory(self):
        """The bytes that torch holds of the card's memory by now; 0 where the WebUI tells none, or nothing in time."""
        try:
            told = self.host.get("/sdapi/v1/memory")
        except requests.RequestException:
            return 0
        return told.get("cuda", {}).get("allocated", {}).get("current", 0)

    def _plots(self):
        if self._replace_index() is None:
            return {}
        return {
            "X/Y/Z plot, characters on X": lambda: self.plot(self.columns, self.rows),
            "X/Y/Z plot, characters on Y": lambda: self.plot(self.rows, self.columns),
        }

    def _batched(self, count):
        return lambda: self.grid(mode="batched", rows_per_batch=count)

    def singles(self, rows=None):
        """Each cell by a request of its own."""
        pictures = {}
        for column in self.columns:
            for row in rows or self.rows:
                prompt = TEMPLATE.format(expression=row, character=column)
                pictures |= by_prompt(self.host.txt2img(prompt=prompt, **self.settings))
        return pictures, self._stock_rows()

    def plot(self, across, down):
        """All cells by the stock plot."""
        kind = self._replace_index()
        axes = [kind, line(across), [], kind, line(down), [], 0, "", []]
        options = [True, True, False, False, False, False, False, 0, False]  # legend, lone images, …, margin, CSV
        prompt = TEMPLATE.format(expression=self.rows[0], character=self.columns[0])
        answer = self.host.txt2img(prompt=prompt, script_name="X/Y/Z plot", script_args=axes + options, **self.settings)
        return by_prompt(answer), self._stock_rows()

    def grid(self, **options):
        """All cells by Expression grid."""
        study = {**self.study, **options, "name": uuid4().hex}  # one of the same name would be finished already
        answer = self.host.study(study, prompt="", **self.settings)
        return by_prompt(answer), answer.info["extra_generation_params"]["Denoiser rows"]

    def _stock_rows(self):
        return 2 * len(self.rows) * len(self.columns) * self.settings["steps"]

    def _replace_index(self):
        """The place of *Prompt S/R* among the plot's axes; None where the WebUI has no plot."""
        scripts = self.host.get("/sdapi/v1/script-info")
        plot = next((s for s in scripts if s["name"] == "x/y/z plot" and not s["is_img2img"]), None)
        return plot and plot["args"][0]["choices"].index("Prompt S/R")


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
