"""Builds delivery plans: what an attempt pins before it starts."""

from collections.abc import Iterable, Mapping
from typing import Any

from testing_center.domain.administrations import Administration, Booking
from testing_center.domain.attempts.plan import AdaptiveRules, DeliveryPlan, PlannedItem, SectionPlan
from testing_center.domain.attempts.policy import DeliveryPolicy
from testing_center.domain.attestation.rule_sets import RuleSet, load_rule_set
from testing_center.domain.bank import StoredForm
from testing_center.domain.errors import ContentMissing, InvalidInput
from testing_center.domain.messages import N_
from testing_center.services import own_forms
from testing_center.services.release_library import ReleaseContent, ReleaseLibrary

TRAINING_LENGTH = 10
TRAINING_RANDOMESQUE = 5


def exam_plan(
    administration: Administration, booking: Booking, library: ReleaseLibrary, seed: int
) -> DeliveryPlan:
    """Pin everything for one booked candidate; raises ``ContentMissing`` when the rules have moved."""
    rule_set = load_rule_set(administration.rule_set_id)
    if rule_set.content_hash != administration.rule_set_hash:
        raise ContentMissing
    release = library.release(administration.release_number)
    form = library.form(booking.form_hash or administration.form_hash)
    fixed = administration.mode == "fixed"
    sections = (
        _fixed_sections(_own_or_common(form, administration, library, seed), release, seed)
        if fixed
        else _adaptive_sections(form, release, administration)
    )
    return DeliveryPlan(
        kind="exam",
        mode="fixed" if fixed else "adaptive",
        sections=sections,
        base_seconds=_minutes(rule_set, administration) * 60,
        language=booking.language,
        seed=seed,
        release_number=release.number,
        form_hash=form.content_hash,
        rule_set_id=rule_set.id,
        rule_set_hash=rule_set.content_hash,
        profile=administration.profile,
        category=booking.category,
        policy=delivery_policy(administration, rule_set),
        accommodations=booking.accommodations,
    )


def delivery_policy(administration: Administration, rule_set: RuleSet) -> DeliveryPolicy:
    """Return what the administration allows; breaks are those of the rule set unless it says otherwise.

    Raises ``InvalidInput`` for a stored policy that no version of the program can have written.
    """
    stated = dict(administration.policy.get("delivery", {}))
    for of_form in ("section_minutes", "own_forms"):
        stated.pop(of_form, None)
    rule = rule_set.breaks
    of_law = {
        "count": rule.max_count,
        "seconds": rule.max_minutes * 60,
        "forbidden_first_seconds": rule.forbidden_first_minutes * 60,
        "forbidden_last_seconds": rule.forbidden_last_minutes * 60,
    }
    return DeliveryPolicy.from_data(stated | {"breaks": of_law | dict(stated.get("breaks", {}))})


def form_sections(
    sections: Iterable[Mapping[str, Any]], administration: Administration
) -> list[dict[str, Any]]:
    """Return a form's sections, each with the ``minutes`` that the administration gives it, or its own."""
    stated = administration.policy.get("delivery", {}).get("section_minutes", {})
    return [{**part, "minutes": stated.get(part["code"], part.get("minutes"))} for part in sections]


def _own_or_common(
    form: StoredForm, administration: Administration, library: ReleaseLibrary, seed: int
) -> list[dict[str, Any]]:
    """Return the sections of the common form, or of one drawn for this candidate alone."""
    sections: Iterable[Mapping[str, Any]] = form.data["sections"]
    if administration.policy.get("delivery", {}).get("own_forms"):
        release = library.release(administration.release_number)
        sections = own_forms.draw(form, library.blueprint(form.blueprint_id), release, seed).sections
    return form_sections(sections, administration)


def training_plan(
    library: ReleaseLibrary,
    subject: str,
    area: str | None,
    language: str,
    seed: int,
    *,
    length: int = TRAINING_LENGTH,
    exclude: Iterable[str] = (),
    prior_mean: float = 0.0,
) -> DeliveryPlan:
    """Pin an untimed adaptive session on the trainer pool; raises ``ContentMissing`` without items."""
    release = library.latest()
    pool = release.pool(subject, "trainer", area)
    rules = AdaptiveRules(
        area_targets=_shares(item.content["area"] for item in pool.items),
        minimum_length=length,
        maximum_length=length,
        standard_error_target=None,
        randomesque=TRAINING_RANDOMESQUE,
        prior_mean=prior_mean,
        exclude=tuple(sorted(exclude)),
    )
    return DeliveryPlan(
        kind="training",
        mode="adaptive",
        sections=(SectionPlan(subject, subject, (), rules),),
        base_seconds=0,
        language=language,
        seed=seed,
        release_number=release.number,
        pool="trainer",
    )


def _minutes(rule_set: RuleSet, administration: Administration) -> int:
    return rule_set.minutes(administration.profile, administration.subject)


def _fixed_sections(
    parts: Iterable[Mapping[str, Any]], release: ReleaseContent, seed: int
) -> tuple[SectionPlan, ...]:
    position = 0
    sections = []
    for part in parts:
        items = []
        for entry in part["items"]:
            position += 1
            if release.item(entry["item_key"], entry["version"]).marked_by_people:
                # A response that nobody marks would count as wrong: such a form is never delivered.
                raise InvalidInput(
                    N_("The form holds an item that people must mark: %(item)s. Choose a form without it."),
                    item=entry["item_key"],
                )
            interaction = release.content(entry["item_key"], entry["version"]).interaction
            items.append(
                PlannedItem(
                    entry["item_key"],
                    entry["version"],
                    interaction.option_order(seed, position),
                    entry.get("stimulus_key"),
                )
            )
        sections.append(SectionPlan(part["code"], part["subject"], tuple(items), None, _seconds(part)))
    return tuple(sections)


def _adaptive_sections(
    form: StoredForm, release: ReleaseContent, administration: Administration
) -> tuple[SectionPlan, ...]:
    policy: Mapping[str, Any] = administration.policy["adaptive"]
    return tuple(
        SectionPlan(
            part["code"], part["subject"], (), _exam_rules(part, release, form, policy), _seconds(part)
        )
        for part in form_sections(form.data["sections"], administration)
    )


def _seconds(part: Mapping[str, Any]) -> int | None:
    """The section's own time, where its blueprint gives it one."""
    minutes = part.get("minutes")
    return None if minutes is None else int(minutes) * 60


def _exam_rules(
    part: Mapping[str, Any], release: ReleaseContent, form: StoredForm, policy: Mapping[str, Any]
) -> AdaptiveRules:
    """Areas in the shares that the reference form gives them, as far as the pool has single items."""
    stocked = {item.content["area"] for item in release.pool(part["subject"], "exam").items}
    areas = [release.content(entry["item_key"], entry["version"]).area for entry in part["items"]]
    return AdaptiveRules(
        area_targets=_shares(area for area in areas if area in stocked),
        minimum_length=int(policy["minimum_length"]),
        maximum_length=int(policy["maximum_length"]),
        standard_error_target=policy.get("standard_error_target"),
        randomesque=int(policy["randomesque"]),
        reference_form=form.content_hash,
        shadow_test=bool(policy.get("shadow_test")),
    )


def _shares(areas: Iterable[str]) -> dict[str, float]:
    counted = list(areas)
    return {area: counted.count(area) / len(counted) for area in sorted(set(counted))}
