"""Answer copying: closed forms, brute force, and error rates and power of every index in simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, poisson

from psychometrics import (
    InvalidParameters,
    InvalidResponses,
    NominalItems,
    OptionChoices,
    category_probabilities,
    estimate_ability,
    generalized_binomial_tail,
    generalized_binomial_test,
    k_indices,
    option_shares,
    simulate_responses,
    wollack_omega,
)

ITEMS, ROOM = 40, 20


def draw_items(rng: np.random.Generator, count: int) -> NominalItems:
    """Four options, the first of which is right."""
    slopes = np.concatenate([rng.uniform(0.7, 1.3, (count, 1)), rng.normal(-0.2, 0.3, (count, 3))], axis=1)
    return NominalItems(
        slopes, np.concatenate([rng.normal(0.9, 0.7, (count, 1)), rng.normal(0, 0.6, (count, 3))], axis=1)
    )


class Hall:
    """1,000 examinees in rooms of 20; in ``copied`` the first of each room copied half from the second."""

    def __init__(self) -> None:
        rng = np.random.default_rng(31)
        self.items = draw_items(rng, ITEMS)
        theta = rng.normal(size=1_000)
        theta[::ROOM], theta[1::ROOM] = rng.normal(-0.7, 0.4, 50), rng.normal(0.4, 0.4, 50)
        self.rooms = np.arange(1_000) // ROOM
        honest = simulate_responses(theta, self.items, rng).astype(np.int64)
        copied = honest.copy()
        for copier in range(0, 1_000, ROOM):
            which = rng.permutation(ITEMS)[: ITEMS // 2]
            copied[copier, which] = honest[copier + 1, which]
        key = np.zeros(ITEMS, dtype=np.int64)
        self.honest, self.copied = OptionChoices(honest, key), OptionChoices(copied, key)

    def modelled(self, choices: OptionChoices) -> np.ndarray:
        theta = estimate_ability(choices.chosen, self.items).theta
        return category_probabilities(theta, self.items)


@pytest.fixture(scope="module")
def hall() -> Hall:
    return Hall()


def guilty(copier: np.ndarray, source: np.ndarray) -> np.ndarray:
    return (copier % ROOM == 0) & (source == copier + 1)


@pytest.mark.parametrize("source_of", ["model", "shares"])
def test_omega_keeps_its_error_rate_and_finds_copiers(hall, source_of):
    def probabilities(choices):
        return hall.modelled(choices) if source_of == "model" else option_shares(choices)

    honest = wollack_omega(hall.honest, probabilities(hall.honest), rooms=hall.rooms)
    assert len(honest.p_value) == 50 * ROOM * (ROOM - 1)
    assert np.mean(honest.p_value < 0.05) == pytest.approx(0.05, abs=0.015)
    assert np.mean(honest.p_value < 0.01) == pytest.approx(0.01, abs=0.006)
    found = wollack_omega(hall.copied, probabilities(hall.copied), rooms=hall.rooms)
    assert np.mean(found.p_value[guilty(found.copier, found.source)] < 0.01) > 0.7


@pytest.mark.parametrize("source_of", ["model", "shares"])
def test_generalized_binomial_test_keeps_its_error_rate_and_finds_pairs(hall, source_of):
    def probabilities(choices):
        return hall.modelled(choices) if source_of == "model" else option_shares(choices)

    honest = generalized_binomial_test(hall.honest, probabilities(hall.honest), rooms=hall.rooms)
    assert len(honest.p_value) == 50 * ROOM * (ROOM - 1) // 2
    assert 0.02 < np.mean(honest.p_value < 0.05) < 0.06
    assert np.mean(honest.p_value < 0.01) < 0.014
    found = generalized_binomial_test(hall.copied, probabilities(hall.copied), rooms=hall.rooms)
    assert np.mean(found.p_value[guilty(found.copier, found.source)] < 0.01) > 0.6


def test_k_family_is_at_or_below_its_nominal_rate_and_finds_copiers(hall):
    honest = k_indices(hall.honest, rooms=hall.rooms)
    found = k_indices(hall.copied, rooms=hall.rooms)
    who = guilty(found.copier, found.source)
    for name in ("k", "k1", "k2", "s1", "s2"):
        assert np.nanmean(getattr(honest, name) < 0.05) < 0.06, name
        assert np.nanmean(getattr(honest, name) < 0.01) < 0.014, name
        assert np.nanmean(getattr(found, name)[who] < 0.01) > 0.4, name


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=8),
    st.integers(0, 8),
)
def test_generalized_binomial_tail_is_the_sum_over_all_outcomes(chances, least):
    least = min(least, len(chances))
    outcomes = (np.arange(2 ** len(chances))[:, None] >> np.arange(len(chances))) & 1
    weights = np.where(outcomes, chances, 1 - np.array(chances)).prod(axis=1)
    expected = weights[outcomes.sum(axis=1) >= least].sum()
    tail = generalized_binomial_tail(np.array([chances]), np.array([least]))
    assert tail[0] == pytest.approx(expected, abs=1e-12)


def test_equal_chances_give_the_binomial_tail_far_out():
    tail = generalized_binomial_tail(np.full((1, 60), 0.3), np.array([45]))
    assert tail[0] == pytest.approx(binom.sf(44, 60, 0.3), rel=1e-9)


def test_omega_of_one_pair_by_hand():
    chances = np.array([[[0.5, 0.3, 0.2], [0.6, 0.1, 0.3]], [[0.2, 0.7, 0.1], [0.3, 0.3, 0.4]]])
    found = wollack_omega(OptionChoices([[0, 1], [0, 2]], [0, 1]), chances)
    # Row 0 copies from row 1: it would choose options 0 and 2 with probabilities 0.5 and 0.3.
    assert (found.copier[0], found.source[0], found.matches[0]) == (0, 1, 1)
    assert found.expected[0] == pytest.approx(0.8)
    assert found.statistic[0] == pytest.approx(0.2 / np.sqrt(0.25 + 0.21))


def test_items_that_one_of_a_pair_never_saw_do_not_count():
    chances = np.full((3, 3, 2), 0.5)
    choices = OptionChoices([[0, 1, -1], [0, -1, 1], [-1, -1, 0]], [0, 0, 0])
    pairs = generalized_binomial_test(choices, chances)
    assert pairs.expected.tolist() == [0.5, 0.0, 0.5]
    assert pairs.p_value == pytest.approx([0.5, np.nan, 1.0], nan_ok=True)
    omega = wollack_omega(choices, chances)
    assert np.isnan(omega.p_value[(omega.copier == 0) & (omega.source == 2)]).all()


def test_k_indices_agree_with_the_definitions_written_out(hall):
    few = OptionChoices(hall.honest.chosen[:120, :8], hall.honest.key[:8])
    found = k_indices(few)
    right, chosen = few.right, few.chosen
    wrong = (~right).sum(axis=1)
    for place in np.random.default_rng(3).choice(len(found.k), 40, replace=False):
        copier, source = found.copier[place], found.source[place]
        if wrong[source] == 0:
            assert np.isnan(found.k[place])
            continue
        same = ((chosen == chosen[source]) & ~right & ~right[source]).sum(axis=1)
        group = np.flatnonzero((wrong == wrong[copier]) & (np.arange(120) != source))
        rate = np.clip(same[group].mean() / wrong[source], 0.001, 0.999)
        assert found.identical_wrong[place] == same[copier]
        assert found.k[place] == pytest.approx(binom.sf(same[copier] - 1, wrong[source], rate), abs=1e-12)
        others = np.delete(np.arange(120), source)
        line = np.polyfit(wrong[others] / 8, same[others] / wrong[source], 1)
        rate = np.clip(np.polyval(line, wrong[copier] / 8), 0.001, 0.999)
        assert found.k1[place] == pytest.approx(binom.sf(same[copier] - 1, wrong[source], rate), abs=1e-9)


def test_s1_solves_the_likelihood_equations_of_poisson_regression(hall):
    found = k_indices(hall.honest, rooms=hall.rooms)
    wrong = (~hall.honest.right).sum(axis=1)
    place = int(np.flatnonzero((found.identical_wrong > 2) & (found.s1 > 0.001))[0])
    copier, source = found.copier[place], found.source[place]
    others = np.delete(np.arange(1_000), source)
    right = hall.honest.right
    same = (hall.honest.chosen == hall.honest.chosen[source]) & ~right & ~right[source]
    counts, design = same.sum(axis=1)[others], np.stack([np.ones(999), wrong[others]], axis=1)
    slopes = np.array([np.log(counts.mean()), 0.0])
    for _ in range(50):
        mean = np.exp(design @ slopes)
        slopes += np.linalg.solve((design * mean[:, None]).T @ design, design.T @ (counts - mean))
    mean = np.exp(slopes @ [1, wrong[copier]])
    expected = poisson.sf(same[copier].sum() - 1, mean) - poisson.sf(wrong[source], mean)
    assert found.s1[place] == pytest.approx(expected, rel=1e-6)


def test_rooms_limit_the_pairs_and_the_reference_stays_everyone(hall):
    few, labels = OptionChoices(hall.honest.chosen[:300, :20], hall.honest.key[:20]), hall.rooms[:300]
    whole, rooms = k_indices(few), k_indices(few, rooms=labels)
    same_room = labels[whole.copier] == labels[whole.source]
    assert same_room.sum() == len(rooms.k)
    assert np.nansum(whole.k2[same_room]) == pytest.approx(np.nansum(rooms.k2), rel=1e-9)
    assert len(k_indices(few, rooms=np.arange(300)).k) == 0


def test_option_shares_are_probabilities_that_follow_the_score(hall):
    shares = option_shares(hall.honest)
    assert shares.sum(axis=2) == pytest.approx(np.ones((1_000, ITEMS)))
    assert np.abs(shares - hall.modelled(hall.honest)).mean() < 0.04
    score = hall.honest.right.sum(axis=1)
    assert shares[score.argmax(), :, 0].mean() > shares[score.argmin(), :, 0].mean() + 0.3


def test_bad_choices_are_refused_in_words():
    with pytest.raises(InvalidResponses, match="start at 0"):
        OptionChoices([[0, -2]], [0, 0])
    with pytest.raises(InvalidParameters, match="key"):
        OptionChoices([[0, 1]], [0])
    with pytest.raises(InvalidResponses, match="generalized binomial test"):
        k_indices(OptionChoices([[0, -1], [0, 1]], [0, 0]))
    choices = OptionChoices([[0, 1], [0, 1]], [0, 0])
    with pytest.raises(InvalidParameters, match="do not fit"):
        wollack_omega(choices, np.ones((2, 2, 1)))
    with pytest.raises(InvalidParameters, match="sum to 1"):
        wollack_omega(choices, np.ones((2, 2, 2)))
    with pytest.raises(InvalidParameters, match="label"):
        wollack_omega(choices, np.full((2, 2, 2), 0.5), rooms=[1])
    with pytest.raises(InvalidParameters, match="differ"):
        option_shares(choices)
