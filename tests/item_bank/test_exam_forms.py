import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_items import item_content, mathematics_inventory

from item_bank.content_blueprints import ContentBlueprint, Section, StimulusBlocks
from item_bank.enemy_sets import EnemySet, conflicts
from item_bank.errors import BlueprintInfeasible, InvalidBlueprint, InvalidEnemySet
from item_bank.exam_forms import Inventory, InventoryItem, assemble, feasibility, inventory_of
from item_bank.identifiers import AREAS, ItemKey
from item_bank.items import first_version
from item_bank.releases import ItemParameters, Release, ReleaseEntry

BLUEPRINT = ContentBlueprint(
    "math-50",
    (
        Section("subject", "math", 40, 125, dict.fromkeys(AREAS["math"], 5), StimulusBlocks(2, 5)),
        Section("repeat", "math", 10, None, {"geometry": 4}),
    ),
)
INVENTORY = mathematics_inventory()
BY_KEY = {item.key: item for item in INVENTORY.items}

quotas = st.dictionaries(st.sampled_from(AREAS["math"]), st.integers(0, 6))
seeds = st.integers(0, 2**63)
ENEMY_SETS = st.lists(
    st.lists(st.sampled_from(sorted(BY_KEY)), min_size=2, max_size=6, unique=True), max_size=8
)


@settings(max_examples=60)
@given(seeds, quotas, quotas, st.integers(0, 4), st.integers(0, 5))
def test_every_form_meets_its_blueprint(
    seed: int, first: dict[str, int], second: dict[str, int], blocks: int, unassigned: int
) -> None:
    items = sum(first.values()) + 5 * blocks + unassigned
    sections = (
        Section("one", "math", items, None, first, StimulusBlocks(blocks, 5)),
        Section("two", "math", sum(second.values()), None, second),
    )
    blueprint = ContentBlueprint("generated", sections)
    shortages = feasibility(blueprint, INVENTORY)
    if shortages:
        with pytest.raises(BlueprintInfeasible, match="needs"):
            assemble(blueprint, INVENTORY, seed)
        return
    form = assemble(blueprint, INVENTORY, seed)
    chosen = [BY_KEY[key] for key in form.item_keys]
    assert len(set(form.item_keys)) == len(chosen) == blueprint.items
    families = Counter(item.family for item in chosen if item.family)
    assert set(families.values()) <= {1}
    for section, formed in zip(sections, form.sections, strict=True):
        singles = [BY_KEY[key] for key in formed.item_keys if BY_KEY[key].stimulus_key is None]
        placed = Counter(item.area for item in singles)
        assert all(placed[area] >= quota for area, quota in section.areas.items())
        if not section.unassigned:
            assert placed == Counter({area: quota for area, quota in section.areas.items() if quota})


@given(seeds)
def test_the_items_of_a_stimulus_are_contiguous_and_in_order(seed: int) -> None:
    keys = assemble(BLUEPRINT, INVENTORY, seed).sections[0].item_keys
    for start in (30, 35):
        block = [BY_KEY[key] for key in keys[start : start + 5]]
        stimulus = block[0].stimulus_key
        assert [item.key for item in block] == [f"{stimulus}.{n}" for n in range(1, 6)]


@given(seeds)
def test_a_form_is_fixed_by_its_seed(seed: int) -> None:
    form = assemble(BLUEPRINT, INVENTORY, seed)
    backwards = Inventory(INVENTORY.release_number, INVENTORY.items[::-1])
    assert assemble(BLUEPRINT, backwards, seed) == form
    other = assemble(BLUEPRINT, INVENTORY, seed + 1)
    assert other.content_hash != form.content_hash
    assert set(other.item_keys) != set(form.item_keys)


