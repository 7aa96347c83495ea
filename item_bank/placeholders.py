"""Texts of item models: Markdown with ``[[expression]]`` and ``[[expression:format]]`` placeholders."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from item_bank.errors import InvalidExpression, InvalidItemModel
from item_bank.exact_functions import Value
from item_bank.expressions import Expression, compile_expression
from item_bank.identifiers import Language
from item_bank.number_formats import NumberFormat, Place, parse_number_format
from item_bank.text_zones import Zone, zone_spans

_OPENING: Final = "[["
_CLOSING: Final = "]]"
_MASK: Final = "\ufffc"


@dataclass(frozen=True)
class Placeholder:
    """One ``[[…]]`` of a text."""

    source: str
    expression: Expression
    number_format: NumberFormat
    zone: Zone

    def write(self, variables: Mapping[str, Value], language: Language) -> str:
        """Return the value as written in ``language``; raises ``InvalidItemModel``."""
        value = self.expression.evaluate(variables)
        try:
            return self.number_format.write(value, Place(language, self.zone))
        except ValueError as error:
            raise InvalidItemModel("model_placeholder", placeholder=self.source, reason=error) from None


@dataclass(frozen=True)
class Template:
    """A text with its placeholders compiled."""

    parts: tuple[str | Placeholder, ...]

    @property
    def names(self) -> frozenset[str]:
        """Variables that the placeholders read."""
        return frozenset(
            name for part in self.parts if isinstance(part, Placeholder) for name in part.expression.names
        )

    def fill(self, variables: Mapping[str, Value], language: Language) -> str:
        """Return the text with every placeholder written out."""
        return "".join(
            part if isinstance(part, str) else part.write(variables, language) for part in self.parts
        )


def compile_template(text: str) -> Template:
    """Parse ``text``; raises ``InvalidItemModel`` for a placeholder that cannot be read."""
    spans = list(_placeholder_spans(text))
    masked = text
    for start, end in spans:
        masked = masked[:start] + _MASK * (end - start) + masked[end:]
    zones = list(zone_spans(masked))
    parts: list[str | Placeholder] = []
    position = 0
    for start, end in spans:
        zone = next(span.zone for span in zones if span.start <= start < span.end)
        parts += [text[position:start], _placeholder(text[start:end], zone)]
        position = end
    parts.append(text[position:])
    return Template(tuple(part for part in parts if part != ""))


def _placeholder(source: str, zone: Zone) -> Placeholder:
    inner = source.removeprefix(_OPENING).removesuffix(_CLOSING)
    expression, format_text = _split_format(inner)
    try:
        number_format = parse_number_format(format_text)
        return Placeholder(source, compile_expression(expression), number_format, zone)
    except (ValueError, InvalidExpression) as error:
        reason = str(error).removesuffix(".")
        raise InvalidItemModel("model_placeholder", placeholder=source, reason=reason) from None


def _placeholder_spans(text: str) -> Iterator[tuple[int, int]]:
    position = text.find(_OPENING)
    while position >= 0:
        end = _closing_position(text, position + len(_OPENING))
        if end is None and text.startswith("[[[", position):
            # “[[[a]]; [[b]]]”: the first bracket belongs to the text, an interval for instance.
            position += 1
            end = _closing_position(text, position + len(_OPENING))
        if end is None:
            reason = "it is empty or its ]] is missing (write literal brackets as [ [)"
            raise InvalidItemModel(
                "model_placeholder", placeholder=text[position : position + 30], reason=reason
            )
        yield position, end
        position = text.find(_OPENING, end)


def _closing_position(text: str, start: int) -> int | None:
    """Return the index after the ``]]`` that closes a placeholder whose expression begins at ``start``."""
    for index, character, depth in _outside_quotes(text, start):
        if depth < 0:
            closes = text.startswith(_CLOSING, index)
            return index + len(_CLOSING) if closes and index > start else None
        if character == "\n":
            return None
    return None


def _outside_quotes(text: str, start: int) -> Iterator[tuple[int, str, int]]:
    """Yield index, character and bracket depth for every character that is not inside a quoted string."""
    depth, quote = 0, ""
    for index in range(start, len(text)):
        character = text[index]
        if quote:
            quote = "" if character == quote else quote
            continue
        if character in "'\"":
            quote = character
            continue
        depth += {"[": 1, "(": 1, "]": -1, ")": -1}.get(character, 0)
        yield index, character, depth


def _split_format(inner: str) -> tuple[str, str]:
    characters = _outside_quotes(inner, 0)
    colons = [index for index, character, depth in characters if character == ":" and depth == 0]
    if not colons:
        return inner, ""
    return inner[: colons[-1]], inner[colons[-1] + 1 :]
