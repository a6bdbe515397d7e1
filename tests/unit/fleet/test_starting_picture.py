"""From files into img2img's settings, and from there into the study's folder."""

from base64 import b64encode

import pytest
from PIL import Image

from sd_expression_grid.base.errors import StudyError
from sd_expression_grid.fleet.starting_picture import settings_for


@pytest.fixture
def picture(tmp_path):
    Image.new("RGB", (8, 6), "red").save(tmp_path / "a.png")
    return tmp_path / "a.png"


def test_the_files_reach_the_webui_as_they_are(picture, tmp_path):
    mask = tmp_path / "mask.png"
    Image.new("L", (8, 6), 255).save(mask)
    encoded, encoded_mask = (b64encode(file.read_bytes()).decode() for file in (picture, mask))
    assert settings_for(picture, None) == {"init_images": [encoded]}
    assert settings_for(picture, mask) == {"init_images": [encoded], "mask": encoded_mask}


def refused(picture, mask):
    with pytest.raises(StudyError) as raised:
        settings_for(picture, mask)
    return str(raised.value)


def test_what_is_no_picture_is_named_with_its_option(picture, tmp_path):
    text, none, cut = (tmp_path / name for name in ("text.png", "none.png", "cut.png"))
    text.write_text("no picture")
    cut.write_bytes(picture.read_bytes()[:40])
    said = f"{text} cannot be read as a picture: cannot identify image file {str(text)!r}"
    assert refused(text, None) == f"--picture: {said}"
    assert refused(picture, text) == f"--mask: {said}"
    missing = f"[Errno 2] No such file or directory: {str(none)!r}"
    assert refused(none, None) == f"--picture: {none} cannot be read as a picture: {missing}"
    assert refused(cut, None).startswith(f"--picture: {cut} cannot be read as a picture: ")
