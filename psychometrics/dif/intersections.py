"""Report on sex, region, language variant and their intersections in one analysis.

A difference may show only where two attributes meet, for example for women of one region. The report compares
every cell that has enough examinees and adjusts the p-values over all comparisons at once.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal, Protocol, get_args

import numpy as np
from numpy.typing import ArrayLike

from psychometrics.arrays import AnyArray, FloatArray
from psychometrics.dif.groups import Contrast, contrasts_of
from psychometrics.dif.logistic import logistic_dif
from psychometrics.dif.mantel_haenszel import mantel_haenszel_dif
from psychometrics.dif.multiplicity import benjamini_hochberg
from psychometrics.dif.plan import DifPlan
from psychometrics.dif.sibtest import sibtest_dif
from psychometrics.errors import InvalidParameters, InvalidResponses
from psychometrics.responses import ResponseMatrix, as_response_matrix

DifMethod = Literal["mantel_haenszel", "logistic", "sibtest"]
Comparison = Literal["reference", "others"]


class DifResult(Protocol):
    """What the report needs of a method's result, arrays (J,)."""

    @property
    def p_value(self) -> FloatArray: ...
    @property
    def effect(self) -> FloatArray: ...
    @property
    def classes(self) -> AnyArray: ...


Analysis = Callable[[ResponseMatrix, Contrast, DifPlan], DifResult]

METHODS: dict[DifMethod, Analysis] = {
    "mantel_haenszel": mantel_haenszel_dif,
    "logistic": logistic_dif,
    "sibtest": sibtest_dif,
}


@dataclass(frozen=True, eq=False)
class IntersectionPlan:
    """How the cells are compared.

    Each cell with at least ``fewest_examinees`` is compared with the largest cell of the same attributes
    ("reference") or with everybody outside it ("others"). ``depth`` is the largest number of attributes
    crossed; None crosses all. ``item_names`` are those of the items in the data of the report.
    """

    method: DifMethod = "mantel_haenszel"
    compared_with: Comparison = "reference"
    fewest_examinees: int = 200
    depth: int | None = None
    dif: DifPlan = field(default_factory=DifPlan)
    item_names: Sequence[str] | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS or self.compared_with not in get_args(Comparison):
            raise InvalidParameters(f"Unknown method {self.method!r} or comparison {self.compared_with!r}.")
        if self.fewest_examinees < 2 or (self.depth is not None and self.depth < 1):
            raise InvalidParameters("A cell needs two or more examinees, and the depth must be at least 1.")


@dataclass(frozen=True, eq=False)
class ContrastFindings:
    """One comparison: the ``attributes`` crossed, the two cells and their sizes, arrays (J,) for the items.

    ``effect`` is negative where the item is against the focal cell; ``adjusted`` are p-values adjusted over
    the whole report.
    """

    attributes: tuple[str, ...]
    reference: str
    focal: str
    sizes: tuple[int, int]
    effect: FloatArray
    classes: AnyArray
    p_value: FloatArray
    adjusted: FloatArray
    flagged: AnyArray


@dataclass(frozen=True)
class SkippedCell:
    """A cell that could not be compared, and why."""

    attributes: tuple[str, ...]
    cell: str
    examinees: int
    reason: str


@dataclass(frozen=True, eq=False)
class IntersectionReport:
    """All comparisons of one report; ``comparisons`` may be empty when every cell was skipped."""

    method: DifMethod
    items: tuple[str, ...]
    comparisons: tuple[ContrastFindings, ...]
    skipped: tuple[SkippedCell, ...]

    @property
    def flagged_items(self) -> tuple[int, ...]:
        """Indices of the items flagged in any comparison."""
        return self._flagged(self.comparisons)

    @property
    def hidden_items(self) -> tuple[int, ...]:
        """Items flagged where attributes cross but in no comparison of a single attribute."""
        single = self._flagged([part for part in self.comparisons if len(part.attributes) == 1])
        return tuple(item for item in self.flagged_items if item not in single)

    def to_data(self) -> dict[str, Any]:
        """The report in plain dictionaries, lists, numbers and strings, ready for JSON."""
        return {
            "method": self.method,
            "items": list(self.items),
            "comparisons": [self._comparison_data(part) for part in self.comparisons],
            "skipped": [
                {
                    "attributes": list(cell.attributes),
                    "cell": cell.cell,
                    "examinees": cell.examinees,
                    "reason": cell.reason,
                }
                for cell in self.skipped
            ],
            "flagged_items": [self.items[item] for item in self.flagged_items],
            "hidden_items": [self.items[item] for item in self.hidden_items],
        }

    def _flagged(self, parts: Sequence[ContrastFindings]) -> tuple[int, ...]:
        if not parts:
            return ()
        return tuple(int(item) for item in np.flatnonzero(np.any([part.flagged for part in parts], axis=0)))

    def _comparison_data(self, part: ContrastFindings) -> dict[str, Any]:
        return {
            "attributes": list(part.attributes),
            "reference": part.reference,
            "focal": part.focal,
            "reference_examinees": part.sizes[0],
            "focal_examinees": part.sizes[1],
            "flagged": [
                {
                    "item": self.items[item],
                    "effect": _number(part.effect[item]),
                    "class": str(part.classes[item]),
                    "p_value": _number(part.p_value[item]),
                    "adjusted_p_value": _number(part.adjusted[item]),
                    "against": part.focal if part.effect[item] < 0 else part.reference,
                }
                for item in np.flatnonzero(part.flagged)
            ],
        }


