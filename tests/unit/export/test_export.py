import errno
import json
import re
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from sd_expression_grid.base.errors import SavingError, StudyError
from sd_expression_grid.export.candidates import candidates_of
from sd_expression_grid.export.export import PROGRAMS, ExportRequest, export_faces, proposed_names
from sd_expression_grid.export.proposal import pick_of
from sd_expression_grid.export.sillytavern import EXPRESSIONS
from sd_expression_grid.fleet.picture_infotext import read_infotext
from sd_expression_grid.store.folder import StudyFolder
from sd_expression_grid.store.picks import write_picks
from sd_expression_grid.study.study import CellKey
from tests.study_folders import add_cell, colour_of, study_folder
from tests.unit.export.programs import renpy_image, renpy_shows, sillytavern_label
from tests.unit.export.test_proposal import rate


@pytest.fixture
def folder(tmp_path):
    return study_folder(tmp_path, size=(48, 64))


def exported(folder, program="plain", out=None, **options):
    return export_faces(folder, ExportRequest(character="Noor", program=program, **options), out)


def manifest(made):
    return json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))


def files(made):
    return sorted(file.relative_to(made.folder).as_posix() for file in made.folder.rglob("*") if file.is_file())


def pick(folder, *cells):
    """Keeps picks of Noor, given as row and seed."""
    by_key = candidates_of(folder, "Noor").by_key
    keys = [CellKey(expression=row, character="Noor", seed=seed) for row, seed in cells]
    write_picks(folder.path, "Noor", [pick_of("Noor", by_key[key]) for key in keys])


