"""Pools and plans that the adaptive tests share."""

from dataclasses import replace

import numpy as np

from psychometrics import (
    AdaptivePlan,
    AdaptivePool,
    Classification,
    ContentRules,
    ExposureControl,
    GradedItems,
    ItemParameters,
    MixedItems,
    PoolContent,
    Quota,
    SelectionRules,
    StoppingRules,
)
from psychometrics.adaptive.selection import CRITERIA

AREAS = ("algebra", "didactics", "geometry", "statistics")
TARGETS = {"algebra": 0.4, "geometry": 0.3, "statistics": 0.2, "didactics": 0.1}


def binary_items(count, seed=5, digits=8):
    """Three-parameter items; with few digits many are equal, so that ties occur."""
    rng = np.random.default_rng(seed)
    return ItemParameters.of(
        np.round(np.exp(rng.normal(0, 0.3, count)), digits),
        np.round(rng.normal(0, 1.2, count), digits),
        np.round(rng.beta(5, 17, count), digits),
    )


def mixed_items(count, seed=6):
    rng = np.random.default_rng(seed)
    half = count // 2
    thresholds = np.sort(rng.normal(0, 1.2, (count - half, 3)), axis=1) + np.array([-0.4, 0.0, 0.4])
    graded = GradedItems(np.exp(rng.normal(0, 0.3, count - half)), thresholds)
    order = rng.permutation(count)
    return MixedItems((binary_items(half, seed), graded), (order[:half], order[half:]))


def content(count, blocks=False):
    """Four areas, levels, families of two in the first half, words; blocks of three in the last third."""
    names = [None] * count
    if blocks:
        for item in range(count * 2 // 3, count - 3, 5):
            names[item : item + 3] = [f"block {item}"] * 3
    return PoolContent(
        areas=[AREAS[item % 4] for item in range(count)],
        families=[f"family {item // 2}" if item < count // 2 else None for item in range(count)],
        blocks=names,
        attributes={
            "level": ["low", "middle", "high"] * (count // 3) + ["low"] * (count % 3),
            "words": [10.0 + 7 * item % 50 for item in range(count)],
        },
    )


def pool(count=90, blocks=False, items=None):
    return AdaptivePool.of(items or binary_items(count), content(count, blocks))


QUOTAS = (
    Quota("area", "algebra", 2, 3),
    Quota("area", "geometry", 2, 4),
    Quota("level", "high", 3, 6),
    Quota("level", "low", 1, 5),
)
EASY = AdaptivePlan({}, 3, 12, randomesque=3)


def control(count, seed=3, groups=1):
    table = np.random.default_rng(seed).uniform(0.1, 1.0, (groups, count))
    return ExposureControl.of(table, np.linspace(-0.5, 0.5, groups - 1) if groups > 1 else ())


def plans(count):
    """Plans of every kind for the pool of ``count`` items, by name."""
    shares = replace(EASY, area_targets=TARGETS)
    found = {
        "plain": EASY,
        "shares": shares,
        "shares, lottery": replace(shares, exposure=control(count)),
        "shares, lottery by theta": replace(shares, exposure=control(count, groups=3)),
        "hard lottery": replace(EASY, exposure=ExposureControl.of(np.full(count, 0.01))),
        "quotas": replace(EASY, content=ContentRules(QUOTAS)),
        "quotas, lottery": replace(EASY, content=ContentRules(QUOTAS), exposure=control(count)),
        "shares, levels": replace(shares, content=ContentRules(QUOTAS[2:])),
        "excluded": replace(shares, exclude=frozenset(range(0, count, 7))),
        "precision": replace(EASY, standard_error_target=0.5),
        "precision change": replace(EASY, stopping=StoppingRules(standard_error_change=0.02)),
        "information": replace(EASY, stopping=StoppingRules(minimum_information=0.3)),
        "sprt": replace(
            EASY, stopping=StoppingRules(classification=Classification((-0.5, 0.5), indifference=0.4))
        ),
        "interval": replace(
            EASY, stopping=StoppingRules(classification=Classification((0.0,), "confidence_interval"))
        ),
        "deviation": replace(
            EASY, content=ContentRules((*QUOTAS, Quota("words", None, 200, 400, 0.1)), "weighted_deviation")
        ),
        "prior": EASY.with_prior(0.7, 0.6),
    }
    for criterion in CRITERIA:
        found[criterion] = replace(shares, selection=SelectionRules(criterion))
    return found


SHADOW = replace(EASY, content=ContentRules((*QUOTAS, Quota("words", None, 300, 420)), "shadow_test"))
