"""What a sparse design cannot determine is refused or said, with the items to blame."""

import numpy as np
import pytest

from psychometrics import (
    Anchors,
    CalibrationPlan,
    ItemParameters,
    NotEstimable,
    ResponseMatrix,
    calibrate,
    simulate_responses,
)

APART = "shares no examinee with the main set"


def two_islands(rng, bridges=0):
    """Items 0 to 7 met by the first 400 examinees, items 8 to 13 by the last 300, and some who met all."""
    items = ItemParameters.of(np.full(14, 1.2), np.linspace(-1.5, 1.5, 14))
    table = simulate_responses(rng.normal(size=700 + bridges), items, rng)
    table[:400, 8:] = -1
    table[400:700, :8] = -1
    return items, table


def sparse(table):
    rows, columns = np.nonzero(table >= 0)
    return ResponseMatrix.from_triples(rows, columns, table[rows, columns], table.shape)


@pytest.mark.parametrize("form", [np.asarray, sparse])
def test_items_of_a_separate_set_of_examinees_are_named(form):
    _, table = two_islands(np.random.default_rng(1))
    result = calibrate(form(table))
    assert result.converged
    assert sorted(result.findings) == list(range(8, 14))
    assert all(APART in reason for reason in result.findings.values())


def test_one_examinee_who_met_both_sets_links_them():
    """Also one who comes late, after many who link nothing."""
    _, table = two_islands(np.random.default_rng(2), bridges=1)
    assert not any(APART in reason for reason in calibrate(sparse(table)).findings.values())


def test_a_chain_of_forms_is_one_set():
    rng = np.random.default_rng(3)
    items = ItemParameters.of(np.ones(20), np.linspace(-1.5, 1.5, 20))
    table = simulate_responses(rng.normal(size=1800), items, rng)
    for form in range(9):
        away = np.ones(20, dtype=bool)
        away[2 * form : 2 * form + 4] = False
        table[200 * form : 200 * form + 200, away] = -1
    assert not any(APART in reason for reason in calibrate(sparse(table)).findings.values())


def test_with_anchors_the_set_without_one_is_named():
    items, table = two_islands(np.random.default_rng(4))
    plan = CalibrationPlan(anchors=Anchors(np.array([8, 9, 10]), items.take([8, 9, 10])))
    result = calibrate(table, plan=plan)
    assert sorted(k for k, reason in result.findings.items() if APART in reason) == list(range(8))


def test_anchors_that_nobody_met_set_no_scale():
    items, table = two_islands(np.random.default_rng(5))
    table[:, [12, 13]] = -1
    anchors = Anchors(np.array([12, 13]), items.take([12, 13]))
    with pytest.raises(NotEstimable, match="The examinees share no item with the anchors") as caught:
        calibrate(table, plan=CalibrationPlan(anchors=anchors))
    assert set(caught.value.items) == set(range(12))
    kept = calibrate(table, plan=CalibrationPlan(anchors=anchors, population="standard"))
    assert kept.latent_standard_deviation == 1


def test_groups_without_common_items_are_refused_by_item_and_one_common_item_lets_them_pass():
    _, table = two_islands(np.random.default_rng(6))
    groups = ["first"] * 400 + ["second"] * 300
    with pytest.raises(NotEstimable, match="One group shares no item with the reference group") as caught:
        calibrate(table, plan=CalibrationPlan(groups=groups))
    assert caught.value.items == tuple(range(8, 14))
    linked = table.copy()
    linked[400:, 3] = np.random.default_rng(7).integers(0, 2, 300)
    assert len(calibrate(linked, plan=CalibrationPlan(groups=groups)).groups) == 2
