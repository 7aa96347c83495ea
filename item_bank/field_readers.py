"""Typed reading of JSON-able data; every refusal names the field."""

from collections.abc import Mapping

from item_bank.errors import InvalidItem


def read_text(data: Mapping[str, object], field: str) -> str:
    """Return the text in ``field``; raises ``InvalidItem``."""
    value = data.get(field)
    if not isinstance(value, str):
        raise InvalidItem("item_field", field=field, reason="give a text")
    return value


def optional_text(data: Mapping[str, object], field: str) -> str | None:
    """Return the text in ``field``, or ``None`` if there is none."""
    return None if data.get(field) is None else read_text(data, field)


def read_mapping(data: Mapping[str, object], field: str) -> Mapping[str, object]:
    """Return the table in ``field``; raises ``InvalidItem``."""
    value = data.get(field)
    if not isinstance(value, Mapping):
        raise InvalidItem("item_field", field=field, reason="give a table")
    return value


def read_texts(data: Mapping[str, object], field: str) -> dict[str, str]:
    """Return the table of texts in ``field``; raises ``InvalidItem``."""
    table = read_mapping(data, field)
    return {key: read_text(table, key) for key in table}
