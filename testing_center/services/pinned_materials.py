"""The pinned content behind attempts: scores responses, chooses adaptive items, judges results.

Deterministic: the same plan and history give the same choice, so a replay finds what was shown.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from item_bank.errors import SENTENCES, InvalidResponse, MarkingNeeded
from item_bank.identifiers import Language
from item_bank.scoring import score_response
from psychometrics import AdaptivePlan, Choice, ContentRules, Quota, estimate, expected_score, next_choice
from testing_center.domain import scoring
from testing_center.domain.attempts.delivery import JudgedResponse, NextItem
from testing_center.domain.attempts.plan import AdaptiveRules, DeliveryPlan, SectionPlan
from testing_center.domain.attempts.state import AttemptState, Presentation
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.errors import ContentMissing, InvalidResponseGiven
from testing_center.services.release_library import PoolOfItems, ReleaseContent, ReleaseLibrary


class PinnedMaterials:
    """``Materials`` of one release."""

    def __init__(self, library: ReleaseLibrary, release: ReleaseContent) -> None:
        self._library = library
        self._release = release

    def judge(
        self, item_key: str, version: int, response: tuple[str, ...], language: str
    ) -> JudgedResponse:
        """Read and score a response given in *language*; one that markers judge has no points yet.

        Raises ``InvalidResponseGiven`` with the interaction's own sentence.
        """
        content = self._release.content(item_key, version)
        try:
            canonical = content.interaction.parse_response(list(response))
            scored = score_response(canonical, content.answer_key, content.interaction, Language(language))
        except InvalidResponse as error:
            raise InvalidResponseGiven(SENTENCES[error.code], **error.params) from error
        except MarkingNeeded:
            return JudgedResponse(canonical)
        return JudgedResponse(canonical, scored.points)

    def next_item(
        self, plan: DeliveryPlan, section: SectionPlan, history: tuple[tuple[str, int, int], ...]
    ) -> NextItem:
        """Choose the next item of an adaptive section."""
        rules = _rules(section)
        pool = self._pool(plan, section)
        past = [(pool.index[key], self._full_credit(key, version, score)) for key, version, score in history]
        choice = next_choice(pool.engine, _engine_plan(rules, pool), past, plan.seed)
        if choice.item is None:
            return NextItem(
                None, 0, (), choice.stop_reason, choice.theta, choice.standard_error, _evidence(choice, pool)
            )
        item = pool.items[choice.item]
        interaction = self._release.content(item.item_key, item.version).interaction
        return NextItem(
            item.item_key,
            item.version,
            interaction.option_order(plan.seed, len(history) + 1),
            None,
            choice.theta,
            choice.standard_error,
            _evidence(choice, pool),
        )

    def score(self, state: AttemptState) -> Mapping[str, Any]:
        """Return the result data of a finished attempt."""
        counted = {"answered": state.answered, "presented": len(state.presentations)}
        if state.plan.kind == "training":
            return {**counted, "correct": self.right(state.presentations)}
        judged = self._adaptive(state) if state.plan.mode == "adaptive" else self._fixed(state)
        simulated = any(
            self._release.item(shown.item_key, shown.version).simulated for shown in state.presentations
        )
        return {**counted, "outcome": judged.to_data(), "simulated": simulated}

    def right(self, shown: Iterable[Presentation]) -> int:
        """Return how many presentations earned full credit."""
        return sum(self._full_credit(one.item_key, one.version, one.item_score) for one in shown)

    def _full_credit(self, item_key: str, version: int, points: int) -> int:
        """The engine's models are of right and wrong: an item of several points is right with all of them."""
        return int(points >= self._release.item(item_key, version).max_score)

    def _fixed(self, state: AttemptState) -> scoring.AttemptResult:
        plan = state.plan
        sections = [
            scoring.SectionScore(
                section.code,
                sum(shown.item_score for shown in state.in_section(section.code)),
                sum(self._release.item(item.item_key, item.version).max_score for item in section.items),
            )
            for section in plan.sections
        ]
        rule_set = load_rule_set(plan.rule_set_id or "")
        return scoring.fixed_form_result(sections, rule_set, plan.profile or "", plan.category or "")

    def _adaptive(self, state: AttemptState) -> scoring.AttemptResult:
        plan = state.plan
        rule_set = load_rule_set(plan.rule_set_id or "")
        sections = [self._section_estimate(state, section) for section in plan.sections]
        items = sum(section.maximum for section in sections)
        reference = scoring.ReferenceForm((plan.form_hash or "")[:8], items)
        return scoring.adaptive_result(sections, reference, rule_set, plan.profile or "", plan.category or "")

    def _section_estimate(self, state: AttemptState, section: SectionPlan) -> scoring.SectionEstimate:
        rules = _rules(section)
        pool = self._pool(state.plan, section)
        answered = _answered(state.in_section(section.code))
        past = [
            (
                pool.index[shown.item_key],
                self._full_credit(shown.item_key, shown.version, shown.item_score),
            )
            for shown in answered
        ]
        theta, standard_error = estimate(pool.engine, _engine_plan(rules, pool), past)
        keys = self._reference_items(rules, section)
        expected, maximum = self._expected_points(float(theta), keys)
        return scoring.SectionEstimate(
            section.code, float(theta), float(standard_error), expected, maximum, len(answered)
        )

    def _expected_points(self, theta: float, keys: tuple[tuple[str, int], ...]) -> tuple[float, int]:
        """Expected and highest points on a reference form: an item of m points gives all of them or none."""
        worth = {key: self._release.item(*key).max_score for key in keys}
        expected = 0.0
        for points in sorted(set(worth.values())):
            parameters = self._release.parameters(tuple(key for key in keys if worth[key] == points))
            expected += points * float(expected_score([theta], parameters)[0])
        return expected, sum(worth.values())

    def _reference_items(self, rules: AdaptiveRules, section: SectionPlan) -> tuple[tuple[str, int], ...]:
        form = self._library.form(rules.reference_form or "")
        for part in form.data["sections"]:
            if part["code"] == section.code:
                return tuple((item["item_key"], item["version"]) for item in part["items"])
        raise ContentMissing

    def _pool(self, plan: DeliveryPlan, section: SectionPlan) -> PoolOfItems:
        areas = tuple(_rules(section).area_targets)
        return self._release.pool(section.subject, plan.pool, areas[0] if len(areas) == 1 else None)


