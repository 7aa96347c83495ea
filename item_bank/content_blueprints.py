"""Content blueprints: what an exam form must contain.

A blueprint has sections in a fixed order. A section asks for a number of items of one subject: some as
stimulus blocks (a stimulus with its items), the others as single items with a quota for each area. Single
items beyond the quotas may come from any area of the subject.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from item_bank.errors import InvalidBlueprint
from item_bank.identifiers import AREAS


@dataclass(frozen=True)
class StimulusBlocks:
    """``number`` stimuli, each with exactly ``size`` items."""

    number: int
    size: int

    @property
    def items(self) -> int:
        """Items in all blocks together."""
        return self.number * self.size


@dataclass(frozen=True)
class Section:
    """A section of an exam; ``minutes`` is ``None`` where only the exam as a whole is timed."""

    code: str
    subject: str
    items: int
    minutes: int | None = None
    areas: Mapping[str, int] = field(default_factory=dict)
    stimulus_blocks: StimulusBlocks = StimulusBlocks(0, 0)

    def __post_init__(self) -> None:
        if self.subject not in AREAS:
            raise _invalid(f"{self.code}.subject", f"use one of {', '.join(AREAS)}")
        for area in self.areas:
            if area not in AREAS[self.subject]:
                known = ", ".join(AREAS[self.subject])
                raise _invalid(f"{self.code}.areas.{area}", f"use one of {known}")
        if self.wanted > self.items:
            raise InvalidBlueprint(
                "blueprint_quotas", section=self.code, wanted=self.wanted, items=self.items
            )

    @property
    def wanted(self) -> int:
        """Items that the quotas and the stimulus blocks ask for."""
        return sum(self.areas.values()) + self.stimulus_blocks.items

    @property
    def unassigned(self) -> int:
        """Single items that may come from any area."""
        return self.items - self.wanted

    def to_data(self) -> dict[str, object]:
        return {
            "code": self.code,
            "subject": self.subject,
            "items": self.items,
            "minutes": self.minutes,
            "areas": dict(self.areas),
            "stimulus_blocks": {"number": self.stimulus_blocks.number, "size": self.stimulus_blocks.size},
        }


@dataclass(frozen=True)
class ContentBlueprint:
    """A test specification; section codes are unique."""

    key: str
    sections: tuple[Section, ...]

    def __post_init__(self) -> None:
        if not self.sections:
            raise _invalid("sections", "give at least one section")
        codes = [section.code for section in self.sections]
        if len(set(codes)) != len(codes):
            raise _invalid("sections", "give every section a code of its own")

    @property
    def items(self) -> int:
        """Items in the whole form."""
        return sum(section.items for section in self.sections)

    def to_data(self) -> dict[str, object]:
        """Return JSON-able data; ``from_data`` reads it back to an equal object."""
        return {"key": self.key, "sections": [section.to_data() for section in self.sections]}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "ContentBlueprint":
        """Read a blueprint; raises ``InvalidBlueprint`` naming the field at fault."""
        _refuse_unknown("", data, {"key", "sections"})
        sections = data.get("sections")
        if not isinstance(sections, list) or not all(isinstance(section, dict) for section in sections):
            raise _invalid("sections", "give a list of sections")
        return cls(_text("", data, "key"), tuple(_section(section) for section in sections))


def _section(data: Mapping[str, object]) -> Section:
    code = _text("", data, "code")
    _refuse_unknown(code, data, {"code", "subject", "items", "minutes", "areas", "stimulus_blocks"})
    areas, blocks = _table(code, data, "areas"), _table(code, data, "stimulus_blocks")
    _refuse_unknown(f"{code}.stimulus_blocks", blocks, {"number", "size"})
    block_place = f"{code}.stimulus_blocks"
    return Section(
        code=code,
        subject=_text(code, data, "subject"),
        items=_count(code, data, "items", lowest=1),
        minutes=None if data.get("minutes") is None else _count(code, data, "minutes", lowest=1),
        areas={area: _count(f"{code}.areas", areas, area) for area in areas},
        stimulus_blocks=StimulusBlocks(
            _count(block_place, blocks, "number", lowest=1), _count(block_place, blocks, "size", lowest=1)
        )
        if blocks.get("number")
        else StimulusBlocks(0, 0),
    )


def _invalid(field_name: str, reason: str) -> InvalidBlueprint:
    return InvalidBlueprint("blueprint_field", field=field_name.strip("."), reason=reason)


def _refuse_unknown(place: str, data: Mapping[str, object], known: set[str]) -> None:
    for name in sorted(set(data) - known):
        raise _invalid(f"{place}.{name}", "it is not a field of a content blueprint")


def _text(place: str, data: Mapping[str, object], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value.strip():
        raise _invalid(f"{place}.{name}", "give a text")
    return value


def _table(place: str, data: Mapping[str, object], name: str) -> Mapping[str, object]:
    value = data.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _invalid(f"{place}.{name}", "give a table")
    return value


def _count(place: str, data: Mapping[str, object], name: str, *, lowest: int = 0) -> int:
    value = data.get(name)
    if type(value) is not int or not lowest <= value <= 500:
        raise _invalid(f"{place}.{name}", f"give a number from {lowest} to 500")
    return value
