"""Sketches: a few numbers by which near-duplicates are found among many items without comparing all.

Each set of features gets the least of its hashes under ``ROWS`` x ``BANDS`` permutations (an exclusive or
with a fixed random number each); the rows of a band make one number. Two sets with the Jaccard coefficient s
share a number with the probability 1 - (1 - s^ROWS)^BANDS: 0.99 at 0.7, 0.24 at 0.3.
"""

import hashlib
import random
from typing import Final

from item_bank.fingerprints.fingerprint import Features, Fingerprint
from item_bank.fingerprints.similarity import LEAST_FEATURES

ROWS: Final = 3
BANDS: Final = 10
_MASKS: Final = tuple(random.Random(20231105).getrandbits(64) for _ in range(ROWS * BANDS))  # noqa: S311


def sketch(fingerprint: Fingerprint) -> frozenset[int]:
    """Return the numbers (signed, 64 bits) of which near-duplicates share at least one."""
    found = {band for name, text in fingerprint.texts.items() if text for band in _bands(name, text)}
    if len(fingerprint.structure) >= LEAST_FEATURES:
        found |= set(_bands("structure", fingerprint.structure))
    return frozenset(found)


def _bands(name: str, features: Features) -> list[int]:
    least = [min(map(mask.__xor__, features)) for mask in _MASKS]
    return [_number(f"{name} {start} {least[start : start + ROWS]}") for start in range(0, len(least), ROWS)]


def _number(written: str) -> int:
    return int.from_bytes(hashlib.blake2b(written.encode(), digest_size=8).digest(), "little", signed=True)
