"""`article FOLDER --out DIR`: a draft of an article about a study, as Markdown with its pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, get_args

from sd_expression_grid.report.types import Success
from sd_expression_grid.report.writing.article import ArticleRequest, write_article
from sd_expression_grid.store.folder import StudyFolder

if TYPE_CHECKING:
    from argparse import Namespace

    from sd_expression_grid.commands import Subparsers


def add_to(subparsers: Subparsers) -> None:
    """Adds the command and its arguments."""
    text = "draft an article about a rated study, as Markdown with its pictures"
    command = subparsers.add_parser("article", help=text, description=text)
    command.add_argument("folder", type=Path, metavar="FOLDER", help="a study's folder, with its ratings")
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="where article.md and pictures/ go")
    text = "a row to show, all by default; may be repeated"
    command.add_argument("--row", dest="rows", action="append", default=[], metavar="LABEL", help=text)
    text = "a column to show, all by default; may be repeated"
    command.add_argument("--column", dest="columns", action="append", default=[], metavar="LABEL", help=text)
    command.add_argument("--seed", type=int, metavar="NUMBER", help="the seed of the pictures; default: the first")
    text = "what counts: expression and person (both, the default), the expression alone, or also looking natural (all)"
    command.add_argument("--success", choices=get_args(Success), default="both", help=text)
    command.set_defaults(run=run)


def run(asked: Namespace) -> None:
    """Writes the draft, and says where it is."""
    request = ArticleRequest(
        rows=tuple(asked.rows), columns=tuple(asked.columns), seed=asked.seed, success=asked.success
    )
    print(write_article(StudyFolder(asked.folder), asked.out, request))
