"""Parameter drift over a sequence of releases.

Every release is put on the scale of the first through the items it shares with earlier ones; then each item
is compared with what it was when it first appeared. Robust z: Huynh & Meyer (2010). Cumulative sums: Page
(1954); Veerkamp & Glas (2000) for item parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from psychometrics.errors import InvalidParameters, NotEstimable
from psychometrics.item_collections import ItemCollection, MixedItems
from psychometrics.linking.anchor_checks import AnchorChecks, check_anchors
from psychometrics.linking.link import FEWEST_ANCHORS, Linking, link_scales
from psychometrics.linking.plan import CommonItems, LinkingPlan
from psychometrics.linking.transformation import ScaleTransformation


@dataclass(frozen=True, eq=False)
class ReleaseParameters:
    """Items of one release as calibrated, on whatever scale, with the identifier of each."""

    name: str
    item_ids: tuple[str, ...]
    items: ItemCollection

    def __post_init__(self) -> None:
        object.__setattr__(self, "item_ids", tuple(self.item_ids))
        if len(self.item_ids) != len(self.items) or len(set(self.item_ids)) != len(self.items):
            raise InvalidParameters(f"Release {self.name} needs one different identifier for each item.")


@dataclass(frozen=True, eq=False)
class DriftPlan:
    """``linking`` with its anchor rule, and the cumulative sums' allowance and limit.

    An item's shift in robust z beyond ``allowance`` adds up over the releases; a sum above ``limit`` shows a
    slow drift that no single comparison shows.
    """

    linking: LinkingPlan = field(default_factory=LinkingPlan)
    allowance: float = 0.5
    limit: float = 4.0

    def __post_init__(self) -> None:
        if self.linking.anchor_rule is None or not (self.allowance >= 0 and self.limit > 0):
            raise InvalidParameters("Monitoring needs an anchor rule and a positive limit.")


@dataclass(frozen=True)
class ItemDrift:
    """One item in one release against its first appearance, on the scale of the first release.

    Shifts: location in θ units, slope as a log ratio; positive is harder or steeper. ``curve_difference`` is
    the root mean square difference of expected scores per score point; ``rising`` and ``falling`` are the
    cumulative sums of the location's robust z. ``reasons`` is empty for an item that is not flagged.
    """

    item: str
    release: str
    first_release: str
    location_shift: float
    location_z: float
    slope_shift: float
    slope_z: float
    curve_difference: float
    rising: float
    falling: float
    reasons: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class DriftReport:
    """``records`` of every repeated item in every release and the ``links`` by which they were compared."""

    records: tuple[ItemDrift, ...]
    links: dict[str, Linking]
    transformations: dict[str, ScaleTransformation]

    @property
    def flagged(self) -> tuple[ItemDrift, ...]:
        """Records with a reason."""
        return tuple(record for record in self.records if record.reasons)

    def to_data(self) -> dict[str, Any]:
        """The report in plain dictionaries, lists, numbers and strings, ready for JSON."""
        return {
            "releases": {
                name: {"slope": link.slope, "intercept": link.intercept}
                for name, link in self.transformations.items()
            },
            "items": [
                {
                    name: list(value) if isinstance(value, tuple) else _finite(value)
                    for name, value in vars(record).items()
                }
                for record in self.records
            ],
        }


@dataclass
class _History:
    """What each item was at its first appearance, on the base scale, and its sums so far."""

    first: dict[str, tuple[str, int]] = field(default_factory=dict)
    items: dict[str, ItemCollection] = field(default_factory=dict)
    sums: dict[str, tuple[float, float]] = field(default_factory=dict)

    def remember(self, release: ReleaseParameters, items: ItemCollection) -> None:
        self.items[release.name] = items
        for place, name in enumerate(release.item_ids):
            self.first.setdefault(name, (release.name, place))

    def collection(self, names: Sequence[str]) -> ItemCollection:
        places: dict[str, list[int]] = {}
        for place, name in enumerate(names):
            places.setdefault(self.first[name][0], []).append(place)
        parts = [
            self.items[release].take([self.first[names[place]][1] for place in where])
            for release, where in places.items()
        ]
        return MixedItems(tuple(parts), tuple(np.array(where) for where in places.values()))

    def add(self, name: str, z: float, allowance: float) -> tuple[float, float]:
        rising, falling = self.sums.get(name, (0.0, 0.0))
        step = 0.0 if np.isnan(z) else z
        sums = max(0.0, rising + step - allowance), max(0.0, falling - step - allowance)
        self.sums[name] = sums
        return sums


def monitor_drift(releases: Sequence[ReleaseParameters], plan: DriftPlan | None = None) -> DriftReport:
    """Follow the items of two or more releases, given in order of time.

    Raises InvalidParameters, and NotEstimable if a release shares fewer than two items with earlier ones.
    """
    settings = plan or DriftPlan()
    if len(releases) < 2 or len({release.name for release in releases}) < len(releases):
        raise InvalidParameters("Monitoring needs two or more releases with different names.")
    history = _History()
    history.remember(releases[0], releases[0].items)
    report = DriftReport((), {}, {releases[0].name: ScaleTransformation()})
    records: list[ItemDrift] = []
    for release in releases[1:]:
        shared = [place for place, name in enumerate(release.item_ids) if name in history.first]
        if len(shared) < FEWEST_ANCHORS:
            raise NotEstimable(f"Release {release.name} shares fewer than two items with earlier releases.")
        names = [release.item_ids[place] for place in shared]
        common = CommonItems(history.collection(names), release.items.take(shared))
        link = link_scales(common, settings.linking)
        report.links[release.name] = link
        report.transformations[release.name] = link.transformation
        checks = check_anchors(common, link.transformation, link.kept, settings.linking.base_quadrature)
        records.extend(_records(release.name, names, checks, history, settings))
        history.remember(release, link.transformation.items(release.items))
    return DriftReport(tuple(records), report.links, report.transformations)


def _records(
    release: str, names: Sequence[str], checks: AnchorChecks, history: _History, plan: DriftPlan
) -> list[ItemDrift]:
    rule = plan.linking.anchor_rule
    assert rule is not None  # noqa: S101
    broken = checks.reasons(rule)
    found = []
    for place, name in enumerate(names):
        moved = abs(checks.location_shift[place]) > rule.smallest_shift
        rising, falling = history.add(name, float(checks.location_z[place]), plan.allowance)
        reasons = [broken[place]] if place in broken else []
        if moved and max(rising, falling) > plan.limit:
            direction = "harder" if rising > falling else "easier"
            reasons.append(f"{direction} release by release (cumulative sum {max(rising, falling):.1f})")
        found.append(
            ItemDrift(
                item=name,
                release=release,
                first_release=history.first[name][0],
                location_shift=float(checks.location_shift[place]),
                location_z=float(checks.location_z[place]),
                slope_shift=float(checks.slope_shift[place]),
                slope_z=float(checks.slope_z[place]),
                curve_difference=float(checks.curve_difference[place]),
                rising=rising,
                falling=falling,
                reasons=tuple(reasons),
            )
        )
    return found


def _finite(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and not np.isfinite(value) else value
