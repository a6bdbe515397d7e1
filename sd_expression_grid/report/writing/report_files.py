"""The report of a study in its folder: ``report.html`` beside the page of the study, numbers and charts below."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import TYPE_CHECKING

from sd_expression_grid.base.errors import Fault, StudyError
from sd_expression_grid.base.whole_file import write_whole
from sd_expression_grid.page.page import REPORT_FILE, write_page
from sd_expression_grid.ratings.ratings_csv import write_ratings
from sd_expression_grid.ratings.ratings_table import read_table
from sd_expression_grid.report.report import report_to_dict, reports_on
from sd_expression_grid.report.writing.charts import write_charts
from sd_expression_grid.report.writing.report_csv import report_csv
from sd_expression_grid.report.writing.report_html import report_html
from sd_expression_grid.store.folder import REPORT_FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from sd_expression_grid.store.folder import StudyFolder


def write_report(folder: StudyFolder) -> list[Path]:
    """Writes the report of a study's ratings as page, tables and, where matplotlib is, charts; returns the files.

    The page of the study shows it from then on. Raises StudyError where something cannot be read or written.
    """
    table = read_table(folder)
    report, *others = reports_on(table)
    below = folder.path / REPORT_FOLDER
    texts = {
        folder.path / REPORT_FILE: report_html(report, others=others),
        below / "report.json": json.dumps(report_to_dict(report), ensure_ascii=False),
        below / "report.csv": f"\ufeff{report_csv(report)}",  # Excel reads CSV as UTF-8 only with this mark
        below / "ratings.csv": f"\ufeff{write_ratings(table)}",
    }
    try:
        below.mkdir(exist_ok=True)
        for file, text in texts.items():
            write_whole(file, text.encode())
    except OSError as error:
        raise StudyError([Fault(str(folder.path), f"the report cannot be written: {error}")]) from error
    write_page(folder)
    charts = write_charts(report, below) if find_spec("matplotlib") else []
    return [*texts, *charts]
