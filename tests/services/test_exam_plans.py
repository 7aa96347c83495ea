"""A fixed form is pinned as it stands, and never with an item that nobody would mark."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from item_bank.content_files import load_content
from testing_center.domain.administrations import Administration, Booking
from testing_center.domain.attempts.policy import Accommodations
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.bank import ReleasedItem, StoredForm
from testing_center.domain.errors import InvalidInput
from testing_center.services.exam_plans import exam_plan
from testing_center.services.release_library import ReleaseContent, ReleaseLibrary
from tests.services.released_items import released

RULES = load_rule_set("kz-2025")
GRANTED = Accommodations(time_multiplier=1.5)
BOOKING = Booking(1, "b", 1, 1, 1, "kz.moderator", "ky", GRANTED, "TICKET00", None)


def administration(policy: dict[str, Any]) -> Administration:
    return Administration(
        1, "a", {}, RULES.id, RULES.content_hash, "kz.subject", "math", "fixed", 1, 1, "f" * 64, policy
    )


def library(items: tuple[ReleasedItem, ...]) -> ReleaseLibrary:
    entries = [{"item_key": item.item_key, "version": item.version} for item in items]
    section = {"code": "subject", "subject": "math", "minutes": 30, "items": entries}
    form = StoredForm("f" * 64, 1, 1, {"sections": [section]})
    found = SimpleNamespace(release=lambda _: ReleaseContent(1, items, {}), form=lambda _: form)
    return cast(ReleaseLibrary, found)


def first_items(count: int) -> tuple[ReleasedItem, ...]:
    entries = [entry for entry in load_content().items if entry.content.subject == "math"]
    return tuple(released(number, entry) for number, entry in enumerate(entries[:count], start=1))


def test_the_plan_pins_policy_accommodations_and_minutes_of_sections() -> None:
    policy = {"delivery": {"navigation": "section", "section_minutes": {"subject": 45}, "own_forms": False}}
    plan = exam_plan(administration(policy), BOOKING, library(first_items(3)), seed=5)
    assert plan.sections[0].seconds == 45 * 60
    assert plan.policy.navigation == "section"
    assert plan.policy.breaks.count == RULES.breaks.max_count
    assert plan.accommodations == GRANTED
    unset = exam_plan(administration({}), BOOKING, library(first_items(3)), seed=5)
    assert unset.sections[0].seconds == 30 * 60


def test_a_form_with_an_item_that_people_mark_is_refused_by_name() -> None:
    items = first_items(2)
    key = {"criteria": [{"id": "c1", "max_points": 3}]}
    object.__setattr__(items[1], "content", {**items[1].content, "answer_key": key})
    with pytest.raises(InvalidInput, match=items[1].item_key):
        exam_plan(administration({}), BOOKING, library(items), seed=5)
