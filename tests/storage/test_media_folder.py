"""Bytes are stored whole under their hash, once, and nothing outside the folder can be named."""

from pathlib import Path

import pytest

from testing_center.storage.media_folder import MediaFolder

HASH = "ab" * 32


def test_bytes_are_kept_under_their_hash_and_never_changed(tmp_path: Path) -> None:
    folder = MediaFolder(tmp_path / "media")
    assert folder.path(HASH) is None
    folder.put(HASH, b"first")
    folder.put(HASH, b"second")
    found = folder.path(HASH)
    assert found is not None
    assert found.read_bytes() == b"first"
    assert [file.name for file in found.parent.iterdir()] == [HASH]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "ab" * 31, f"{HASH}/..", f"{HASH}\n"])
def test_what_is_no_hash_names_no_file(tmp_path: Path, name: str) -> None:
    folder = MediaFolder(tmp_path)
    assert folder.path(name) is None
    with pytest.raises(ValueError, match="64"):
        folder.put(name, b"")
