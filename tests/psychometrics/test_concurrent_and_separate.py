"""Two forms with common items: calibrating them together and linking separate calibrations agree."""

import numpy as np
import pytest

from psychometrics import (
    Anchors,
    CalibrationPlan,
    CommonItems,
    ItemParameters,
    LinkingPlan,
    calibrate,
    link_scales,
    simulate_responses,
)

BASE, NEW, COMMON = 30, 30, 12
MEAN, DEVIATION = 0.4, 1.2


@pytest.fixture(scope="module")
def forms():
    """Items 0 to 29 are the base form, 18 to 47 the new one, taken by an abler and more varied population."""
    rng = np.random.default_rng(12)
    count = BASE + NEW - COMMON
    items = ItemParameters.of(np.exp(rng.normal(0, 0.25, count)), rng.normal(0.1, 0.9, count))
    theta = np.concatenate([rng.normal(0, 1, 3000), rng.normal(MEAN, DEVIATION, 3000)])
    table = simulate_responses(theta, items, rng)
    table[:3000, BASE:] = -1
    table[3000:, : BASE - COMMON] = -1
    return items, table


def test_separate_calibration_with_linking_agrees_with_concurrent_and_anchored(forms):
    items, table = forms
    groups = ["base"] * 3000 + ["new"] * 3000
    together = calibrate(table, plan=CalibrationPlan(groups=groups))

    base, new = calibrate(table[:3000, :BASE]), calibrate(table[3000:, BASE - COMMON :])
    common = CommonItems(
        base.items.take(np.arange(BASE - COMMON, BASE)),
        new.items.take(np.arange(COMMON)),
        base.covariance,
        new.covariance,
        np.arange(BASE - COMMON, BASE),
        np.arange(COMMON),
    )
    linking = link_scales(common, LinkingPlan())
    link = linking.transformation
    linked = link.items(new.items)

    anchors = Anchors(np.arange(COMMON), common.base)
    anchored = calibrate(table[3000:, BASE - COMMON :], plan=CalibrationPlan(anchors=anchors))

    group = together.groups[1]
    assert group.mean == pytest.approx(MEAN, abs=4 * group.se_mean)
    assert group.standard_deviation == pytest.approx(DEVIATION, abs=4 * group.se_standard_deviation)
    assert link.intercept == pytest.approx(group.mean, abs=2 * linking.intercept_error)
    assert link.slope == pytest.approx(group.standard_deviation, abs=2 * linking.slope_error)
    assert anchored.groups[0].mean == pytest.approx(group.mean, abs=0.05)
    assert anchored.groups[0].standard_deviation == pytest.approx(group.standard_deviation, abs=0.06)

    only_new = together.items.take(np.arange(BASE, BASE + NEW - COMMON))
    errors = together.standard_errors.take(np.arange(BASE, BASE + NEW - COMMON))
    for other in (linked.take(np.arange(COMMON, NEW)), anchored.items.take(np.arange(COMMON, NEW))):
        assert other.difficulty == pytest.approx(only_new.difficulty, abs=0.1)
        assert np.abs((other.discrimination - only_new.discrimination) / errors.discrimination).max() < 1.5
    truth = items.take(np.arange(BASE, BASE + NEW - COMMON))
    scaled = (only_new.difficulty - truth.difficulty) / errors.difficulty
    assert np.sqrt(np.mean(scaled**2)) < 1.5
