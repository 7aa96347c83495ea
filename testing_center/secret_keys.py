"""Secret keys: how strong one is, and where it comes from.

A key signs session cookies and exam tokens, so whoever guesses it can answer in another candidate's name.
"""

from __future__ import annotations

import itertools
import math
import os
import secrets
from collections import Counter
from pathlib import Path

from testing_center.instance_folder import InstanceFolder

MINIMUM_LENGTH = 32
MINIMUM_BITS = 80.0
_WELL_KNOWN_PARTS = (
    "changeme",
    "change-me",
    "change_me",
    "default",
    "develop",
    "example",
    "insecure",
    "password",
    "qwerty",
    "secret",
    "synak",
    "your-key",
    "your_key",
)


def weakness(key: str) -> str | None:
    """Say what is wrong with `key` as the end of a sentence, or None for a key that looks random.

    A key passes with at least 32 characters, no well-known word, no repeated block, no run along the
    alphabet, and at least 80 bits by the Shannon entropy of its own characters (a random 128-bit key in
    hexadecimal has about 113).
    """
    if not key:
        return "is not set"
    if len(key) < MINIMUM_LENGTH:
        return f"has {len(key)} characters, at least {MINIMUM_LENGTH} are needed"
    if any(part in key.lower() for part in _WELL_KNOWN_PARTS):
        return "contains a well-known word"
    if _is_repetition(key) or _is_mostly_a_run(key) or _shannon_bits(key) < MINIMUM_BITS:
        return "is easy to guess"
    return None


def random_key() -> str:
    """A new key of 256 random bits in URL-safe letters (43 characters)."""
    return secrets.token_urlsafe(32)


def instance_key(folder: InstanceFolder) -> str:
    """The key of an instance folder, made once and readable by its owner only (mode 0600)."""
    path = folder.secret_key_file
    if not path.exists():
        _write_once(path, random_key())
    path.chmod(0o600)
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, key: str) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as stream:
        stream.write(key + "\n")
        stream.flush()
        os.fsync(stream.fileno())
    try:
        # A link either appears whole or fails: two processes starting at once end with one key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _is_repetition(key: str) -> bool:
    return (key + key).find(key, 1) < len(key)


def _is_mostly_a_run(key: str) -> bool:
    neighbours = sum(abs(ord(first) - ord(second)) <= 1 for first, second in itertools.pairwise(key))
    return neighbours > (len(key) - 1) / 2


def _shannon_bits(key: str) -> float:
    total = len(key)
    return -sum(count * math.log2(count / total) for count in Counter(key).values())
