import re
from pathlib import Path

import pytest

import item_bank
from item_bank.errors import SENTENCES, InvalidItem

SOURCES = [path for path in Path(item_bank.__file__).parent.rglob("*.py") if path.name != "errors.py"]
RAISED = {
    code
    for path in SOURCES
    for code in re.findall(r'"([a-z]+(?:_[a-z]+)+)"', path.read_text(encoding="utf-8"))
    if code in SENTENCES
}


def test_every_sentence_is_said_somewhere() -> None:
    assert set(SENTENCES) - RAISED == set()


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES)
def test_sentences_are_whole_and_calm(sentence: str) -> None:
    assert sentence[0].isupper() or sentence.startswith("%(")
    assert sentence.endswith((".", "%(first)s", "%(text)s”."))
    assert "!" not in sentence


def test_an_error_carries_code_params_and_its_english_sentence() -> None:
    error = InvalidItem("item_language_missing", language="ky")
    assert (error.code, error.params) == ("item_language_missing", {"language": "ky"})
    assert str(error) == "Add the text in the language “ky”."
