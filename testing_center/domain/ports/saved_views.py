"""Keeping searches of the item table."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from testing_center.domain.saved_views import SavedView


class SavedViews(Protocol):
    """Views of the item table by person."""

    def seen_by(self, person_id: int) -> Sequence[SavedView]:
        """Return a person's views and those that others share, by name."""

    def keep(self, person_id: int, name: str, address: str, shared: bool, at: datetime) -> SavedView:
        """Keep a view; one of the same person and name is replaced."""

    def remove(self, person_id: int, uid: str) -> bool:
        """Remove a person's own view; False when there is none."""