def colour(file):
    with Image.open(file) as picture:
        return picture.convert("RGB").getpixel((picture.width // 2, picture.height // 2))


def fault(folder, error=StudyError, **options):
    """The message of an export that is refused; nothing is left of it."""
    before = sorted(folder.path.rglob("*"))
    with pytest.raises(error) as raised:
        exported(folder, **options)
    left = [file for file in sorted(folder.path.rglob("*")) if file not in before and file.name != "exports"]
    assert left == []
    return str(raised.value)


# ---- what is written


def test_plain_files_have_the_pictures_of_the_picked_cells(folder):
    pick(folder, ("neutral", 7), ("smile", 8), ("sad", 7))
    made = exported(folder)
    faces = ["faces/neutral.png", "faces/sad.png", "faces/smile.png"]
    assert files(made) == ["contact-sheet.png", *faces, "manifest.json"]
    key = CellKey(expression="smile", character="Noor", seed=8)
    assert colour(made.folder / "faces/smile.png") == colour_of(key)
    assert (made.folder.name, made.count, made.notes) == ("Noor for plain", 3, ())


def test_without_picks_it_is_the_proposal_and_that_is_said(folder):
    made = exported(folder)
    assert [face["seed"] for face in manifest(made)["faces"]] == [7, 7, 7]
    assert made.notes == ("Nobody has picked for Noor yet; what is proposed is taken: the first cell of each row.",)
    rate(folder, "smile", "Noor", 8, "yy")
    again = exported(folder)
    assert [face["seed"] for face in manifest(again)["faces"]] == [8, 8, 8]
    assert again.notes == (
        "Nobody has picked for Noor yet; what is proposed is taken: the best-rated cell of each row.",
    )
    assert (again.folder / "notes.txt").read_text(encoding="utf-8") == f"{again.notes[0]}\n"
    assert again.folder.name == "Noor for plain 2"


def test_the_manifest_tells_what_each_file_is(folder):
    rate(folder, "smile", "Noor", 7, "yp")
    made = exported(folder, crop="0,0,24,32", height=64)
    told = manifest(made)
    assert {name: told[name] for name in ("format", "study", "character", "called", "for", "size", "crop")} == {
        "format": 1, "study": "faces", "character": "Noor", "called": "Noor", "for": "plain", "size": [48, 64],
        "crop": [0, 0, 24, 32],
    }  # fmt: skip
    assert told["faces"][1] == {
        "name": "smile",
        "file": "faces/smile.png",
        "source": "cells/Noor/smile_7.png",
        "row": "smile",
        "column": "Noor",
        "seed": 7,
        "prompt": "closeup, smile, Noor",
        "negative_prompt": "blurry",
        "scores": {"expression": 2, "likeness": 1, "natural": None, "count": 1},
    }
    assert (told["outfit"], told["transparent"], len(told["faces"])) == ("", False, 3)
    assert told["notes"] == [
        "Nobody has picked for Noor yet; what is proposed is taken: the best-rated cell of each row.",
        "The pictures are enlarged from 32 to 64 px, which makes them soft.",
    ]


def test_the_manifest_tells_what_was_wished(folder):
    made = exported(folder, "sillytavern", called=" Eva ", outfit=" school ")
    told = manifest(made)
    assert (told["called"], told["for"], told["outfit"]) == ("Eva", "sillytavern", "school")
    assert made.folder.name == "Eva for sillytavern"
    assert told["notes"] == list(made.notes)
    assert told["faces"][0]["scores"] == {"expression": None, "likeness": None, "natural": None, "count": 0}


def test_a_crop_below_the_top_is_told_with_its_own_height(folder):
    assert exported(folder, crop="0,20,24,30", height=45).notes[1:] == (
        "The pictures are enlarged from 30 to 45 px, which makes them soft.",
    )


def test_the_contact_sheet_shows_every_face(folder):
    made = exported(folder)
    with Image.open(made.folder / "contact-sheet.png") as sheet:
        shown = {pixel for _, pixel in sheet.convert("RGB").getcolors(1 << 20)}
    assert {
        colour_of(CellKey(expression=row, character="Noor", seed=7)) for row in ("neutral", "smile", "sad")
    } <= shown


def test_the_contact_sheet_has_the_names_that_the_files_have(folder, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "sd_expression_grid.export.export.contact_sheet",
        lambda faces, count, size: asked.append(([name for name, _ in faces], count, size)) or Image.new("RGB", size),
    )
    pick(folder, ("neutral", 7), ("smile", 8), ("smile", 7), ("sad", 7))
    exported(folder, height=32)
    assert asked == [(["neutral", "smile", "smile_2", "sad"], 4, (24, 32))]


@pytest.mark.parametrize("image_format", ["png", "webp"])
def test_infotext_is_removed_or_kept(folder, image_format):
    key = CellKey(expression="smile", character="Noor", seed=7)
    kept = exported(folder, image_format=image_format, infotext=True).folder / f"faces/smile.{image_format}"
    assert read_infotext(kept) == folder.read_record()[key].infotext
    bare = exported(folder, image_format=image_format).folder / f"faces/smile.{image_format}"
    with Image.open(bare) as picture:
        assert not picture.getexif()
        assert "parameters" not in picture.info
        assert picture.format == image_format.upper()
    assert b"closeup" not in bare.read_bytes()


def test_several_names_for_a_row_and_several_pictures_for_a_name(folder):
    pick(folder, ("neutral", 7), ("smile", 8), ("smile", 7), ("sad", 7))
    made = exported(folder, names=("smile = joy, love", "sad ="))
    assert [face["file"] for face in manifest(made)["faces"]] == [
        "faces/neutral.png", "faces/joy.png", "faces/joy_2.png", "faces/love.png", "faces/love_2.png",
    ]  # fmt: skip


def test_pictures_of_two_sizes_become_one(folder):
    add_cell(folder, CellKey(expression="sad", character="Noor", seed=7), (96, 128))
    made = exported(folder)
    sizes = set()
    for file in (made.folder / "faces").iterdir():
        with Image.open(file) as picture:
            sizes.add(picture.size)
    assert sizes == {(48, 64)}


def test_cells_that_were_made_large_are_taken_large_where_all_are(folder):
    large = StudyFolder(folder.path / "large")
    large.path.mkdir()
    told = []
    for row in ("smile", "sad", "neutral"):
        add_cell(large, CellKey(expression=row, character="Noor", seed=7), (96, 128))
        made = exported(folder)
        told.append((manifest(made)["size"], made.notes[1:]))
    assert told == [
        ([48, 64], ("1 of 3 pictures were made large, and are made as small as the others.",)),
        ([48, 64], ("2 of 3 pictures were made large, and are made as small as the others.",)),
        ([96, 128], ()),
    ]
    assert [face["source"] for face in manifest(made)["faces"]] == [
        f"large/cells/Noor/{row}_7.png" for row in ("neutral", "smile", "sad")
    ]


# ---- SillyTavern


def test_sillytavern_takes_a_flat_zip_whose_labels_are_the_names(folder):
    pick(folder, ("neutral", 7), ("smile", 8), ("smile", 7), ("sad", 7))
    made = exported(folder, "sillytavern", names=("sad = sad-eyed",))
    with zipfile.ZipFile(made.folder / "Noor.zip") as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert names == ["neutral.png", "joy-1.png", "joy-2.png", "sad_eyed.png"]
    assert [sillytavern_label(name) for name in names] == ["neutral", "joy", "joy", "sad_eyed"]
    assert [face["file"] for face in manifest(made)["faces"]] == names
    lacking = ", ".join(name for name in EXPRESSIONS if name not in ("neutral", "joy"))
    assert made.notes == (
        "In SillyTavern 'sad-eyed' becomes 'sad_eyed'.",
        "In SillyTavern, open a chat with the character, then Extensions → Character Expressions → Upload sprite pack "
        "(ZIP), and choose Noor.zip.",
        "Not among SillyTavern's 28 expressions: sad_eyed. Add each under Custom Expressions there.",
        "Several pictures: joy. Tick Allow multiple sprites per expression there.",
        f"Of the 28, without a picture: {lacking}.",
    )


def test_a_study_of_the_28_needs_no_custom_expression(tmp_path):
    folder = study_folder(tmp_path, expressions="\n".join(EXPRESSIONS), seeds=[7])
    made = exported(folder, "sillytavern")
    with zipfile.ZipFile(made.folder / "Noor.zip") as archive:
        assert sorted(archive.namelist()) == sorted(f"{name}.png" for name in EXPRESSIONS)
    assert not [note for note in made.notes if "28" in note]


def test_an_outfit_is_named_in_file_and_notes(folder):
    made = exported(folder, "sillytavern", outfit="school")
    assert (made.folder / "Noor - school.zip").is_file()
    assert "Write Noor/school into Sprite Folder Override of the character, and submit it." in made.notes


# ---- Ren'Py


def test_renpy_gets_images_side_images_and_a_script(folder):
    pick(folder, ("neutral", 7), ("smile", 8), ("smile", 7), ("sad", 7))
    made = exported(folder, "renpy", called="Noor W.", height=128, side_height=32, names=("sad = with",))
    images = [file for file in files(made) if file.startswith("images/")]
    stems = ["neutral", "smile", "smile_2", "with_"]
    assert images == sorted(f"images/noor_w/{side}noor_w {stem}.png" for stem in stems for side in ("", "side "))
    assert all(renpy_shows(renpy_image(file)) for file in images)
    with Image.open(made.folder / "images/noor_w/side noor_w smile.png") as side:
        assert side.size == (24, 32)
    assert (made.folder / "noor_w_faces.rpy").read_text(encoding="utf-8") == (
        "# Noor W.: made by Expression grid. `call noor_w_faces` in a script shows each face once.\n"
        'define noor_w = Character("Noor W.", image="noor_w")\n\n'
        "label noor_w_faces:\n"
        '    show noor_w neutral\n    noor_w "neutral"\n'
        '    show noor_w smile\n    noor_w "smile"\n'
        '    show noor_w smile_2\n    noor_w "smile_2"\n'
        '    show noor_w with_\n    noor_w "with_"\n'
        "    hide noor_w\n    return\n"
    )
    assert made.notes[-2:] == (
        "Copy images/ and noor_w_faces.rpy into your game's folder game/. There, show noor_w neutral shows a face, and "
        "call noor_w_faces shows each once.",
        "The pictures are 128 px high, 18% of a window of 1280×720; --height sets another.",
    )


def test_renpy_without_side_images(folder):
    assert not [file for file in files(exported(folder, "renpy", side_height=0)) if "side" in file]


def test_a_side_image_is_never_made_larger(folder):
    with Image.open(exported(folder, "renpy").folder / "images/noor/side noor sad.png") as side:
        assert side.size == (48, 64)


def test_a_characters_name_may_have_signs_that_renpy_reads(folder):
    made = exported(folder, "renpy", called='Noor "N" [x] {y}')
    script = (made.folder / "noor_n_x_y_faces.rpy").read_text(encoding="utf-8")
    assert 'Character("Noor \\"N\\" [[x] {{y}", image="noor_n_x_y")' in script


# ---- what cannot be


def test_an_unknown_program_is_said(folder):
    unknown = "is no program that faces are made for"
    assert fault(folder, program="renpi") == f"--for: 'renpi' {unknown}; the nearest: renpy"
    assert fault(folder, program="x") == f"--for: 'x' {unknown}; choose one of sillytavern, renpy, plain"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_row_without_a_pick_is_said(folder, program):
    pick(folder, ("neutral", 7), ("sad", 7))
    said = "smile: has no pick; pick a cell, or leave the row out with the name line 'smile ='"
    assert fault(folder, program=program) == said
    assert exported(folder, program, names=("smile =",)).count == 2
    pick(folder, ("neutral", 7))
    assert fault(folder, program=program).startswith("2 faults, nothing was exported:\n- smile: has no pick; ")


def test_a_row_of_which_all_cells_are_bad_is_said(folder):
    rate(folder, "sad", "Noor", 7, "ny")
    rate(folder, "sad", "Noor", 8, "yn")
    assert fault(folder) == (
        "sad: has no good cell: each that is there was rated no; pick a cell, or leave the row out with the name line "
        "'sad ='"
    )


def test_all_rows_left_out_is_no_export(folder):
    said = "names: all rows are left out; give at least one a name"
    assert fault(folder, names=("neutral =", "smile =", "sad =")) == said


def test_a_picked_cell_that_is_missing_on_disk_is_said(folder):
    pick(folder, ("neutral", 7), ("smile", 8), ("sad", 7))
    outcome = folder.read_record()[CellKey(expression="smile", character="Noor", seed=8)]
    (folder.path / outcome.file).unlink()
    assert fault(folder) == "smile, Noor, seed 8: its picture is missing; pick another cell"


def test_a_picked_cell_that_is_no_picture_is_said(folder):
    pick(folder, ("neutral", 7), ("smile", 8), ("sad", 7))
    file = folder.path / folder.read_record()[CellKey(expression="smile", character="Noor", seed=8)].file
    file.write_bytes(file.read_bytes()[:60])
    assert re.fullmatch(
        rf"{re.escape(str(file))}: cannot be read as a picture \(.*\w.*\); pick another cell", fault(folder)
    )


def test_a_pick_of_a_cell_that_the_study_has_no_more_is_said(folder):
    pick(folder, ("neutral", 7), ("smile", 8), ("sad", 7))
    study = (folder.path / "study.json").read_text(encoding="utf-8")
    (folder.path / "study.json").write_text(json.dumps({**json.loads(study), "seeds": [7]}), encoding="utf-8")
    assert fault(folder) == "smile, Noor, seed 8: is no cell of Noor any more; pick another cell"


def test_a_picture_made_anew_since_it_was_picked_is_told(folder):
    pick(folder, ("neutral", 7), ("smile", 8), ("sad", 7))
    add_cell(folder, CellKey(expression="smile", character="Noor", seed=8), (96, 128))
    assert exported(folder).notes == ("The picture of smile, seed 8, was made anew since it was picked.",)


def test_a_numbered_picture_with_the_name_of_another_is_refused(folder):
    pick(folder, ("neutral", 7), ("smile", 7), ("smile", 8), ("sad", 7))
    said = fault(folder, program="renpy", names=("sad = smile_2",))
    assert said == "names: two pictures would be 'images/noor/noor smile_2.png'; give one of the rows another name"


def test_a_character_whose_name_renpy_cannot_have_is_said(folder):
    said = "--called: '…' cannot be a name in Ren'Py; give the character another one"
    assert fault(folder, program="renpy", called="…") == said


def test_nothing_is_written_over(folder, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine")
    for out in (tmp_path / "mine", tmp_path / "mine/notes.txt"):
        said = f"{out}: holds something already, and nothing is written over; choose a new folder"
        assert fault(folder, out=out) == said
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["notes.txt"]
    (tmp_path / "empty").mkdir()
    assert (exported(folder, out=tmp_path / "empty").folder / "manifest.json").is_file()
    assert exported(folder, out=tmp_path / "a/new/one").folder == tmp_path / "a/new/one"


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_full_disk_is_one_message_and_leaves_nothing(folder, program, monkeypatch):
    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)  # the manifest, after all pictures
    out = folder.path / f"exports/Noor for {program}"
    assert fault(folder, SavingError, program=program) == (
        f"{out}: cannot be written, and nothing was: [Errno 28] No space left on device"
    )


def test_a_place_that_is_no_folder_is_said(folder, tmp_path):
    (tmp_path / "file").write_text("")
    file = tmp_path / "file"
    assert fault(folder, SavingError, out=file / "out") in [
        f"{file / 'out'}: cannot be written: [Errno {number}] {why}: {str(file)!r}"
        for number, why in ((errno.EEXIST, "File exists"), (errno.ENOTDIR, "Not a directory"))
    ]


def test_an_interrupt_leaves_nothing(folder, monkeypatch):
    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("sd_expression_grid.export.export.contact_sheet", interrupted)
    fault(folder, KeyboardInterrupt)


def test_proposed_names_are_lines(folder):
    assert proposed_names(folder, "Noor", "sillytavern") == "neutral = neutral\nsmile = joy\nsad = sadness"
