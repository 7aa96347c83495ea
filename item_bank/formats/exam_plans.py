"""Plans of tests as other systems write them: parts, sections, items and time limits.

A plan is read for the person who builds content blueprints and exam forms; nothing is delivered from it.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class TimeLimit:
    """Seconds; 0 means no limit."""

    fewest: float = 0
    most: float = 0
    late_allowed: bool = False


@dataclass(frozen=True)
class PlannedItem:
    """A reference to an item; ``identifier`` is unique in the plan, ``item`` names the item."""

    identifier: str
    item: str
    categories: tuple[str, ...] = ()
    required: bool = False
    fixed: bool = False
    weight: float = 1
    time: TimeLimit = TimeLimit()


@dataclass(frozen=True)
class PlannedSection:
    """Items and sections in their order; ``select`` is how many of them are drawn (0: all)."""

    identifier: str
    title: str
    members: "tuple[PlannedItem | PlannedSection, ...]" = ()
    select: int = 0
    shuffle: bool = False
    keep_together: bool = True
    time: TimeLimit = TimeLimit()

    def items(self) -> Iterator[PlannedItem]:
        """Yield the items of the section and of the sections within it."""
        for member in self.members:
            if isinstance(member, PlannedItem):
                yield member
            else:
                yield from member.items()


@dataclass(frozen=True)
class PlannedPart:
    """A part: ``linear`` if candidates cannot go back, ``individual`` if each item is submitted at once."""

    identifier: str
    sections: tuple[PlannedSection, ...]
    linear: bool = True
    individual: bool = True
    time: TimeLimit = TimeLimit()


@dataclass(frozen=True)
class ExamPlan:
    """A test with its parts."""

    identifier: str
    title: str
    parts: tuple[PlannedPart, ...]
    time: TimeLimit = TimeLimit()

    def items(self) -> Iterator[PlannedItem]:
        """Yield every item of the plan in its order."""
        for part in self.parts:
            for section in part.sections:
                yield from section.items()

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data."""
        return asdict(self)
