"""The result of a finished attempt under corrected items: the same scoring on a corrected state."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from item_bank.answer_keys import AnswerKey, answer_key_from_data
from item_bank.errors import ItemBankError
from item_bank.identifiers import LANGUAGES, Language
from item_bank.scoring import score_response
from testing_center.domain.attempts.plan import SectionPlan
from testing_center.domain.attempts.state import AttemptState, Presentation
from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_
from testing_center.domain.rescoring import Adjustment
from testing_center.services.pinned_materials import PinnedMaterials
from testing_center.services.release_library import ReleaseLibrary

Item = tuple[str, int]


def adjusted_result(
    state: AttemptState, adjustments: Sequence[Adjustment], library: ReleaseLibrary
) -> Mapping[str, Any]:
    """Return the result data as the pinned rules give it: void items count for nobody, credit for all."""
    materials = PinnedMaterials(library, library.release(state.plan.release_number))
    return materials.score(_corrected(state, adjustments, library))


def adjusted_item_scores(
    state: AttemptState, adjustments: Sequence[Adjustment], library: ReleaseLibrary
) -> dict[int, int | None]:
    """Return the corrected item scores by position; None for what statistics must leave out."""
    by_item = {(one.item_key, one.version): one for one in adjustments}
    scores: dict[int, int | None] = {}
    for shown in state.presentations:
        found = by_item.get((shown.item_key, shown.version))
        if found is not None:
            key = found.remedy == "key"
            scores[shown.position] = _score(state, shown, found, library) if key else None
    return scores


def require_key(state: AttemptState, adjustment: Adjustment, library: ReleaseLibrary) -> None:
    """Raise ``InvalidInput`` unless a new key is given where one is due, and fits the item."""
    if (adjustment.answer_key is not None) != (adjustment.remedy == "key"):
        raise InvalidInput(N_("A change of key needs the new key, another correction needs none."))
    if adjustment.answer_key is not None:
        try:
            content = library.release(state.plan.release_number).content(*_item(adjustment))
            key = _key(state, adjustment, library)
            key.check(content.interaction, LANGUAGES)
            fits = key.max_score == content.answer_key.max_score
        except ItemBankError as error:
            raise InvalidInput(N_("This item cannot have such a key. Correct it.")) from error
        if not fits:
            raise InvalidInput(N_("The new key must be worth as many points as the old one."))


def _corrected(
    state: AttemptState, adjustments: Sequence[Adjustment], library: ReleaseLibrary
) -> AttemptState:
    by_item = {_item(one): one for one in adjustments}
    void = {item for item, one in by_item.items() if one.remedy == "void"}
    kept = [_rescored(state, one, by_item, library) for one in state.presentations if _of(one) not in void]
    kept += _never_opened(state, by_item, library)
    sections = tuple(
        replace(part, items=tuple(one for one in part.items if (one.item_key, one.version) not in void))
        for part in state.plan.sections
    )
    return replace(state, plan=replace(state.plan, sections=sections), presentations=tuple(kept))


def _rescored(
    state: AttemptState, shown: Presentation, by_item: Mapping[Item, Adjustment], library: ReleaseLibrary
) -> Presentation:
    found = by_item.get(_of(shown))
    if found is None:
        return shown
    score = _score(state, shown, found, library)
    # An adaptive item that was left open counts as answered once everybody is credited for it.
    return replace(shown, item_score=score, timed_out=shown.timed_out or found.remedy == "credit")


def _score(state: AttemptState, shown: Presentation, found: Adjustment, library: ReleaseLibrary) -> int:
    if found.remedy == "credit":
        return _worth(state, _item(found), library)
    if found.remedy == "void" or not shown.response:
        return 0
    content = library.release(state.plan.release_number).content(*_item(found))
    key, language = _key(state, found, library), Language(state.plan.language)
    return score_response(shown.response, key, content.interaction, language).points


def _never_opened(
    state: AttemptState, by_item: Mapping[Item, Adjustment], library: ReleaseLibrary
) -> list[Presentation]:
    """Items of a fixed form that were never shown and are credited to everybody all the same."""
    met = {_of(shown) for shown in state.presentations}
    missing: list[tuple[SectionPlan, Item]] = [
        (part, (one.item_key, one.version))
        for part in state.plan.sections
        for one in part.items
        if (one.item_key, one.version) not in met
    ]
    return [
        Presentation("", 0, part.code, *item, (), item_score=_worth(state, item, library))
        for part, item in missing
        if item in by_item and by_item[item].remedy == "credit"
    ]


def _worth(state: AttemptState, item: Item, library: ReleaseLibrary) -> int:
    return library.release(state.plan.release_number).item(*item).max_score


def _key(state: AttemptState, adjustment: Adjustment, library: ReleaseLibrary) -> AnswerKey:
    content = library.release(state.plan.release_number).content(*_item(adjustment))
    return answer_key_from_data(dict(adjustment.answer_key or {}), content.interaction)


def _item(adjustment: Adjustment) -> Item:
    return adjustment.item_key, adjustment.version


def _of(shown: Presentation) -> Item:
    return shown.item_key, shown.version
