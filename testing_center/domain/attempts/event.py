"""What every event of an attempt is."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from testing_center.domain.attempts.plan import DeliveryPlan


@dataclass(frozen=True)
class Event:
    """Base of all attempt events; ``kind`` is the stored name and never changes."""

    kind: ClassVar[str]

    def to_data(self) -> dict[str, Any]:
        """Return the event's fields as JSON-able data."""
        return {field.name: _plain(getattr(self, field.name)) for field in fields(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, DeliveryPlan):
        return value.to_data()
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    return value
