"""Searches of the item table that people keep under a name."""

from dataclasses import dataclass
from datetime import datetime

LONGEST_NAME = 80
LONGEST_ADDRESS = 2000
MOST_VIEWS = 50


@dataclass(frozen=True)
class SavedView:
    """A search under a name; ``address`` is the query string of the table, ``shared`` shows it to all."""

    uid: str
    person_id: int
    name: str
    address: str
    shared: bool
    created_at: datetime
