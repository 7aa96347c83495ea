"""Test sites, rooms and seats."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Site:
    """A place where tests are sat; texts by language code, ``timezone`` an IANA name."""

    id: int
    key: str
    names: Mapping[str, str]
    cities: Mapping[str, str]
    addresses: Mapping[str, str]
    timezone: str


@dataclass(frozen=True)
class Room:
    """A room with seats numbered from 1."""

    id: int
    site_id: int
    name: str
    seats: int
