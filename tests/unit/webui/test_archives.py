"""ZIPs for downloading, which are whole or not there."""

import errno
import zipfile

import pytest

from sd_expression_grid.base.errors import SavingError
from sd_expression_grid.webui.rating.archives import archive_of


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "Noor 0.5 for plain"
    made.mkdir()
    (made / "joy.png").write_bytes(b"a picture")
    return made


def test_a_zip_stands_beside_its_folder(folder):
    file = archive_of(folder)
    assert file == f"{folder}.zip"
    with zipfile.ZipFile(file) as archive:
        assert archive.read("joy.png") == b"a picture"


def test_on_a_full_disk_no_half_zip_is_left_and_it_is_said_where_the_files_are(folder, monkeypatch):
    def full(*_args, **_options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(zipfile.ZipFile, "write", full)
    with pytest.raises(SavingError, match="No space left") as raised:
        archive_of(folder)
    assert str(raised.value).endswith(f"; all is in {folder}")
    assert list(folder.parent.iterdir()) == [folder]
    assert [file.name for file in folder.iterdir()] == ["joy.png"]
