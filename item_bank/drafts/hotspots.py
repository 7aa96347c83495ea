"""The form of a hotspot: a picture of the item, and regions in its pixels."""

import re
from typing import Final

from item_bank.answer_keys import AnswerKey, SelectionKey
from item_bank.answer_keys.selection_key import ALL_OR_NOTHING
from item_bank.drafts.choices import key_entries, marked, selection_key, weight_fields
from item_bank.drafts.files import drafted_media
from item_bank.drafts.forms import Fields, KindForm, ids
from item_bank.drafts.reading import DraftReader
from item_bank.errors import InvalidItem
from item_bank.identifiers import OptionId
from item_bank.interactions import HotspotInteraction, Interaction, Region
from item_bank.interactions.hotspot import PICTURE

SHAPES: Final = {
    "rect": "draft_region_rect",
    "circle": "draft_region_circle",
    "ellipse": "draft_region_ellipse",
    "poly": "draft_region_poly",
}
"""The shapes of regions, each with the sentence that says its coordinates."""
LARGEST: Final = 20_000
_NUMBERS: Final = re.compile(r"\d{1,5}([\s,;]+\d{1,5})*")


def _begin(interaction: Interaction, key: AnswerKey) -> Fields:
    assert isinstance(interaction, HotspotInteraction)  # noqa: S101 - the form's own kind
    assert isinstance(key, SelectionKey)  # noqa: S101 - the key of this kind
    entries = key_entries(key) | {f"correct.{region}": "1" for region in key.correct}
    entries |= {
        "picture": interaction.picture,
        "width": str(interaction.width),
        "height": str(interaction.height),
        "max_choices": str(interaction.max_choices),
    }
    for region in interaction.regions:
        entries[f"region.{region.region_id}.shape"] = region.shape
        entries[f"region.{region.region_id}.coordinates"] = ", ".join(str(one) for one in region.coordinates)
    return Fields({"regions": interaction.region_ids, "picture": (PICTURE,)}, entries)


def _hotspot(reader: DraftReader) -> HotspotInteraction | None:
    names = {reference.name for reference in drafted_media(reader.draft)}
    picture = reader.one_of("picture", names, "draft_picture")
    width, height = (reader.count(side, 1, LARGEST) for side in ("width", "height"))
    listed = reader.draft.listed("regions")
    regions = [region for name in listed if (region := _region(reader, name, width, height))]
    most = reader.count("max_choices", 0, max(len(listed), 1), empty=1)
    if not listed:
        reader.fault("list.regions", "draft_regions")
    if not picture or not regions:
        return None
    return HotspotInteraction(picture, width, height, tuple(regions), most)


def _key(reader: DraftReader, interaction: HotspotInteraction) -> AnswerKey:
    listed = reader.draft.listed("regions")
    correct = marked(reader, listed, interaction.max_choices)
    return selection_key(reader, interaction.kind, correct, weight_fields(listed))


def _region(reader: DraftReader, name: OptionId, width: int, height: int) -> Region | None:
    field = f"region.{name}.coordinates"
    shape = reader.one_of(f"region.{name}.shape", SHAPES)
    written = reader.draft.entry(field)
    if not shape:
        return None
    if not _NUMBERS.fullmatch(written):
        reader.fault(field, SHAPES[shape])
        return None
    numbers = tuple(int(number) for number in re.findall(r"\d+", written))
    try:
        region = Region(name, shape, numbers)
    except InvalidItem:
        reader.fault(field, SHAPES[shape])
        return None
    if shape == "rect" and not (numbers[0] < numbers[2] and numbers[1] < numbers[3]):
        reader.fault(field, "draft_region_rect")
    if any(x > width or y > height for x, y in _points(region)):
        reader.fault(field, "draft_region_outside", width=width, height=height)
    return region


def _points(region: Region) -> list[tuple[int, int]]:
    """Return points of the region that must lie in the picture: corners, or the centre of what is round."""
    numbers = region.coordinates if region.shape in ("rect", "poly") else region.coordinates[:2]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _blank() -> Fields:
    entries = {"rule": ALL_OR_NOTHING, "points": "1", "max_choices": "1"}
    entries |= {f"region.{name}.shape": "rect" for name in ("h1", "h2")}
    return Fields({"regions": ids("h1 h2"), "picture": (PICTURE,)}, entries)


HOTSPOT: Final = KindForm(
    kind=HotspotInteraction.kind,
    begin=_begin,
    blank=_blank,
    interaction=_hotspot,
    key=_key,
    letters={"regions": "h"},
    text_lists=("picture", "regions"),
)
