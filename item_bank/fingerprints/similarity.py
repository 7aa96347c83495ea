"""How alike two items are, exactly."""

from dataclasses import dataclass
from typing import Final

from item_bank.fingerprints.fingerprint import Features, Fingerprint
from item_bank.identifiers import LANGUAGES

THRESHOLD: Final = 0.7
"""Least share of common features from which two items are told to be alike."""
COPY_THRESHOLD: Final = 0.8
SAME_NUMBERS: Final = 0.75
LEAST_FEATURES: Final = 6
"""An item with fewer features without a language says too little of itself to be compared by them."""

COPY: Final = "copy"
"""The same item, with other wording, order or language at the most."""
SIBLING: Final = "sibling"
"""The same item with other numbers."""
ALIKE: Final = "alike"
"""Much in common."""
STRUCTURE: Final = "structure"


@dataclass(frozen=True)
class Similarity:
    """``share`` of features in common (Jaccard, 0 to 1) in a language or in the structure (``basis``), and
    ``numbers``, the share of numbers in common."""

    share: float
    basis: str
    numbers: float

    @property
    def kind(self) -> str:
        """``copy``, ``sibling`` or ``alike``."""
        if self.share < COPY_THRESHOLD:
            return ALIKE
        return COPY if self.numbers >= SAME_NUMBERS else SIBLING


def similarity(first: Fingerprint, second: Fingerprint) -> Similarity:
    """Return how alike two items are, in the language or structure in which they are most alike."""
    found = [
        (_jaccard(first.texts[language], second.texts[language]), str(language))
        for language in LANGUAGES
        if language in first.texts and language in second.texts
    ]
    if min(len(first.structure), len(second.structure)) >= LEAST_FEATURES:
        found.append((_jaccard(first.structure, second.structure), STRUCTURE))
    share, basis = max(found, key=lambda one: one[0], default=(0.0, STRUCTURE))
    return Similarity(share, basis, _jaccard(first.numbers, second.numbers))


def _jaccard(first: Features, second: Features) -> float:
    """Return the share of common elements; two empty sets are the same."""
    if not first and not second:
        return 1.0
    common = len(first & second)
    return common / (len(first) + len(second) - common)
