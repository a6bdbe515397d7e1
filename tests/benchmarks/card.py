"""One study by the stock X/Y/Z plot, as single pictures, exact and batched, in turn on a WebUI that runs on a GPU.

    python -m tests.benchmarks.card http://127.0.0.1:7860 [--host forge] [--size 512] [--rows-per-batch 2 4 9]

The WebUI is reached over its API (``--api``, Forge Neo also with ``--nowebui``), has this extension, and makes nothing
else meanwhile; its checkpoint is the loaded one, or that of --checkpoint. Characters are by default two of its LoRAs;
where it has none, words. A model with random weights will do, as tests.benchmarks.full_size_model makes it: time
does not depend on what a model has learned.

Prints a table in Markdown: the time as a part of the plot's with characters on X (median, in brackets the least and the
most of the repeats), seconds, denoiser rows, the largest difference of a picture to the single stock one, and the most
memory of the card that torch held, as far as that was seen from outside, five times a second. Pictures are saved where
the WebUI saves them; each way of Expression grid leaves a study's folder with a random name there.
"""

import argparse

import requests

from tests import hosts
from tests.benchmarks.contest import Contest

WORDS = ("red-haired woman", "old woman")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("--host", choices=tuple(hosts.REAL_FLAGS), default="a1111", help="which WebUI it is")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--sampler", default="DPM++ 2M")
    parser.add_argument("--checkpoint", default="")
    parser.add_argument("--rows-per-batch", type=int, nargs="*", default=[2, 4, 9])
    parser.add_argument("--characters", nargs="*", help="besides the reference")
    args = parser.parse_args()
    host = hosts.Host(args.url.rstrip("/"), args.host)
    settings = {"steps": args.steps, "width": args.size, "height": args.size, "sampler_name": args.sampler}
    if args.checkpoint:
        settings |= {"override_settings": {"sd_model_checkpoint": args.checkpoint}}
        settings |= {"override_settings_restore_afterwards": False}
    Contest(host, args.characters or characters_of(host), args.rows_per_batch, **settings).run(args.repeats)


def characters_of(host):
    answer = requests.get(f"{host.url}/sdapi/v1/loras", timeout=60)
    names = [lora["name"] for lora in answer.json()[:2]] if answer.ok else []
    return [f"<lora:{name}:0.8>" for name in names] or list(WORDS)


if __name__ == "__main__":
    main()