def intersection_report(
    responses: ResponseMatrix | ArrayLike,
    attributes: Mapping[str, Sequence[Hashable] | AnyArray],
    plan: IntersectionPlan | None = None,
    categories: ArrayLike = 2,
) -> IntersectionReport:
    """Compare the cells of each attribute and of their crossings, item by item.

    ``attributes`` maps a name (sex, region, language) to the value of each examinee (N,); an examinee whose
    value is None, NaN or "" is left out of the comparisons with that attribute. Raises InvalidParameters and
    InvalidResponses.
    """
    settings = plan or IntersectionPlan()
    matrix = as_response_matrix(responses, categories)
    names = _checked_names(matrix, attributes, settings)
    skipped: list[SkippedCell] = []
    found: list[tuple[tuple[str, ...], Contrast, DifResult]] = []
    for size in range(1, min(settings.depth or len(attributes), len(attributes)) + 1):
        for crossed in combinations(attributes, size):
            cells, small = _cells(attributes, crossed, settings)
            skipped.extend(small)
            found.extend(
                (crossed, contrast, METHODS[settings.method](matrix, contrast, settings.dif))
                for contrast in _contrasts(cells, settings)
            )
    return IntersectionReport(settings.method, names, _findings(found, settings), tuple(skipped))


def _checked_names(
    matrix: ResponseMatrix, attributes: Mapping[str, Sequence[Hashable] | AnyArray], plan: IntersectionPlan
) -> tuple[str, ...]:
    if not attributes:
        raise InvalidParameters("The report needs at least one attribute of the examinees.")
    for name, values in attributes.items():
        if len(values) != matrix.examinees:
            raise InvalidResponses(f"{name} has {len(values)} values for {matrix.examinees} examinees.")
    names = plan.item_names or [str(item) for item in range(matrix.items)]
    if len(names) != matrix.items:
        raise InvalidParameters(f"{len(names)} item names were given for {matrix.items} items.")
    return tuple(names)


def _cells(
    attributes: Mapping[str, Sequence[Hashable] | AnyArray],
    crossed: tuple[str, ...],
    plan: IntersectionPlan,
) -> tuple[AnyArray, list[SkippedCell]]:
    """Name of each examinee's cell, "" where unknown or too small, and the cells left out."""
    parts = [[_text(value) for value in attributes[name]] for name in crossed]
    names = np.array([" × ".join(cell) if all(cell) else "" for cell in zip(*parts, strict=True)])
    known, counts = np.unique(names[names != ""], return_counts=True)
    small = {
        str(cell): int(count)
        for cell, count in zip(known, counts, strict=True)
        if count < plan.fewest_examinees
    }
    reason = f"fewer than {plan.fewest_examinees} examinees"
    skipped = [SkippedCell(crossed, cell, count, reason) for cell, count in small.items()]
    if plan.compared_with == "reference":
        names = np.where(np.isin(names, list(small)), "", names)
    return names, skipped


def _contrasts(cells: AnyArray, plan: IntersectionPlan) -> list[Contrast]:
    if len(np.unique(cells[cells != ""])) < 2:
        return []
    contrasts = contrasts_of(cells, kind=plan.compared_with)
    return [contrast for contrast in contrasts if min(contrast.sizes) >= plan.fewest_examinees]


def _findings(
    found: Sequence[tuple[tuple[str, ...], Contrast, DifResult]], plan: IntersectionPlan
) -> tuple[ContrastFindings, ...]:
    if not found:
        return ()
    p_values = np.stack([result.p_value for _, _, result in found])
    adjusted = benjamini_hochberg(p_values) if plan.dif.adjust else p_values
    return tuple(
        ContrastFindings(
            attributes=crossed,
            reference=contrast.reference,
            focal=contrast.focal,
            sizes=(contrast.sizes[0], contrast.sizes[1]),
            effect=result.effect,
            classes=result.classes,
            p_value=result.p_value,
            adjusted=row,
            flagged=plan.dif.flags(row, (result.classes == "A") | (result.classes == "")),
        )
        for (crossed, contrast, result), row in zip(found, adjusted, strict=True)
    )


def _text(value: Hashable) -> str:
    return "" if value is None or value != value else str(value)


def _number(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