@given(seeds)
def test_a_quota_spreads_over_the_range_of_difficulty(seed: int) -> None:
    """One item from each fifth of the area: the mean of a form cannot wander off."""
    items = tuple(
        InventoryItem(ItemKey(f"math.algebra.h{n:03}"), "math", "algebra", "apply", difficulty=n / 10)
        for n in range(50)
    )
    blueprint = ContentBlueprint("spread", (Section("subject", "math", 5, None, {"algebra": 5}),))
    form = assemble(blueprint, Inventory(1, items), seed)
    strata = sorted(int(key[-3:]) // 10 for key in form.item_keys)
    assert strata == [0, 1, 2, 3, 4]


def test_a_shortage_says_what_is_missing() -> None:
    elsewhere = tuple(item for item in INVENTORY.items if item.area != "geometry")
    three = tuple(
        InventoryItem(ItemKey(f"math.geometry.h{n:03}"), "math", "geometry", "know") for n in range(3)
    )
    blueprint = ContentBlueprint("g", (Section("subject", "math", 4, None, {"geometry": 4}),))
    with pytest.raises(BlueprintInfeasible, match=r"^Section “subject”, area geometry: needs 4, has 3\.$"):
        assemble(blueprint, Inventory(1, elsewhere + three), 1)


def test_feasibility_lists_every_shortage() -> None:
    blueprint = ContentBlueprint(
        "large",
        (Section("subject", "math", 600, None, {"algebra": 11, "geometry": 10}, StimulusBlocks(16, 5)),),
    )
    assert [str(shortage) for shortage in feasibility(blueprint, INVENTORY)] == [
        "Section “subject”, stimuli with 5 items: needs 16, has 15.",
        "Section “subject”, area algebra: needs 11, has 10.",
        "Section “subject”: needs 600 items, has 131.",
    ]


def test_a_family_counts_once() -> None:
    family = tuple(
        InventoryItem(ItemKey(f"math.algebra.m01.{n}"), "math", "algebra", "know", "math.algebra.m01")
        for n in range(1, 9)
    )
    blueprint = ContentBlueprint("f", (Section("subject", "math", 2, None, {"algebra": 2}),))
    with pytest.raises(BlueprintInfeasible, match="needs 2, has 1"):
        assemble(blueprint, Inventory(1, family), 1)


def test_an_inventory_is_one_pool_of_a_release() -> None:
    versions = [
        first_version(ItemKey(f"math.numbers.{name}"), item_content(), "author") for name in ("h001", "t001")
    ]
    entries = [
        ReleaseEntry(of.item_key, 1, of.content_hash, pool, ItemParameters(1.2, -0.7))
        for of, pool in zip(versions, ("exam", "trainer"), strict=True)
    ]
    inventory = inventory_of(Release.of(4, entries), {of.item_key: of for of in versions}, "exam")
    assert inventory == Inventory(
        4, (InventoryItem(ItemKey("math.numbers.h001"), "math", "numbers", "apply", difficulty=-0.7),)
    )


def test_blueprints_survive_json() -> None:
    assert ContentBlueprint.from_data(json.loads(json.dumps(BLUEPRINT.to_data()))) == BLUEPRINT


SECTION = {"code": "subject", "subject": "math", "items": 10}


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"key": "", "sections": [SECTION]}, "“key”: give a text"),
        ({"key": "k", "sections": {}}, "“sections”: give a list"),
        ({"key": "k", "sections": []}, "at least one section"),
        ({"key": "k", "sections": [SECTION, SECTION]}, "a code of its own"),
        ({"key": "k", "sections": [SECTION], "hours": 2}, "“hours”: it is not a field"),
        ({"key": "k", "sections": [{**SECTION, "items": 0}]}, r"“subject\.items”: give a number from 1"),
        ({"key": "k", "sections": [{**SECTION, "items": True}]}, r"“subject\.items”: give a number"),
        ({"key": "k", "sections": [{**SECTION, "subject": "art"}]}, "use one of math"),
        ({"key": "k", "sections": [{**SECTION, "areas": {"art": 1}}]}, r"“subject\.areas\.art”"),
        ({"key": "k", "sections": [{**SECTION, "areas": {"algebra": -1}}]}, "give a number from 0"),
        ({"key": "k", "sections": [{**SECTION, "areas": {"algebra": 11}}]}, "ask for 11 items, but"),
        ({"key": "k", "sections": [{**SECTION, "stimulus_blocks": {"number": 1}}]}, "stimulus_blocks.size"),
        ({"key": "k", "sections": [{**SECTION, "stimulus_blocks": [2, 5]}]}, "give a table"),
    ],
)
def test_contradictory_blueprints_are_refused_by_field(data: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidBlueprint, match=sentence):
        ContentBlueprint.from_data(data)


@settings(max_examples=40, deadline=None)
@given(seeds, ENEMY_SETS)
def test_enemies_never_meet(seed: int, sets: list[list[ItemKey]]) -> None:
    hostile = Inventory(1, INVENTORY.items, tuple(map(tuple, sets)))
    blueprint = ContentBlueprint("small", (Section("one", "math", 16, 40, dict.fromkeys(AREAS["math"], 2)),))
    form = assemble(blueprint, hostile, seed)
    assert list(conflicts(form.item_keys, sets)) == []
    assert len(form.item_keys) == 16
    assert assemble(blueprint, hostile, seed) == form


def test_enemies_can_leave_a_quota_open() -> None:
    items = tuple(InventoryItem(ItemKey(f"i{n}"), "math", "algebra", "know") for n in range(4))
    blueprint = ContentBlueprint("tight", (Section("one", "math", 3, None, {"algebra": 3}),))
    pairs = tuple((items[n].key, items[m].key) for n, m in ((0, 1), (1, 2), (2, 3)))
    (shortage,) = feasibility(blueprint, Inventory(1, items, pairs))
    assert (shortage.params["needed"], shortage.params["available"]) == (3, 2)
    # 0, 2 and 0, 3 and 1, 3 may meet; with only 0 and 1 at war, three of four do.
    assert len(assemble(blueprint, Inventory(1, items, pairs[:1]), 5).item_keys) == 3
    with pytest.raises(InvalidEnemySet):
        EnemySet((items[0].key,), "alone")
    with pytest.raises(InvalidEnemySet):
        EnemySet((items[0].key, items[1].key), " ")
