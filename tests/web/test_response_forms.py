"""The form of every interaction gives back the response it was filled with, without any script."""

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from item_bank.answer_keys import NumericKey, OptionKey, SelectionKey, TextKey
from item_bank.items import ItemContent
from testing_center.services.presented_items import presented_item
from testing_center.web.response_forms import response_form, sent_response
from tests.item_bank.item_strategies import item_contents

ROOT = Path(__file__).parents[2]


class Form(HTMLParser):
    """What a browser would send of a form."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: MultiDict[str, str] = MultiDict()
        self._name = ""
        self._chosen: str | None = None
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "input" and (found.get("type") not in ("radio", "checkbox") or "checked" in found):
            self.sent.add(found["name"] or "", found.get("value") or "")
        elif tag == "select":
            self._name, self._chosen = found["name"] or "", ""
        elif tag == "option" and "selected" in found:
            self._chosen = found["value"]
        elif tag == "textarea":
            self._name, self._text = found["name"] or "", []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.sent.add(self._name, self._chosen or "")
        elif tag == "textarea" and self._text is not None:
            self.sent.add(self._name, "".join(self._text))
            self._text = None


@pytest.fixture(scope="module")
def app() -> Iterator[Flask]:
    app = Flask(__name__, template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    Babel(app, locale_selector=lambda: "en")
    with app.test_request_context():
        yield app


def right_response(content: ItemContent, language: str) -> tuple[str, ...]:
    key = content.answer_key
    if isinstance(key, OptionKey):
        return (key.correct,)
    if isinstance(key, SelectionKey):
        return key.correct
    if isinstance(key, NumericKey):
        return (key.bands[0].value, key.unit) if key.unit else (key.bands[0].value,)
    if isinstance(key, TextKey):
        return (next(iter(key.accepted.values()))[0].text,)
    return ("A text of several words.",)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_filled_form_is_read_back_as_the_response(app: Flask, data: st.DataObject) -> None:
    content = data.draw(item_contents())
    language = next(iter(content.texts))
    interaction = content.interaction
    response = interaction.parse_response(list(right_response(content, language)))
    order = interaction.option_order(data.draw(st.integers(0, 99)), 1)
    item = presented_item(content, None, language, order)
    form = Form()
    form.feed(response_form(item | {"response": list(response)}))
    assert interaction.parse_response(list(sent_response(form.sent))) == response
    empty = Form()
    empty.feed(response_form(item | {"response": []}))
    assert sent_response(empty.sent) == ()
