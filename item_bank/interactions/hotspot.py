"""Pointing at regions of a picture."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, Final

from item_bank.errors import InvalidItem, InvalidResponse
from item_bank.field_readers import read_text
from item_bank.identifiers import OptionId
from item_bank.interactions.protocol import (
    NoGaps,
    Response,
    check_identifiers,
    chosen_options,
    read_count,
)

PICTURE: Final = OptionId("picture")
"""The identifier under which every language writes the picture's alternative text."""

_COORDINATES: Final[Mapping[str, int]] = {"rect": 4, "circle": 3, "ellipse": 4}


@dataclass(frozen=True)
class Region:
    """A part of the picture, in whole pixels from its top left corner.

    ``rect``: left, top, right, bottom; ``circle``: centre x, y and radius; ``ellipse``: centre x, y and the
    horizontal and vertical radius; ``poly``: x, y of each corner. Raises ``InvalidItem`` for other forms.
    """

    region_id: OptionId
    shape: str
    coordinates: tuple[int, ...]

    def __post_init__(self) -> None:
        count = len(self.coordinates)
        fits = (
            count >= 6 and count % 2 == 0 if self.shape == "poly" else count == _COORDINATES.get(self.shape)
        )
        if not fits or min(self.coordinates) < 0:
            raise InvalidItem("item_region", region=self.region_id, shape=self.shape)

    def contains(self, x: int, y: int) -> bool:
        """Say whether the point is in the region, its edge included (exact, without rounding)."""
        numbers = self.coordinates
        if self.shape == "rect":
            return numbers[0] <= x <= numbers[2] and numbers[1] <= y <= numbers[3]
        if self.shape == "circle":
            return (x - numbers[0]) ** 2 + (y - numbers[1]) ** 2 <= numbers[2] ** 2
        if self.shape == "ellipse":
            across, down = numbers[2], numbers[3]
            left = ((x - numbers[0]) * down) ** 2 + ((y - numbers[1]) * across) ** 2
            return left <= (across * down) ** 2
        return _in_polygon(x, y, list(zip(numbers[::2], numbers[1::2], strict=True)))

    def to_data(self) -> dict[str, object]:
        return {"region_id": self.region_id, "shape": self.shape, "coordinates": list(self.coordinates)}

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "Region":
        """Read back ``to_data``; raises ``InvalidItem``."""
        numbers = data.get("coordinates")
        if not isinstance(numbers, list) or not numbers or not all(type(number) is int for number in numbers):
            raise InvalidItem("item_field", field="coordinates", reason="give a list of whole numbers")
        return cls(OptionId(read_text(data, "region_id")), read_text(data, "shape"), tuple(numbers))


@dataclass(frozen=True)
class HotspotInteraction(NoGaps):
    """Choose up to ``max_choices`` regions of a picture of ``width`` x ``height`` pixels.

    ``picture`` names one of the item's media files. Every region has a name in every language, so that it
    can be chosen from a list with the keyboard or by ear; a point is read as the first region that holds it.
    """

    kind: ClassVar[str] = "hotspot"
    picture: str
    width: int
    height: int
    regions: tuple[Region, ...]
    max_choices: int = 1

    def __post_init__(self) -> None:
        check_identifiers("regions", self.region_ids, 1)
        check_identifiers("options", self.option_ids, 2)
        if self.width < 1 or self.height < 1 or not self.picture:
            raise InvalidItem("item_field", field="picture", reason="name a picture and its size")

    @property
    def region_ids(self) -> tuple[OptionId, ...]:
        """The regions in the author's order."""
        return tuple(region.region_id for region in self.regions)

    @property
    def option_ids(self) -> tuple[OptionId, ...]:
        """The picture (for its alternative text), then the regions."""
        return (PICTURE, *self.region_ids)

    def region_at(self, x: int, y: int) -> OptionId | None:
        """Return the first region that holds the point."""
        return next((region.region_id for region in self.regions if region.contains(x, y)), None)

    def parse_response(self, raw: object) -> Response:
        """Accept a list of region identifiers in any order; an empty list withdraws the response."""
        if isinstance(raw, (list, tuple)) and PICTURE in raw:
            raise InvalidResponse("response_unknown_option", option=PICTURE)
        return chosen_options(raw, self.region_ids, self.max_choices)

    def option_order(self, seed: int, ordinal: int) -> tuple[OptionId, ...]:
        """Return the author's order: the regions lie where they lie."""
        return self.option_ids

    def to_data(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "picture": self.picture,
            "width": self.width,
            "height": self.height,
            "regions": [region.to_data() for region in self.regions],
            "max_choices": self.max_choices,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, object]) -> "HotspotInteraction":
        """Read back ``to_data``; raises ``InvalidItem``."""
        regions = data.get("regions")
        if not isinstance(regions, list) or not all(isinstance(region, Mapping) for region in regions):
            raise InvalidItem("item_field", field="regions", reason="give a list of regions")
        return cls(
            read_text(data, "picture"),
            read_count(data, "width", 1),
            read_count(data, "height", 1),
            tuple(Region.from_data(region) for region in regions),
            read_count(data, "max_choices"),
        )


def _in_polygon(x: int, y: int, corners: list[tuple[int, int]]) -> bool:
    """Even-odd rule in whole numbers; points on an edge are inside."""
    inside = False
    for (ax, ay), (bx, by) in pairwise([*corners, corners[0]]):
        cross = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
        if cross == 0 and min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by):
            return True
        if (ay > y) != (by > y) and (cross > 0) == (by > ay):
            inside = not inside
    return inside
