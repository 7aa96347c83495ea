"""Settings of a linking and the two calibrations it joins."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np

from psychometrics.arrays import AnyArray
from psychometrics.errors import InvalidParameters
from psychometrics.item_collections import ItemCollection
from psychometrics.linking.parameter_tables import LabelledCovariance
from psychometrics.quadrature import Quadrature

LinkingMethod = Literal["mean_mean", "mean_sigma", "haebara", "stocking_lord"]
LINKING_METHODS: tuple[LinkingMethod, ...] = get_args(LinkingMethod)

ROBUST_Z_LIMIT = 2.7
"""Normal data exceed it in 0.7 % of the items. Huynh & Meyer (2010) used 1.645 and 2.7."""


@dataclass(frozen=True, eq=False)
class CommonItems:
    """The same J items calibrated twice, in one order.

    ``base`` are their parameters on the scale to keep, ``new`` on the scale to be moved. The covariances, if
    given, are those of the calibrations; ``base_rows`` and ``new_rows`` (J,) say which items of those
    calibrations these are (the first J unless given). Raises InvalidParameters.
    """

    base: ItemCollection
    new: ItemCollection
    base_covariance: LabelledCovariance | None = None
    new_covariance: LabelledCovariance | None = None
    base_rows: AnyArray | None = None
    new_rows: AnyArray | None = None

    def __post_init__(self) -> None:
        if not np.array_equal(self.base.category_counts, self.new.category_counts):
            raise InvalidParameters("Linking needs the same common items in the same order on both scales.")
        for name in ("base_rows", "new_rows"):
            rows = getattr(self, name)
            rows = np.arange(len(self.base)) if rows is None else np.asarray(rows, dtype=np.int64)
            if rows.shape != (len(self.base),):
                raise InvalidParameters(f"{name} must name one item of the calibration for each common item.")
            object.__setattr__(self, name, rows)

    def __len__(self) -> int:
        return len(self.base)

    def take(self, kept: AnyArray) -> CommonItems:
        """The items at ``kept`` (indices)."""
        assert self.base_rows is not None  # noqa: S101
        assert self.new_rows is not None  # noqa: S101
        return CommonItems(
            self.base.take(kept),
            self.new.take(kept),
            self.base_covariance,
            self.new_covariance,
            self.base_rows[kept],
            self.new_rows[kept],
        )


@dataclass(frozen=True)
class AnchorRule:
    """When a common item has drifted and leaves the link.

    Its robust z exceeds ``z_limit`` and the shift exceeds ``smallest_shift`` (θ units for locations, natural
    logarithm for discriminations), or its curves differ by more than ``curve_limit`` (root mean square per
    score point). The worst item leaves, the link is made anew, until none is left to remove or only
    ``smallest_share`` of the items would remain.
    """

    z_limit: float = ROBUST_Z_LIMIT
    smallest_shift: float = 0.1
    curve_limit: float = 0.1
    smallest_share: float = 0.5

    def __post_init__(self) -> None:
        if min(self.z_limit, self.curve_limit) <= 0 or self.smallest_shift < 0:
            raise InvalidParameters("Limits of the anchor rule must be positive.")
        if not 0 < self.smallest_share <= 1:
            raise InvalidParameters("The smallest share of anchors must lie between 0 and 1.")


@dataclass(frozen=True, eq=False)
class LinkingPlan:
    """``method``, and for the curve methods the θ over which curves are compared.

    ``symmetric`` compares curves on both scales (Haebara 1980), so that linking back gives the inverse.
    ``base_quadrature`` and ``new_quadrature`` are the populations on either scale, N(0, 1) unless given.
    ``anchor_rule`` None keeps every common item.
    """

    method: LinkingMethod = "stocking_lord"
    symmetric: bool = True
    base_quadrature: Quadrature = field(default_factory=lambda: Quadrature.equal_spaced(41, -4.0, 4.0))
    new_quadrature: Quadrature = field(default_factory=lambda: Quadrature.equal_spaced(41, -4.0, 4.0))
    anchor_rule: AnchorRule | None = field(default_factory=AnchorRule)

    def __post_init__(self) -> None:
        if self.method not in LINKING_METHODS:
            raise InvalidParameters(
                f"Unknown method {self.method!r}; choose one of {', '.join(LINKING_METHODS)}."
            )
