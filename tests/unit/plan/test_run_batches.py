import pytest
from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.grids.drawing.contact_sheet import ContactSheet
from sd_expression_grid.plan.plan import Batch, Cell
from sd_expression_grid.plan.run_batches import Generated, NotFinishedError, run_batches
from sd_expression_grid.study.study import CellKey


def batches_of(count, size=1):
    cells = [
        Cell(key=CellKey(expression=f"e{n}", character="c", seed=1), prompt=f"p{n}", negative_prompt="")
        for n in range(count)
    ]
    return [Batch(cells=tuple(cells[start : start + size])) for start in range(0, count, size)]


def picture(text="info"):
    image = Image.new("RGB", (4, 4), (1, 2, 3))
    image.info["parameters"] = text
    return Generated(picture=image, infotext=text)


def run(batches, generate, interrupted=lambda: False):
    return list(run_batches(batches, generate, interrupted))


def test_every_cell_has_a_result_in_order():
    results = run(batches_of(5, size=2), lambda batch: [picture(cell.prompt) for cell in batch.cells])
    made = [(r.cell.key.expression, r.status, r.generated.infotext) for r in results]
    assert made == [(f"e{n}", "done", f"p{n}") for n in range(5)]


def test_a_failure_is_recorded_and_the_rest_goes_on():
    def generate(batch):
        if batch.cells[0].prompt in ("p0", "p1", "p3"):
            raise RuntimeError(f"out of memory {batch.cells[0].prompt}")
        return [picture()]

    outcomes = run(batches_of(5), generate)
    assert [o.status for o in outcomes] == ["failed", "failed", "done", "failed", "done"]
    assert outcomes[0].error == "RuntimeError: out of memory p0"


class OutOfMemoryError(RuntimeError):
    """As torch calls it."""


@pytest.mark.parametrize("error", [OutOfMemoryError("full"), RuntimeError("MPS backend out of memory (7 GB)")])
def test_batches_that_do_not_fit_into_memory_are_halved_and_all_cells_kept(error):
    sizes = []

    def generate(batch):
        sizes.append(len(batch.cells))
        if len(batch.cells) > 3:
            raise error
        return [picture(cell.prompt) for cell in batch.cells]

    results = run(batches_of(20, size=9), generate)
    made = [(r.cell.key.expression, r.status, r.generated.infotext) for r in results]
    assert made == [(f"e{n}", "done", f"p{n}") for n in range(20)]
    assert sizes == [9, 5, 3, 2, 3, 1, 3, 3, 3, 2]


def test_where_memory_does_not_suffice_for_a_single_cell_it_fails_and_the_others_are_kept():
    def generate(batch):
        if any(cell.prompt == "p2" for cell in batch.cells):
            raise OutOfMemoryError
        return [picture() for _ in batch.cells]

    results = run(batches_of(8, size=4), generate)
    assert [r.status for r in results] == ["done", "done", "failed", *["done"] * 5]
    assert results[2].error == "OutOfMemoryError:"


def test_an_interrupt_ends_a_batch_between_its_halves():
    made = []

    def generate(batch):
        if len(batch.cells) > 2:
            raise OutOfMemoryError
        made.append(batch)
        return [picture() for _ in batch.cells]

    results = run(batches_of(4, size=4), generate, lambda: bool(made))
    assert [r.status for r in results] == ["done", "done", "interrupted", "interrupted"]


def test_other_failures_of_a_batch_are_those_of_all_its_cells():
    def generate(batch):
        raise RuntimeError("no model")

    with pytest.raises(StudyError):
        run(batches_of(4, size=2), generate)


def test_the_same_failure_everywhere_stops_early_and_says_so():
    calls = []

    def generate(batch):
        calls.append(batch)
        raise RuntimeError("no model")

    with pytest.raises(StudyError) as caught:
        run(batches_of(10), generate)
    told = "every cell so far failed in the same way, so the study was stopped: RuntimeError: no model"
    assert str(caught.value) == told
    assert len(calls) == 3


@pytest.mark.parametrize(("batches", "calls"), [(1, 1), (2, 2), (3, 3), (4, 3)])
def test_of_fewer_than_three_calls_all_must_fail_for_a_stop(batches, calls):
    made = []

    def generate(batch):
        made.append(batch)
        raise RuntimeError

    with pytest.raises(StudyError, match=r"so the study was stopped: RuntimeError:$"):
        run(batches_of(batches), generate)
    assert len(made) == calls


def test_failures_of_different_kinds_do_not_stop():
    def generate(batch):
        raise RuntimeError("xyz"["p1 p2".find(batch.cells[0].prompt)])

    assert len(run(batches_of(6), generate)) == 6


def test_a_skipped_batch_is_no_success_and_no_failure():
    def generate(batch):
        if batch.cells[0].prompt == "p0":
            raise NotFinishedError(status="skipped")
        raise RuntimeError("no model")

    assert [result.status for result in run(batches_of(6), generate)] == ["skipped", *["failed"] * 5]


def test_failures_that_differ_in_numbers_only_are_the_same():
    free = iter(range(10))

    def generate(batch):
        raise RuntimeError(f"out of memory: {next(free)}.5 MiB free")

    with pytest.raises(StudyError, match=r"out of memory: \d\.5 MiB free"):
        run(batches_of(10), generate)


def test_a_late_series_of_failures_does_not_stop():
    def generate(batch):
        if batch.cells[0].prompt != "p0":
            raise RuntimeError("x")
        return [picture()]

    assert [o.status for o in run(batches_of(6), generate)] == ["done", *["failed"] * 5]


def test_skip_marks_its_batch_and_goes_on():
    def generate(batch):
        if batch.cells[0].prompt == "p2":
            raise NotFinishedError(status="skipped")
        return [picture() for _ in batch.cells]

    assert [o.status for o in run(batches_of(5, size=2), generate)] == ["done", "done", "skipped", "skipped", "done"]


def test_after_an_interrupt_nothing_more_is_made():
    made = []

    def generate(batch):
        made.append(batch)
        return [picture()]

    outcomes = run(batches_of(4), generate, interrupted=lambda: len(made) == 2)
    assert [o.status for o in outcomes] == ["done", "done", "interrupted", "interrupted"]


def test_a_wrong_number_of_pictures_is_a_failure():
    results = run(batches_of(3, size=2), lambda _: [picture()])
    error = "the WebUI returned 1 pictures for 2 cells"
    assert [(result.status, result.error) for result in results] == [("failed", error)] * 2 + [("done", "")]


def test_the_contact_sheet_shows_cells_in_their_places():
    sheet = ContactSheet([(0, 0), (0, 1), (1, 0), (1, 1)], (4000, 4000), 768)
    sheet.show((1, 0), Image.new("RGB", (8, 8), (255, 0, 0)))
    image = sheet.image_with((0, 1), Image.new("L", (8, 8), 255))
    assert max(image.size) <= 770
    width, height = image.size
    assert image.getpixel((width // 4, 3 * height // 4)) == (255, 0, 0)
    assert image.getpixel((3 * width // 4, height // 4)) == (255, 255, 255)
    assert sheet.image().getpixel((3 * width // 4, height // 4)) != (255, 255, 255)
