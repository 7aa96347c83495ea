"""What content an attempt must have: quotas on areas, other attributes and sums such as words or seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from psychometrics.errors import InvalidParameters

ContentMethod = Literal["quotas", "weighted_deviation", "shadow_test"]
CONTENT_METHODS: tuple[ContentMethod, ...] = get_args(ContentMethod)


@dataclass(frozen=True)
class Quota:
    """Bounds on a whole attempt: items whose ``attribute`` has ``value``, or the sum of a numeric one.

    ``attribute`` is "area" or a name given to the pool. With ``value`` None the attribute is numeric (words,
    seconds) and its sum over the attempt is bounded. ``weight`` tells the weighted deviation model how much
    one unit outside the bounds costs. Raises InvalidParameters.
    """

    attribute: str
    value: str | None
    minimum: float = 0.0
    maximum: float = float("inf")
    weight: float = 1.0

    def __post_init__(self) -> None:
        for bound in ("minimum", "maximum", "weight"):
            object.__setattr__(self, bound, float(getattr(self, bound)))
        if not (0 <= self.minimum <= self.maximum and self.minimum < float("inf")):
            raise InvalidParameters(f"The quota of {self.name} must satisfy 0 ≤ minimum ≤ maximum.")
        if not 0 <= self.weight < float("inf"):
            raise InvalidParameters(f"The weight of {self.name} must be a number not below 0.")

    @property
    def name(self) -> str:
        """The quota in words: attribute=value, or the attribute of a sum."""
        return self.attribute if self.value is None else f"{self.attribute}={self.value}"

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Quota:
        """A quota from a mapping with the names of its fields. Raises InvalidParameters."""
        unknown = set(data) - {"attribute", "value", "minimum", "maximum", "weight"}
        if unknown or "attribute" not in data:
            raise InvalidParameters(
                "A quota has attribute, value, minimum, maximum and weight; attribute is needed."
            )
        return cls(**{"value": None, **data})


@dataclass(frozen=True)
class ContentRules:
    """Quotas and how they are held.

    "quotas" bars, item by item, what would break a quota: minima and maxima of one attribute are always met
    if the pool has the items, quotas over crossing attributes nearly always. "weighted_deviation" (Stocking &
    Swanson 1993) trades deviations against the criterion, worth ``criterion_weight`` a unit. "shadow_test"
    (van der Linden & Reese 1998) picks from a whole test that meets every quota, so none is ever missed.
    """

    quotas: tuple[Quota, ...] = ()
    method: ContentMethod = "quotas"
    criterion_weight: float = 1.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "quotas", tuple(self.quotas))
        if self.method not in CONTENT_METHODS:
            raise InvalidParameters(
                f"Unknown content method {self.method!r}; choose one of {', '.join(CONTENT_METHODS)}."
            )
        names = [quota.name for quota in self.quotas]
        if len(set(names)) < len(names):
            raise InvalidParameters("Each attribute and value may have one quota only.")
        if self.method == "quotas" and any(quota.value is None for quota in self.quotas):
            raise InvalidParameters(
                "Bounds on sums need the method weighted_deviation or shadow_test: item by item they cannot "
                "be held."
            )
        if self.method == "quotas" and any(quota.minimum % 1 for quota in self.quotas):
            raise InvalidParameters("Quotas count items: their minima must be whole numbers.")
        if not 0 <= self.criterion_weight < float("inf"):
            raise InvalidParameters("The weight of the criterion must be a number not below 0.")