def _rules(section: SectionPlan) -> AdaptiveRules:
    if section.adaptive is None:
        raise ContentMissing
    return section.adaptive


def _answered(shown: tuple[Presentation, ...]) -> tuple[Presentation, ...]:
    """Responses that count: given ones, and as wrong those whose time was up without one."""
    return tuple(part for part in shown if part.response or part.timed_out)


def _engine_plan(rules: AdaptiveRules, pool: PoolOfItems) -> AdaptivePlan:
    if rules.shadow_test:
        return _shadow_plan(rules, pool)
    return AdaptivePlan(
        area_targets=dict(rules.area_targets),
        minimum_length=rules.minimum_length,
        maximum_length=rules.maximum_length,
        standard_error_target=rules.standard_error_target,
        randomesque=rules.randomesque,
        prior_mean=rules.prior_mean,
        exclude=frozenset(pool.index[key] for key in rules.exclude if key in pool.index),
    )


def _shadow_plan(rules: AdaptiveRules, pool: PoolOfItems) -> AdaptivePlan:
    """A test of fixed length whose areas hold their share of it, rounded down and up, whatever happens."""
    length = rules.maximum_length
    bounds = {area: share * length for area, share in rules.area_targets.items()}
    quotas = tuple(
        Quota("area", area, math.floor(round(items, 9)), math.ceil(round(items, 9)))
        for area, items in bounds.items()
    )
    return AdaptivePlan(
        area_targets={},
        minimum_length=length,
        maximum_length=length,
        randomesque=1,
        prior_mean=rules.prior_mean,
        exclude=frozenset(pool.index[key] for key in rules.exclude if key in pool.index),
        content=ContentRules(quotas, "shadow_test"),
    )


def _evidence(choice: Choice, pool: PoolOfItems) -> dict[str, Any]:
    return {
        "theta": round(float(choice.theta), 6),
        "standard_error": round(float(choice.standard_error), 6),
        "criterion": choice.criterion,
        "candidates": [
            [pool.items[candidate.item].item_key, round(candidate.value, 6)]
            for candidate in choice.candidates
        ],
        "masks": {name: int(count) for name, count in choice.masks.items()},
    }
