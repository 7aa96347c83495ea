"""What authors have besides items: working copies of unfinished forms, files, stimuli, item models."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class WorkingCopy:
    """A form that one person has not saved yet, as typed.

    ``scope`` names what is written: ``item:<key>``, ``new:<token>``, ``stimulus:<key>`` and so on;
    ``based_on`` is the version the form was begun on (0 for something new).
    """

    person_id: int
    scope: str
    based_on: int
    values: Mapping[str, str]
    saved_at: datetime


@dataclass(frozen=True)
class MediaFileRecord:
    """A stored file; ``width`` and ``height`` are 0 for what is no picture of known size."""

    sha256: str
    name: str
    media_type: str
    size: int
    width: int
    height: int
    added_by: int | None
    added_at: datetime


@dataclass(frozen=True)
class MediaUse:
    """Where a file is used: the ``kind`` is ``item`` or ``stimulus``, the version the newest that uses it."""

    sha256: str
    kind: str
    key: str
    version: int


@dataclass(frozen=True)
class StimulusVersionRecord:
    """One version of a stimulus; ``content`` is item_bank's canonical data."""

    key: str
    number: int
    content: Mapping[str, Any]
    content_hash: str
    author_id: int | None
    note: str
    created_at: datetime


@dataclass(frozen=True)
class StimulusUse:
    """An item that belongs to a stimulus, with where the item stands."""

    stimulus_key: str
    item_key: str
    pool: str
    status: str


@dataclass(frozen=True)
class ModelVersionRecord:
    """One version of an item model; ``source`` is what its author wrote."""

    key: str
    pool: str
    subject: str
    number: int
    source: Mapping[str, Any]
    content_hash: str
    author_id: int | None
    note: str
    created_at: datetime
