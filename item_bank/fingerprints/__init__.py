"""Near-duplicates of items: fingerprints, their similarity, and an index of many of them.

A fingerprint is made of hashed features of the texts of an item, with numbers abstracted, and of what does
not depend on a language: numbers, formulas, code, the key. Candidates are found by sketches (MinHash with
locality-sensitive hashing; Broder 1997, Indyk & Motwani 1998) and then compared exactly by the Jaccard
coefficient.
"""

from item_bank.fingerprints.duplicates import DuplicateIndex, SimilarItem
from item_bank.fingerprints.exact_join import alike_pairs
from item_bank.fingerprints.fingerprint import Fingerprint, fingerprint_of
from item_bank.fingerprints.similarity import (
    COPY,
    COPY_THRESHOLD,
    SIBLING,
    THRESHOLD,
    Similarity,
    similarity,
)
from item_bank.fingerprints.sketches import sketch

__all__ = [
    "COPY",
    "COPY_THRESHOLD",
    "SIBLING",
    "THRESHOLD",
    "DuplicateIndex",
    "Fingerprint",
    "SimilarItem",
    "Similarity",
    "alike_pairs",
    "fingerprint_of",
    "similarity",
    "sketch",
]
