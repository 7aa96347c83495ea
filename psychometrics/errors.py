"""Named errors of the psychometric library. Each message is one sentence a person can act on."""

from __future__ import annotations

from collections.abc import Mapping


class PsychometricError(ValueError):
    """Base of every error this package raises on purpose."""


class InvalidParameters(PsychometricError):
    """Parameters, plans or grids out of their range or of mismatched lengths."""


class InvalidResponses(PsychometricError):
    """Responses of the wrong shape or with values other than right, wrong and not presented."""


class NotEstimable(PsychometricError):
    """The data carry no information about some quantity asked for.

    ``reasons`` maps item indices to a short reason, so that a caller can put its own item names in.
    """

    def __init__(self, message: str, reasons: Mapping[int, str] | None = None) -> None:
        super().__init__(message)
        self.reasons: dict[int, str] = dict(reasons or {})

    @property
    def items(self) -> tuple[int, ...]:
        """Indices of the items that cannot be estimated."""
        return tuple(self.reasons)
