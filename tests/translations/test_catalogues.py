"""Every sentence a person reads is there in all four languages, with its placeholders."""

import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ROOT / "testing_center" / "translations"
PLACEHOLDER = re.compile(r"%\(\w+\)\w|%%|\{\w+\}")
METHODS = [
    ("testing_center/**.py", "python"),
    ("item_bank/**.py", "python"),
    ("templates/**.html", "jinja2"),
]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "N_": None, "lazy_gettext": None}


def catalogue(language: str) -> Catalog:
    with (CATALOGUES / language / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(value: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


@pytest.fixture(scope="module")
def source() -> set[str]:
    """First forms of every sentence in the sources."""
    found = extract_from_dir(ROOT, METHODS, keywords=KEYWORDS)
    return {forms(message)[0] for _, _, message, _, _ in found} - {""}


@pytest.mark.parametrize("language", ["ky", "ru", "kk"])
def test_nothing_is_untranslated(language: str, source: set[str]) -> None:
    known = {forms(message.id)[0]: message for message in catalogue(language) if message.id}
    assert not source - set(known), "run scripts/translations"
    assert not [text for text in source if not all(forms(known[text].string))]


@pytest.mark.parametrize("language", ["ky", "ru", "kk"])
def test_translations_keep_their_placeholders(language: str) -> None:
    def differs(message: Message) -> bool:
        wanted = {frozenset(PLACEHOLDER.findall(form)) for form in forms(message.id)}
        return any(frozenset(PLACEHOLDER.findall(form)) not in wanted for form in forms(message.string))

    assert not [message.id for message in catalogue(language) if message.id and differs(message)]


@pytest.mark.parametrize("language", ["ky", "ru", "kk", "en"])
def test_compiled_catalogues_are_those_of_the_sources(language: str) -> None:
    compiled = (CATALOGUES / language / "LC_MESSAGES" / "messages.mo").read_bytes()
    kept = read_mo(io.BytesIO(compiled))
    for message in catalogue(language):
        if message.id and all(forms(message.string)):
            assert forms(kept.get(forms(message.id)[0]).string) == forms(message.string)
