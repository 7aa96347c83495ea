"""Live, replayed and simulated attempts make the same choices, and every choice is plain data."""

import json
from dataclasses import replace

import adaptive_pools
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from psychometrics import Choice, PreparedPlan, SelectionRules, next_choice, open_session
from psychometrics.adaptive.batch import Administrations
from psychometrics.adaptive.draws import ANSWERS, draw, draws, seed_array, uniforms
from psychometrics.adaptive.explanation import explain
from psychometrics.adaptive.session import BatchSession
from psychometrics.simulation.administrations import Examinees, administer

COUNT = 90
PLANS = adaptive_pools.plans(COUNT)
POOL = adaptive_pools.pool(COUNT)
TIED = adaptive_pools.pool(COUNT, items=adaptive_pools.binary_items(COUNT, digits=1))
MIXED = adaptive_pools.pool(COUNT, items=adaptive_pools.mixed_items(COUNT))
BLOCKS = adaptive_pools.pool(COUNT, blocks=True)
SEEDS = [3, 2**63 - 1, 77]


def simulated(pool, plan, seeds):
    thetas = np.linspace(-1.5, 1.5, len(seeds))
    return administer(PreparedPlan(pool, plan), Examinees(thetas, seed_array(seeds)))


def live(pool, plan, seed, items, scores):
    """Choices of a session that meets the given scores."""
    session = open_session(PreparedPlan(pool, plan), seed)
    choices = [session.choose()]
    for item, score in zip(items, scores, strict=True):
        session.record(item, score)
        choices.append(session.choose())
    return choices


def check_agreement(pool, plan, seeds, replayed=True):
    result = simulated(pool, plan, seeds)
    for place, seed in enumerate(seeds):
        length = int(result.length[place])
        items = result.given[place, :length].tolist()
        scores = result.scores[place, :length].tolist()
        choices = live(pool, plan, seed, items, scores)
        assert [choice.item for choice in choices] == [*items, None]
        assert choices[-1].stop_reason == result.stop_reasons[place]
        assert choices[-1].theta == result.estimate[place]
        assert choices[-1].standard_error == result.standard_error[place]
        history = list(zip(items, scores, strict=True))
        for position in range(length + 1) if replayed else (0, length // 2, length):
            assert next_choice(pool, plan, history[:position], seed) == choices[position]
        for choice in choices:
            assert Choice.from_data(json.loads(json.dumps(choice.to_data()))) == choice


@pytest.mark.parametrize("name", PLANS)
def test_simulated_live_and_replayed_choices_agree(name):
    check_agreement(POOL, PLANS[name], SEEDS)


@pytest.mark.parametrize("name", ["shares", "quotas, lottery", *adaptive_pools.CRITERIA])
def test_they_agree_where_many_items_are_equal(name):
    check_agreement(TIED, PLANS[name], SEEDS[:2], replayed=False)


@pytest.mark.parametrize("name", ["shares", "quotas, lottery", "sprt", "deviation", *adaptive_pools.CRITERIA])
def test_they_agree_for_mixed_formats(name):
    check_agreement(MIXED, PLANS[name], SEEDS[:2], replayed=False)


@pytest.mark.parametrize("name", ["plain", "shares", "shares, levels", "excluded", "precision", "deviation"])
def test_they_agree_with_blocks(name):
    check_agreement(BLOCKS, PLANS[name], SEEDS)


@pytest.mark.parametrize("pool", [POOL, BLOCKS], ids=["single", "blocks"])
def test_they_agree_with_shadow_tests(pool):
    check_agreement(pool, adaptive_pools.SHADOW, SEEDS[:2])


@given(
    st.sampled_from([name for name in PLANS if name not in adaptive_pools.CRITERIA and name != "deviation"]),
    st.integers(0, 2**63 - 1),
    st.lists(st.integers(0, 1), min_size=12, max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_the_short_way_and_a_batch_of_one_give_equal_records(name, seed, scores):
    prepared = PreparedPlan(POOL, PLANS[name])
    short, batch = open_session(prepared, seed), BatchSession(prepared, seed, [])
    for score in scores:
        choice = short.choose()
        assert choice == batch.choose()
        assert sum(choice.masks.values()) <= COUNT
        if choice.item is None:
            break
        short.record(choice.item, score)
        batch.record(choice.item, score)


def test_a_replay_accepts_items_out_of_reach():
    """An imported history can hold enemies, excluded items and more items than the plan would give."""
    history = [(0, 1), (1, 0), (7, 1), (14, 1)]
    plan = replace(PLANS["excluded"], maximum_length=8)
    assert next_choice(POOL, plan, history, 4) == BatchSession(PreparedPlan(POOL, plan), 4, history).choose()


def test_masks_of_a_batch_account_for_the_pool():
    for pool, name in ((BLOCKS, "shares, levels"), (POOL, "a_stratified"), (POOL, "shares, lottery")):
        plan = replace(PLANS[name], randomesque=COUNT)
        session = BatchSession(PreparedPlan(pool, plan), 5, [])
        for _ in range(8):
            choice = session.choose()
            assert choice.candidates or choice.block is not None
            if choice.candidates:
                assert sum(choice.masks.values()) + len(choice.candidates) == COUNT
            session.record(choice.item, 1)


def test_examinees_do_not_depend_on_who_is_simulated_with_them():
    plan = replace(PLANS["shares, lottery"], selection=SelectionRules("progressive"))
    together, alone = simulated(POOL, plan, [1, 2, 3]), simulated(POOL, plan, [1, 2, 3])
    prepared = PreparedPlan(POOL, plan)
    single = administer(prepared, Examinees(np.array([0.0]), seed_array([2])))
    assert single.administrations[0] == together.administrations[1] == alone.administrations[1]
    assert single.estimate[0] == together.estimate[1]


def test_asking_again_gives_the_same_choice():
    for plan in (PLANS["shares"], PLANS["proportional"], adaptive_pools.SHADOW):
        session = open_session(PreparedPlan(POOL, plan), 9)
        assert session.choose() == session.choose()


def test_vectorized_draws_are_the_scalar_ones():
    seeds = [0, 1, 2**63 - 1, 2**64 - 1, 12345]
    for position in (0, 7, 300):
        for count in (1, 5, 4096, 2**31 - 1):
            many = draws(seed_array(seeds), position, np.full(len(seeds), count))
            assert many.tolist() == [draw(seed, position, count) for seed in seeds]


def test_drawn_numbers_are_even_and_unrelated():
    table = uniforms(seed_array(range(4000)), 3, np.array([0, 1, ANSWERS]))
    later = uniforms(seed_array(range(4000)), 4, np.array([0]))
    assert ((table > 0) & (table < 1)).all()
    assert table.mean(axis=0) == pytest.approx(0.5, abs=0.02)
    assert table.var(axis=0) == pytest.approx(1 / 12, abs=0.004)
    related = np.corrcoef(np.column_stack([table, later]).T)
    assert np.abs(related - np.eye(4)).max() < 0.06


def test_a_batch_explains_any_of_its_examinees():
    prepared = PreparedPlan(POOL, PLANS["shares"])
    state = Administrations(prepared, seed_array(SEEDS))
    items = state.choose()
    for place, seed in enumerate(SEEDS):
        assert explain(state, place, int(items[place])) == next_choice(POOL, PLANS["shares"], [], seed)
