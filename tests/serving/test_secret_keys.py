import random
import stat
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing_center.instance_folder import InstanceFolder
from testing_center.secret_keys import instance_key, random_key, weakness


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("", "not set"),
        ("Zk3!pQ9x", "8 characters"),
        ("a" * 64, "easy to guess"),
        ("k7Qz" * 12, "easy to guess"),
        (string.ascii_letters, "easy to guess"),
        ("aabbaabbaabaababbbabbabaabbbabab", "easy to guess"),
        ("please-ChangeMe-0d8f2b7c1e9a4f6d3b5a", "well-known word"),
    ],
)
def test_weak_keys_are_named(key: str, fault: str) -> None:
    assert fault in (weakness(key) or "")


@given(st.integers(min_value=0))
def test_random_keys_of_128_bits_or_more_pass(seed: int) -> None:
    source = random.Random(seed)  # noqa: S311
    assert weakness("".join(source.choices("0123456789abcdef", k=64))) is None
    assert weakness("".join(source.choices(string.ascii_letters + string.digits, k=43))) is None
    assert weakness(random_key()) is None


def test_instance_key_is_made_once_and_private(tmp_path) -> None:
    folder = InstanceFolder.open(tmp_path / "data")
    first = instance_key(folder)
    assert instance_key(folder) == first
    assert weakness(first) is None
    assert stat.S_IMODE(folder.secret_key_file.stat().st_mode) == 0o600
    folder.secret_key_file.chmod(0o644)
    instance_key(folder)
    assert stat.S_IMODE(folder.secret_key_file.stat().st_mode) == 0o600
