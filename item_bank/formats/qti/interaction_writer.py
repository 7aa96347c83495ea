"""The eleven kinds of interaction as elements of a QTI body."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element

from item_bank.errors import InvalidItem
from item_bank.formats.qti.body_writer import body, media_path, phrase
from item_bank.formats.qti.names import QtiVersion, node
from item_bank.formats.qti.rule_writer import RESPONSE, UNIT, gap_response, unit_identifier
from item_bank.identifiers import Language
from item_bank.interactions import (
    AssociateInteraction,
    ChoiceInteraction,
    ExtendedTextInteraction,
    GapMatchInteraction,
    HotspotInteraction,
    InlineChoiceInteraction,
    MatchInteraction,
    MultipleChoiceInteraction,
    NumericInteraction,
    OrderInteraction,
    ShortTextInteraction,
)
from item_bank.interactions.hotspot import PICTURE
from item_bank.items import ItemContent, ItemText


@dataclass(frozen=True)
class BodyRequest:
    """What an item body is written from: the content, one of its languages, and the version of QTI."""

    content: ItemContent
    language: Language
    version: QtiVersion

    @property
    def text(self) -> ItemText:
        """The texts in the language."""
        return self.content.texts[self.language]

    def option(self, parent: Element, name: str, option: str, **attributes: str) -> Element:
        """Append an option with its text."""
        written = node(parent, name, identifier=option, **attributes)
        phrase(written, self.text.options[option], self.content.media)  # type: ignore[index]
        return written


def write_body(item: Element, request: BodyRequest) -> Element:
    """Append the item body with stem and interaction and return it; raises ``InvalidMarkup``."""
    content = request.content
    written = node(item, "qti-item-body")
    stem = body(request.text.stem, content.media, with_gaps=bool(content.interaction.gap_ids))
    interaction = content.interaction
    if isinstance(interaction, GapMatchInteraction):
        _gap_match(written, stem, interaction, request)
        return written
    written.append(stem)
    if isinstance(interaction, InlineChoiceInteraction):
        _inline_choices(stem, interaction, request)
    elif isinstance(interaction, (ChoiceInteraction, MultipleChoiceInteraction, OrderInteraction)):
        _choices(written, interaction, request)
    elif isinstance(interaction, MatchInteraction):
        _match(written, interaction, request)
    elif isinstance(interaction, AssociateInteraction):
        _associate(written, interaction, request)
    elif isinstance(interaction, HotspotInteraction):
        _hotspot(written, interaction, request)
    else:
        _entry(written, interaction, request)
    return written


def _yes(value: bool) -> str:
    return "true" if value else "false"


def _choices(
    parent: Element,
    interaction: ChoiceInteraction | MultipleChoiceInteraction | OrderInteraction,
    request: BodyRequest,
) -> None:
    kind = "order" if isinstance(interaction, OrderInteraction) else "choice"
    written = node(parent, f"qti-{kind}-interaction", response_identifier=RESPONSE)
    written.set("shuffle", _yes(getattr(interaction, "shuffle", True)))
    if isinstance(interaction, ChoiceInteraction):
        written.set("max-choices", "1")
    if isinstance(interaction, MultipleChoiceInteraction):
        written.set("max-choices", str(interaction.max_choices))
        written.set("min-choices", str(interaction.min_choices))
    for option in interaction.option_ids:
        request.option(written, "qti-simple-choice", option)


def _match(parent: Element, interaction: MatchInteraction, request: BodyRequest) -> None:
    written = node(
        parent,
        "qti-match-interaction",
        response_identifier=RESPONSE,
        shuffle=_yes(interaction.shuffle),
        max_associations="0",
    )
    for options, uses in (
        (interaction.rows, interaction.per_row),
        (interaction.columns, interaction.per_column),
    ):
        side = node(written, "qti-simple-match-set")
        for option in options:
            request.option(side, "qti-simple-associable-choice", option, match_max=str(uses))


def _associate(parent: Element, interaction: AssociateInteraction, request: BodyRequest) -> None:
    written = node(
        parent,
        "qti-associate-interaction",
        response_identifier=RESPONSE,
        shuffle=_yes(interaction.shuffle),
        max_associations=str(interaction.max_pairs),
    )
    for option in interaction.option_ids:
        uses = str(interaction.uses)
        request.option(written, "qti-simple-associable-choice", option, match_max=uses)


def _gap_match(
    parent: Element, stem: Element, interaction: GapMatchInteraction, request: BodyRequest
) -> None:
    written = node(
        parent,
        "qti-gap-match-interaction",
        response_identifier=RESPONSE,
        shuffle=_yes(interaction.shuffle),
    )
    for option in interaction.option_ids:
        request.option(written, "qti-gap-text", option, match_max=str(interaction.uses))
    for span in _gap_spans(stem):
        gap = span.attrib["data-gap"]
        span.tag = "qti-gap"
        span.attrib.clear()
        span.set("identifier", gap)
    written.append(stem)


def _inline_choices(stem: Element, interaction: InlineChoiceInteraction, request: BodyRequest) -> None:
    for span in _gap_spans(stem):
        gap = span.attrib["data-gap"]
        span.tag = "qti-inline-choice-interaction"
        span.attrib.clear()
        span.set("response-identifier", gap_response(gap))
        span.set("shuffle", _yes(interaction.shuffle))
        for option in interaction.gaps[gap]:  # type: ignore[index]
            request.option(span, "qti-inline-choice", option)


def _gap_spans(stem: Element) -> list[Element]:
    return [span for span in stem.iter("span") if "data-gap" in span.attrib]


def _hotspot(parent: Element, interaction: HotspotInteraction, request: BodyRequest) -> None:
    written = node(
        parent,
        "qti-hotspot-interaction",
        response_identifier=RESPONSE,
        max_choices=str(interaction.max_choices),
    )
    references = {reference.name: reference for reference in request.content.media}
    if interaction.picture not in references:
        raise InvalidItem("item_media_missing", name=interaction.picture)
    reference = references[interaction.picture]
    address = f"../{media_path(reference)}"
    words = request.text.options[PICTURE]
    size = {"width": str(interaction.width), "height": str(interaction.height)}
    if request.version.is_3:
        node(written, "img", src=address, alt=words, **size)
    else:
        node(written, "object", words, type=reference.media_type, data=address, **size)
    for region in interaction.regions:
        node(
            written,
            "qti-hotspot-choice",
            identifier=region.region_id,
            shape=region.shape,
            coords=",".join(map(str, region.coordinates)),
            hotspot_label=request.text.options[region.region_id],
        )


def _entry(parent: Element, interaction: object, request: BodyRequest) -> None:
    if isinstance(interaction, ExtendedTextInteraction):
        node(
            parent,
            "qti-extended-text-interaction",
            response_identifier=RESPONSE,
            expected_length=str(interaction.max_length),
        )
        return
    line = node(parent, "p")
    entry = node(line, "qti-text-entry-interaction", response_identifier=RESPONSE)
    if isinstance(interaction, ShortTextInteraction):
        entry.set("expected-length", str(interaction.max_length))
    if isinstance(interaction, NumericInteraction) and interaction.units:
        units = node(line, "qti-inline-choice-interaction", response_identifier=UNIT, shuffle="false")
        for position, unit in enumerate(interaction.units):
            node(units, "qti-inline-choice", unit, identifier=unit_identifier(position))
