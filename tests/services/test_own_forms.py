"""Forms of candidates' own expect the same score as the common one; shadow tests hold the areas exactly."""

from collections import Counter
from dataclasses import replace

import pytest

from item_bank.content_files import load_content
from testing_center.demo.forms import KZ_MATH
from testing_center.domain.attempts.plan import AdaptiveRules, DeliveryPlan, SectionPlan
from testing_center.domain.bank import StoredForm
from testing_center.services import own_forms
from testing_center.services.pinned_materials import PinnedMaterials
from testing_center.services.release_library import ReleaseContent, ReleaseLibrary
from tests.services.released_items import released


@pytest.fixture(scope="module")
def release() -> ReleaseContent:
    bank = load_content()
    items = tuple(released(number, entry) for number, entry in enumerate(bank.items, start=1))
    return ReleaseContent(1, items, {})


@pytest.fixture(scope="module")
def reference(release: ReleaseContent) -> StoredForm:
    empty = StoredForm("0" * 64, 1, 1, {"sections": []})
    sections = own_forms.assembled(KZ_MATH, release, seed=7)
    return replace(empty, data={"sections": list(sections)})


def keys(sections: object) -> list[str]:
    return [item["item_key"] for part in sections for item in part["items"]]  # type: ignore[attr-defined]


def test_a_seed_fixes_the_form_and_another_seed_draws_another(
    release: ReleaseContent, reference: StoredForm
) -> None:
    first, again = (own_forms.draw(reference, KZ_MATH, release, seed=11) for _ in range(2))
    other = own_forms.draw(reference, KZ_MATH, release, seed=12)
    assert first == again
    assert keys(first.sections) != keys(other.sections)
    areas = Counter(release.content(key, 1).area for key in keys(first.sections)[:40])
    assert all(areas[area] >= needed for area, needed in KZ_MATH.sections[0].areas.items())


def test_the_form_drawn_is_nearer_to_the_common_one_than_a_form_at_random(
    release: ReleaseContent, reference: StoredForm
) -> None:
    for seed in range(3):
        drawn = own_forms.draw(reference, KZ_MATH, release, seed)
        at_random = [
            own_forms.distance(own_forms.assembled(KZ_MATH, release, seed=1000 + n), reference, release)
            for n in range(8)
        ]
        assert drawn.distance <= sorted(at_random)[len(at_random) // 2]
        assert drawn.distance == own_forms.distance(drawn.sections, reference, release)
        assert drawn.distance < 2.0  # percent of the score


def test_a_shadow_test_holds_every_area_between_its_bounds(release: ReleaseContent) -> None:
    shares = {"numbers": 0.3, "algebra": 0.3, "functions": 0.15, "geometry": 0.15, "statistics": 0.1}
    rules = AdaptiveRules(shares, 5, 10, 0.3, 5, shadow_test=True)
    section = SectionPlan("subject", "math", (), rules)
    plan = DeliveryPlan("exam", "adaptive", (section,), 3600, "ky", 3, 1)
    materials = PinnedMaterials(ReleaseLibrary(lambda **_: None), release)  # type: ignore[arg-type, return-value]
    history: tuple[tuple[str, int, int], ...] = ()
    while (choice := materials.next_item(plan, section, history)).item_key is not None:
        history = (*history, (choice.item_key, choice.version, len(history) % 2))
    areas = Counter(release.content(key, 1).area for key, _, _ in history)
    assert len(history) == 10
    assert (areas["numbers"], areas["algebra"], areas["statistics"]) == (3, 3, 1)
    assert {areas["functions"], areas["geometry"]} == {1, 2}
