import stat
from pathlib import Path

import pytest

from testing_center.instance_folder import (
    AlreadyRunningError,
    InstanceFolder,
    InstanceFolderError,
    lock_file,
    reset_instance,
)


def test_a_new_folder_is_marked_and_private(tmp_path: Path) -> None:
    folder = InstanceFolder.open(tmp_path / "a" / "data")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert InstanceFolder.open(folder.path) == folder


def test_a_folder_with_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(InstanceFolderError, match="not a Synak instance folder"):
        InstanceFolder.open(tmp_path)
    assert [entry.name for entry in tmp_path.iterdir()] == ["thesis.doc"]


def test_a_file_in_the_way_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(InstanceFolderError, match="cannot be used"):
        InstanceFolder.open(tmp_path / "data")


def test_reset_empties_an_instance_folder(tmp_path: Path) -> None:
    folder = InstanceFolder.open(tmp_path / "data")
    beside = ("synak.sqlite3-wal", "synak.sqlite3-turn")
    for name in ("synak.sqlite3", *beside, "secret-key", "media/photo.png", "live/live.log"):
        (folder.path / name).write_text("x")
    assert reset_instance(folder.path)
    assert list(folder.path.iterdir()) == []
    assert not reset_instance(folder.path)
    assert not reset_instance(tmp_path / "missing")


@pytest.mark.parametrize("stranger", ["notes.txt", "backup/", "media-link"])
def test_reset_removes_nothing_beside_strange_entries(tmp_path: Path, stranger: str) -> None:
    folder = InstanceFolder.open(tmp_path / "data")
    (folder.path / "synak.sqlite3").write_text("answers")
    if stranger.endswith("/"):
        (folder.path / stranger).mkdir()
    elif stranger == "media-link":
        (tmp_path / "elsewhere").mkdir()
        (folder.path / "media").rmdir()
        (folder.path / "media").symlink_to(tmp_path / "elsewhere")
    else:
        (folder.path / stranger).write_text("")
    with pytest.raises(InstanceFolderError, match="Nothing was removed"):
        folder.reset()
    assert (folder.path / "synak.sqlite3").read_text() == "answers"


def test_reset_refuses_a_folder_without_the_marker(tmp_path: Path) -> None:
    (tmp_path / "synak.sqlite3").write_text("somebody's")
    with pytest.raises(InstanceFolderError, match="not a Synak instance folder"):
        reset_instance(tmp_path)
    assert (tmp_path / "synak.sqlite3").exists()


def test_one_supervisor_at_a_time(tmp_path: Path) -> None:
    folder = InstanceFolder.open(tmp_path)
    with folder.held("http://127.0.0.1:8000"):
        with pytest.raises(AlreadyRunningError, match=r"already running .* at http://127\.0\.0\.1:8000"):
            folder.held("http://127.0.0.1:9000").__enter__()
        with pytest.raises(AlreadyRunningError):
            folder.reset()
    with folder.held("http://127.0.0.1:9000"):
        pass


def test_reset_waits_for_a_live_server_of_a_killed_supervisor(tmp_path: Path) -> None:
    folder = InstanceFolder.open(tmp_path)
    lock = lock_file(folder.live / "lock")
    assert lock is not None
    with pytest.raises(AlreadyRunningError, match="live server"):
        folder.reset()
    assert (folder.path / "synak-instance.json").exists()
