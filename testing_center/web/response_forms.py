"""The form in which a response to an item is given: one template for each kind of interaction.

The same form serves the test, the trainer, the preview and the marking desk. It needs no script to be read:
every control carries a part of the response as it is stored. Scripts of a kind only make it more comfortable
and are fetched when an item of that kind is shown.
"""

from collections.abc import Mapping
from typing import Any, Final

from flask import render_template, url_for
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

from testing_center.web import locale

FIELD: Final = "response"
SCRIPTED: Final = frozenset({"order", "gap_match", "short_text", "extended_text", "hotspot"})
"""Kinds with a script of their own, ``js/interactions/<kind>.js``."""
PLAIN: Final = frozenset({"choice", "multiple_choice"})
"""Kinds that need no style but the page's own."""


def response_form(
    item: Mapping[str, Any], *, field: str = FIELD, disabled: bool = False, strikable: bool = False
) -> Markup:
    """Return the form of a presented item, filled with its ``response``.

    *field* begins the names of the controls: a page that shows a second response gives another one.
    """
    return Markup(  # noqa: S704 - our own template, its texts escaped or from the item bank's allow-list
        render_template(
            f"interactions/{item['kind']}.html",
            item=item,
            field=field,
            disabled=disabled,
            strikable=strikable,
            language=locale.language(),
        )
    )


def assets(kind: str) -> dict[str, str | None]:
    """Return the addresses of the script and the style sheet that a kind needs besides the page's own."""
    script, style = f"js/interactions/{kind}.js", "css/interactions.css"
    return {
        "script": url_for("static", filename=script) if kind in SCRIPTED else None,
        "style": None if kind in PLAIN else url_for("static", filename=style),
    }


def page_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the script of the test page is told of an item: its form, and where it stands."""
    told = ("presentation_id", "position", "response", "flagged", "language", "kind", "stimulus")
    shown = {name: item[name] for name in told} | assets(item["kind"])
    return shown | {
        "client_sequence": item.get("client_sequence", 0),
        "html": response_form(item, strikable=True),
    }


def sent_response(form: MultiDict[str, str]) -> tuple[str, ...]:
    """Return the response in a form that was sent without script: its parts, pairs joined, empty ones left
    out; a unit counts only beside its number."""
    parts: list[str] = []
    for name in form:
        if name != FIELD and not name.startswith(f"{FIELD}-"):
            continue
        values = form.getlist(name)
        if name.startswith(f"{FIELD}-pair-"):
            parts += [" ".join(values)] if len(values) == 2 and all(values) else []
        elif name != f"{FIELD}-unit" or parts:
            parts += [value for value in values if value.strip()]
    return tuple(parts)
