"""Which files of networks came, went or were replaced since the last look."""

import os

from sd_expression_grid.webui.host.files import SeenFiles


def test_a_file_that_was_replaced_is_seen_whatever_its_time(tmp_path):
    seen, folder = SeenFiles(), tmp_path / "networks"
    assert not seen.have_changed([str(folder)])
    file = folder / "deep" / "a.pt"
    file.parent.mkdir(parents=True)
    for data, time in ((b"one", 20), (b"two", 10), (b"three", 10)):
        file.write_bytes(data)
        os.utime(file, (time, time))
        assert seen.have_changed([str(folder)])
        assert not seen.have_changed([str(folder)])
        assert seen.times == {file: time}
    (folder / "to nowhere.pt").symlink_to(folder / "gone")
    assert not seen.have_changed([str(folder)])
    file.unlink()
    assert seen.have_changed([str(folder)])
    assert seen.times == {}
