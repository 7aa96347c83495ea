"""What an administration allows its candidates, and what one candidate is granted, as staff set them.

A plan pins the policy when its form is built, at check-in: a change reaches those who come later only.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from testing_center.domain.administrations import Administration, Booking, Sitting
from testing_center.domain.attempts import commands as asked
from testing_center.domain.attempts.policy import Accommodations, DeliveryPolicy
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound, ReasonRequired
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.services.clock import Clock
from testing_center.services.delivery import Delivery
from testing_center.services.exam_plans import delivery_policy, form_sections
from testing_center.services.release_library import ReleaseLibrary

LONGEST_SECTION_MINUTES = 600


@dataclass(frozen=True)
class SectionTime:
    """A section of the administration's form; ``minutes`` is None where only the test is timed."""

    code: str
    names: Mapping[str, str]
    items: int
    minutes: int | None


@dataclass(frozen=True)
class PolicyPage:
    """An administration with everything about its delivery that staff may set."""

    administration: Administration
    policy: DeliveryPolicy
    sections: tuple[SectionTime, ...]

    @property
    def own_forms(self) -> bool:
        """Whether each candidate of a fixed test gets a form drawn at check-in."""
        return bool(self.administration.policy.get("delivery", {}).get("own_forms"))

    @property
    def shadow_test(self) -> bool:
        """Whether an adaptive test holds its areas exactly."""
        return bool(self.administration.policy.get("adaptive", {}).get("shadow_test"))


@dataclass(frozen=True)
class PolicyChange:
    """What staff set: ``section_minutes`` by section code, None for no time of its own."""

    policy: DeliveryPolicy
    section_minutes: Mapping[str, int | None]
    own_forms: bool = False
    shadow_test: bool = False


class DeliveryPolicies:
    """Sets policies of administrations and accommodations of bookings."""

    def __init__(
        self, unit_of_work: UnitOfWorkFactory, delivery: Delivery, library: ReleaseLibrary, clock: Clock
    ) -> None:
        self._unit_of_work = unit_of_work
        self._delivery = delivery
        self._library = library
        self._clock = clock

    def page(self, uid: str) -> PolicyPage:
        """Return the policy of an administration as it stands; raises ``NotFound``."""
        with self._unit_of_work() as work:
            administration = work.administrations.by_uid(uid)
        if administration is None:
            raise NotFound
        rule_set = load_rule_set(administration.rule_set_id)
        named = {one.code: one.name for one in rule_set.profile(administration.profile).sections}
        form = self._library.form(administration.form_hash)
        sections = tuple(
            SectionTime(part["code"], _names(named, part["code"]), len(part["items"]), part["minutes"])
            for part in form_sections(form.data["sections"], administration)
        )
        return PolicyPage(administration, delivery_policy(administration, rule_set), sections)

    def set_policy(self, uid: str, change: PolicyChange, person: Person) -> Administration:
        """Replace the policy; raises ``NotFound`` and ``InvalidInput``, and then nothing is changed."""
        page = self.page(uid)
        _check(page, change)
        policy = change.policy
        delivery = {
            "navigation": policy.navigation,
            "item_seconds": policy.item_seconds,
            "breaks": vars(policy.breaks).copy(),
            "tools": list(policy.tools),
            "section_minutes": dict(change.section_minutes),
            "own_forms": change.own_forms,
        }
        before = page.administration.policy
        kept = dict(before) | {"delivery": dict(before.get("delivery", {})) | delivery}
        if "adaptive" in before:
            kept["adaptive"] = dict(before["adaptive"]) | {"shadow_test": change.shadow_test}
        with self._unit_of_work(write=True) as work:
            work.administrations.set_policy(page.administration.id, kept)
            actor, subject = f"person:{person.uid}", f"administration:{uid}"
            moved = {"before": dict(before), "after": kept}
            work.audit.add(AuditEntry(self._clock(), actor, "delivery-policy-set", subject, "", moved))
            work.commit()
        return replace(page.administration, policy=kept)

    def booking(self, uid: str) -> tuple[Booking, Sitting, Accommodations]:
        """Return a booking and what its candidate is granted now; raises ``NotFound``."""
        with self._unit_of_work() as work:
            booking = work.administrations.booking(uid)
            sitting = work.administrations.sitting_by_id(booking.sitting_id) if booking else None
        if booking is None or sitting is None:
            raise NotFound
        if booking.attempt_id is None:
            return booking, sitting, booking.accommodations
        return booking, sitting, self._delivery.state(booking.attempt_id).accommodations

    def grant(
        self, uid: str, granted: Accommodations, reason: str, comment: str, actor: str
    ) -> Accommodations:
        """Grant a candidate accommodations, before the test or during it.

        Raises ``NotFound``, ``ReasonRequired``, ``WrongAttemptState`` after the end and ``InvalidInput``
        where time that runs would be taken back.
        """
        if not reason.strip():
            raise ReasonRequired
        booking, _, before = self.booking(uid)
        if booking.attempt_id is not None:
            command = asked.ChangeAccommodations(granted, reason, comment)
            self._delivery.execute(booking.attempt_id, command, actor=actor)
        with self._unit_of_work(write=True) as work:
            work.administrations.set_accommodations(booking.id, granted)
            moved = {"before": before.to_data(), "after": granted.to_data(), "comment": comment}
            entry = AuditEntry(
                self._clock(), actor, "accommodations-granted", f"booking:{uid}", reason, moved
            )
            work.audit.add(entry)
            work.commit()
        return granted


def _names(named: Mapping[str, Any], code: str) -> Mapping[str, str]:
    return vars(named[code]) if code in named else dict.fromkeys(("ky", "ru", "kk", "en"), code)


def _check(page: PolicyPage, change: PolicyChange) -> None:
    known = {section.code for section in page.sections}
    if set(change.section_minutes) != known:
        raise InvalidInput(N_("The form is out of date. Reload the page and try again."))
    given = [minutes for minutes in change.section_minutes.values() if minutes is not None]
    if not all(1 <= minutes <= LONGEST_SECTION_MINUTES for minutes in given):
        raise InvalidInput(N_("Minutes of a section must be a whole number from 1 to 600, or empty."))
