"""Linear tests on the fly: a form of each candidate's own, drawn at check-in after the same blueprint.

Forms that differ must not differ in what a score means: of several forms drawn by the seed, the one is taken
whose expected score follows the reference form's most closely over the range of ability where categories
are decided (the matching of test characteristic curves; Stocking, Swanson & Pearlman 1993).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from item_bank.content_blueprints import ContentBlueprint
from item_bank.exam_forms import ExamForm, Inventory, InventoryItem, assemble
from item_bank.identifiers import ItemKey, StimulusKey
from psychometrics import expected_score
from testing_center.domain.bank import StoredForm
from testing_center.services.release_library import ReleaseContent

DRAWS = 24
"""Forms drawn for one candidate; more bring the curves closer and check-in later."""

THETAS = (-1.5, -0.75, 0.0, 0.75, 1.5)


@dataclass(frozen=True)
class OwnForm:
    """A drawn form; ``distance`` is the largest difference of expected percent from the reference's curve."""

    sections: tuple[Mapping[str, Any], ...]
    distance: float


def draw(reference: StoredForm, blueprint: ContentBlueprint, release: ReleaseContent, seed: int) -> OwnForm:
    """Return the form that *seed* fixes; raises ``BlueprintInfeasible`` and ``ContentMissing``."""
    seeds = range(seed * DRAWS, (seed + 1) * DRAWS)
    drawn = [assembled(blueprint, release, one) for one in seeds]
    target = _curve(reference.data["sections"], release)
    forms = [OwnForm(sections, _apart(_curve(sections, release), target)) for sections in drawn]
    return min(forms, key=lambda form: form.distance)


def assembled(
    blueprint: ContentBlueprint, release: ReleaseContent, seed: int
) -> tuple[Mapping[str, Any], ...]:
    """Return the sections of one form of the release's exam pool, as stored forms have them."""
    return _described(assemble(blueprint, _inventory(release), seed), blueprint, release)


def distance(
    sections: Iterable[Mapping[str, Any]], reference: StoredForm, release: ReleaseContent
) -> float:
    """Return the largest difference, in percent, between the expected scores of two forms."""
    return _apart(_curve(sections, release), _curve(reference.data["sections"], release))


@lru_cache(maxsize=8)
def _inventory(release: ReleaseContent) -> Inventory:
    """Calibrated items of the exam pool that a program can score: others have no curve to be matched by."""
    items = []
    for item in release.items:
        if item.pool != "exam" or not item.calibrated or item.marked_by_people:
            continue
        content = release.content(item.item_key, item.version)
        stimulus = None if content.stimulus_key is None else StimulusKey(content.stimulus_key)
        key = ItemKey(item.item_key)
        place = (content.subject, content.area, content.level, content.family, stimulus)
        items.append(InventoryItem(key, *place, difficulty=item.difficulty))
    return Inventory(release.number, tuple(items))


def _described(
    form: ExamForm, blueprint: ContentBlueprint, release: ReleaseContent
) -> tuple[Mapping[str, Any], ...]:
    versions = {item.item_key: item for item in release.items}
    return tuple(
        {
            "code": filled.code,
            "subject": asked.subject,
            "minutes": filled.minutes,
            "items": [
                {
                    "item_key": key,
                    "version": versions[key].version,
                    "stimulus_key": versions[key].content.get("stimulus_key"),
                }
                for key in filled.item_keys
            ],
        }
        for filled, asked in zip(form.sections, blueprint.sections, strict=True)
    )


def _curve(sections: Iterable[Mapping[str, Any]], release: ReleaseContent) -> np.ndarray:
    """Expected percent at each of ``THETAS``."""
    keys = tuple((item["item_key"], item["version"]) for part in sections for item in part["items"])
    return 100 * np.asarray(expected_score(THETAS, release.parameters(keys))) / len(keys)


def _apart(curve: np.ndarray, target: np.ndarray) -> float:
    return float(np.abs(curve - target).max())
