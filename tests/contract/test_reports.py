"""The report's place in the rating tab: it shows and offers what it is given, for the chosen study alone."""

from types import SimpleNamespace

import pytest

from sd_expression_grid.errors import StudyError
from tests import standin
from tests.finished import finished_study


@pytest.fixture(scope="module")
def webui(tmp_path_factory):
    with standin.start(tmp_path_factory.mktemp("reports")) as webui:
        yield webui


@pytest.fixture
def tab(webui):
    """The room, which can be imported only in a WebUI."""
    from sd_expression_grid.webui import rating_tab

    return rating_tab


@pytest.fixture
def folder(tab, request):
    return finished_study(tab.studies_folder(), request.node.name).path


def reports(tab, added):
    def add_csv(folder, file):
        if file.name != "good.csv":
            raise StudyError(f"{file.name}: has no column seed")
        added.append((folder, file))
        return "2 ratings"

    return tab.Reports(
        html=lambda folder: f"<p>{folder.name}</p>", files=lambda folder: [folder / "ratings.csv"], add_csv=add_csv
    )


def ids_of(blocks):
    return {block.elem_id for block in blocks.blocks.values() if block.elem_id}


def test_without_reports_the_tab_has_no_place_for_them(tab):
    ((blocks, title, name),) = tab.rating_tab()
    assert (title, name) == ("Expression grid", "expression_grid")
    assert "expression_grid_report" not in ids_of(blocks)


def test_with_reports_it_has_one(tab):
    ((blocks, _, _),) = tab.rating_tab(reports(tab, []))
    wanted = {"report", "add_csv", "report_html", "files"}
    assert ids_of(blocks) >= {f"expression_grid_{name}" for name in wanted}


def test_a_report_is_of_the_chosen_study(tab, folder):
    page, files = tab.make_report(reports(tab, []), folder.name)
    assert (page, files) == (f"<p>{folder.name}</p>", [str(folder / "ratings.csv")])


@pytest.mark.parametrize("name", [None, "../<b>up</b>"])
def test_what_is_no_study_has_none(tab, name):
    page, files = tab.make_report(reports(tab, []), name)
    assert "has no study named" in page
    assert "<b>" not in page
    assert files is None


def test_ratings_are_added_from_a_file(tab, folder, tmp_path):
    added = []
    for name in ("good.csv", "bad.csv"):
        page, _ = tab.add_ratings(reports(tab, added), folder.name, SimpleNamespace(name=str(tmp_path / name)))
        assert page == f"<p>{folder.name}</p>"
    assert added == [(folder, tmp_path / "good.csv")]
