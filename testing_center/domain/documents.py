"""Issued documents and what the public may see of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

REPLACED = "replaced"
"""Status of a document in whose place another stands, or will when the result is next looked at."""


@dataclass(frozen=True)
class Document:
    """A numbered document; status is valid, annulled or replaced; ``data`` is what it was printed from.

    ``replaces`` is the number of the document that this one stands in place of.
    """

    number: str
    verification_code: str
    kind: str
    attempt_id: str
    status: str
    data: Mapping[str, Any]
    issued_at: datetime
    replaces: str | None = None
