"""The same study by the stock X/Y/Z plot, as single stock pictures, and by Expression grid, in turn on a real WebUI.

    A1111_DIR=<webui> python -m tests.benchmarks.against_xyz [--size 128] [--repeats 3] [--checkpoint larger]

The WebUI is started without a GPU. All pictures and grids are saved, as the page does. Prints the table of
``tests.benchmarks.card``, which does the same on a WebUI that runs already.
"""

import argparse
import platform
import tempfile
from pathlib import Path

from tests import hosts
from tests.benchmarks.contest import Contest

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
    print(f"{platform.machine()}, CPU")
    with tempfile.TemporaryDirectory() as folder, hosts.real(Path(folder) / "log") as host:
        outputs = dict.fromkeys(("outdir_txt2img_samples", "outdir_txt2img_grids"), f"{folder}/outputs")
        contest = Contest(
            host, args.characters, [9], steps=args.steps, width=args.size, height=args.size, sampler_name=args.sampler,
            override_settings={"sd_model_checkpoint": f"{args.checkpoint}.safetensors", **outputs},
            override_settings_restore_afterwards=False,
        )  # fmt: skip
        contest.run(args.repeats)


if __name__ == "__main__":
    main()
