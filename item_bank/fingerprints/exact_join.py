"""All pairs of two collections that are alike, none missed.

Where a sketch may miss a pair with a small probability, this does not: two sets with the Jaccard coefficient
t share at least one of the first ``|x| - ceil(t |x|) + 1`` elements when both are sorted with the rarest
first (prefix filtering; Chaudhuri et al. 2006, Bayardo et al. 2007).
"""

import math
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from typing import TypeVar

from item_bank.fingerprints.fingerprint import Features, Fingerprint
from item_bank.fingerprints.similarity import LEAST_FEATURES, Similarity, similarity

Name = TypeVar("Name", bound=Hashable)


def alike_pairs(
    left: Mapping[Name, Fingerprint], right: Mapping[Name, Fingerprint], threshold: float
) -> Iterator[tuple[Name, Name, Similarity]]:
    """Yield every item of *left* with every item of *right* that shares at least *threshold* (above 0) of
    its features, in the order of both."""
    frequency = Counter(
        (kind, feature)
        for one in (*left.values(), *right.values())
        for kind, features in _sets(one)
        for feature in features
    )
    index: dict[tuple[str, int], list[Name]] = {}
    for name, fingerprint in right.items():
        for element in _prefix(fingerprint, frequency, threshold):
            index.setdefault(element, []).append(name)
    order = {name: place for place, name in enumerate(right)}
    for name, fingerprint in left.items():
        prefix = _prefix(fingerprint, frequency, threshold)
        found = {other for element in prefix for other in index.get(element, ())}
        for other in sorted(found, key=order.__getitem__):
            alike = similarity(fingerprint, right[other])
            if alike.share >= threshold:
                yield name, other, alike


def _sets(fingerprint: Fingerprint) -> Iterator[tuple[str, Features]]:
    yield from fingerprint.texts.items()
    if len(fingerprint.structure) >= LEAST_FEATURES:
        yield "structure", fingerprint.structure


def _prefix(
    fingerprint: Fingerprint, frequency: Mapping[tuple[str, int], int], threshold: float
) -> Iterator[tuple[str, int]]:
    for kind, features in _sets(fingerprint):
        ordered = sorted((frequency[kind, feature], feature) for feature in features)
        length = len(ordered) - math.ceil(threshold * len(ordered)) + 1
        yield from ((kind, feature) for _, feature in ordered[:length])
        if not ordered:
            yield kind, 0  # two texts without a word are the same
