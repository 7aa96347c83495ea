"""What a candidate's page is told: everything needed to answer, and nothing that helps to."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from item_bank.content_files import load_content
from testing_center.domain.attempts.plan import DeliveryPlan, PlannedItem, SectionPlan
from testing_center.domain.attempts.state import AttemptState, Presentation
from testing_center.domain.errors import NotFound
from testing_center.domain.people import Person
from testing_center.services import candidate_pages as pages
from testing_center.services.presented_items import option_letter
from testing_center.services.release_library import ReleaseLibrary

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
CONTENT = load_content()
CONTENTS = {item.key: item.content for item in CONTENT.items if item.pool == "exam"}
KEYS = tuple(key for key, content in CONTENTS.items() if content.stimulus_key is None)[:4]
ORDER = ("d", "a", "c", "b")
FORBIDDEN = {
    "key", "correct", "answer_key", "explanation", "level", "family", "area", "theta", "evidence",
    "item_key", "item_score", "discrimination", "difficulty", "guessing", "parameters", "seed", "version",
}  # fmt: skip


class OneRelease:
    """A library with one release of real content."""

    def release(self, number: int) -> Any:
        return SimpleNamespace(content=lambda key, _: CONTENTS[key], stimuli={})


LIBRARY = cast(ReleaseLibrary, OneRelease())


def shown(position: int, **facts: Any) -> Presentation:
    return Presentation(f"shown-{position}", position, "subject", KEYS[position - 1], 1, ORDER, **facts)


def attempt(mode: Any = "fixed", **facts: Any) -> AttemptState:
    items = tuple(PlannedItem(key, 1, ORDER) for key in KEYS)
    section = SectionPlan("subject", "pedagogy", items)
    plan = DeliveryPlan("exam", mode, (section,), 3600, "ky", 987654321, 1)
    state = AttemptState("a", 1, plan, "in_progress", 5, started_at=NOW, position=2)
    return replace(state, **({"presentations": (shown(1, response=("a",)), shown(2))} | facts))


def names_in(data: Any) -> set[str]:
    if isinstance(data, dict):
        return set(data).union(*(names_in(value) for value in data.values()))
    return set().union(*(names_in(value) for value in data)) if isinstance(data, list) else set()


@pytest.mark.parametrize("language", ["ky", "ru", "kk", "en"])
def test_no_item_tells_its_key_explanation_or_kind(language: str) -> None:
    state = attempt()
    state = replace(state, plan=replace(state.plan, language=language))
    for key, content in CONTENTS.items():
        if content.stimulus_key or language not in content.texts:
            continue
        order = tuple(content.interaction.option_ids)
        payload = pages.item_payload(state, replace(shown(1), item_key=key, option_order=order), LIBRARY)
        text = json.dumps(payload, ensure_ascii=False)
        assert not names_in(payload) & FORBIDDEN
        explanation = content.texts[language].explanation  # type: ignore[index]
        assert not explanation or explanation not in text
        assert key not in text


def test_progress_tells_no_ability_seed_or_item_identity() -> None:
    text = json.dumps(pages.progress_payload(attempt(), NOW))
    assert not names_in(json.loads(text)) & FORBIDDEN
    assert "987654321" not in text
    assert not any(key in text for key in KEYS)


def test_options_come_in_the_order_of_the_presentation_with_letters_of_the_language() -> None:
    item = pages.item_payload(attempt(), shown(1), LIBRARY)
    assert [option["value"] for option in item["options"]] == list(ORDER)
    assert [option["letter"] for option in item["options"]] == ["А", "Б", "В", "Г"]
    assert [option_letter(index, "en") for index in range(4)] == ["A", "B", "C", "D"]


def test_navigator_tells_answered_seen_and_unseen() -> None:
    state = attempt(presentations=(shown(1, response=("a",)), shown(2, flagged=True)))
    cells = pages.navigator_cells(state)
    assert [cell["state"] for cell in cells] == ["answered", "seen", "unseen", "unseen"]
    assert [cell["flagged"] for cell in cells] == [False, True, False, False]
    assert [cell["current"] for cell in cells] == [False, True, False, False]
    assert pages.unanswered(state) == 3


def test_time_left_is_the_servers_and_stands_still_in_a_pause() -> None:
    later = NOW + timedelta(minutes=10)
    assert pages.progress_payload(attempt(), later)["seconds_left"] == 3000
    paused = attempt(status="paused", paused_at=NOW + timedelta(minutes=4))
    assert pages.progress_payload(paused, later)["seconds_left"] == 3360


def test_items_are_hidden_while_paused_and_after_the_finish() -> None:
    assert pages.current_item(attempt(), LIBRARY) is not None
    assert pages.current_item(attempt(status="paused", paused_at=NOW), LIBRARY) is None
    assert pages.current_item(attempt(status="finished"), LIBRARY) is None


def test_an_adaptive_test_is_complete_when_everything_shown_is_confirmed() -> None:
    done = (shown(1, response=("a",), confirmed=True), shown(2, response=("b",), confirmed=True))
    assert pages.current_item(attempt("adaptive", presentations=done), LIBRARY) is None
    assert pages.progress_payload(attempt("adaptive", presentations=done), NOW)["complete"]
    assert not pages.progress_payload(attempt("adaptive"), NOW)["complete"]


def test_only_the_candidate_of_the_attempt_owns_it() -> None:
    owner = cast(Person, SimpleNamespace(id=1))
    pages.require_owner(attempt(), owner)
    with pytest.raises(NotFound):
        pages.require_owner(attempt(), cast(Person, SimpleNamespace(id=2)))
