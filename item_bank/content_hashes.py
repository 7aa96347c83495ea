"""Canonical bytes and hashes of published content."""

import hashlib
import json
from collections.abc import Mapping

from item_bank.identifiers import ContentHash


def hash_of(data: Mapping[str, object]) -> ContentHash:
    """Return the SHA-256 (64 hexadecimal digits) of the canonical JSON of ``data``.

    Canonical: keys sorted, no insignificant white space, UTF-8. ``data`` holds only strings, integers,
    booleans, ``None``, lists and mappings with string keys, so equal data has one form only.
    """
    canonical = json.dumps(
        data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_refuse
    )
    return ContentHash(hashlib.sha256(canonical.encode()).hexdigest())


def _refuse(value: object) -> object:
    raise TypeError(f"{type(value).__name__} has no canonical form")
