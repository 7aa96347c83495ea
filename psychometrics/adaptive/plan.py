"""Rules of one adaptive administration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from psychometrics.adaptive.exposure import ExposureControl
from psychometrics.adaptive.quotas import ContentRules
from psychometrics.adaptive.selection import SelectionRules
from psychometrics.adaptive.stopping import StoppingRules
from psychometrics.errors import InvalidParameters


@dataclass(frozen=True)
class AdaptivePlan:
    """Content targets, stopping rules, exposure control and prior of an adaptive administration.

    ``area_targets`` are shares of the attempt by content area; they are scaled to sum to 1, items of other
    areas are not given, and an empty mapping means no shares. The attempt ends at ``maximum_length``, or from
    ``minimum_length`` on as soon as the posterior standard deviation is at most ``standard_error_target``
    (None: never) or another of the ``stopping`` rules says so, once the minima of all quotas are met. The
    item is drawn among the ``randomesque`` best by the criterion of ``selection`` (1: always the best).
    ``exclude`` holds items this candidate must not meet. Raises InvalidParameters.
    """

    area_targets: Mapping[str, float]
    minimum_length: int
    maximum_length: int
    standard_error_target: float | None = None
    randomesque: int = 5
    prior_mean: float = 0.0
    prior_sd: float = 1.0
    exclude: frozenset[int] = field(default_factory=frozenset)
    selection: SelectionRules = field(default_factory=SelectionRules)
    content: ContentRules = field(default_factory=ContentRules)
    exposure: ExposureControl | None = None
    stopping: StoppingRules = field(default_factory=StoppingRules)

    def __post_init__(self) -> None:
        if not 1 <= self.minimum_length <= self.maximum_length:
            raise InvalidParameters("Lengths must satisfy 1 ≤ minimum length ≤ maximum length.")
        if self.standard_error_target is not None and not self.standard_error_target > 0:
            raise InvalidParameters("The standard error target must be positive.")
        if self.randomesque < 1:
            raise InvalidParameters("Randomesque needs at least one candidate item.")
        if not (0 < self.prior_sd < float("inf") and abs(self.prior_mean) < float("inf")):
            raise InvalidParameters("The prior needs a finite mean and a positive standard deviation.")
        self._scale_shares()
        self._check_content()
        object.__setattr__(self, "exclude", frozenset(self.exclude))

    def _scale_shares(self) -> None:
        total = sum(self.area_targets.values())
        if self.area_targets and not (min(self.area_targets.values()) >= 0 and 0 < total < float("inf")):
            raise InvalidParameters("Area targets must not be negative, nor all zero.")
        shares = {area: share / total for area, share in self.area_targets.items()}
        object.__setattr__(self, "area_targets", shares)

    def _check_content(self) -> None:
        rules = self.content
        if self.area_targets and rules.method != "quotas":
            raise InvalidParameters(f"Write shares of areas as quotas for the method {rules.method}.")
        if self.area_targets and any(quota.attribute == "area" for quota in rules.quotas):
            raise InvalidParameters("Give areas either shares or quotas, not both.")
        needed: dict[str, float] = {}
        for quota in rules.quotas:
            if quota.value is not None:
                needed[quota.attribute] = needed.get(quota.attribute, 0.0) + quota.minimum
        for attribute, items in needed.items():
            if items > self.maximum_length:
                raise InvalidParameters(
                    f"The minima of {attribute!r} need {items:g} items; the attempt has at most "
                    f"{self.maximum_length}."
                )

    def with_prior(self, mean: float, sd: float) -> AdaptivePlan:
        """The same rules from another prior, such as :meth:`LatentRegression.prior` of a candidate."""
        return replace(self, prior_mean=mean, prior_sd=sd)
