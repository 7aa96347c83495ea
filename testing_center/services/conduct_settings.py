"""How the rooms of an administration are run: how long they are open, and how a test is launched."""

from collections.abc import Sequence
from dataclasses import dataclass

from testing_center.domain.administrations import DEFAULT_OPEN_MINUTES, Administration
from testing_center.domain.audit import AuditEntry
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.domain.safe_exam_browser import POLICIES, browser_keys, proof_policy, read_browser_keys
from testing_center.services.clock import Clock

LAUNCHES = ("proctor", "two_key")
LONGEST_OPEN_MINUTES = 24 * 60


@dataclass(frozen=True)
class ConductForm:
    """What an administrator chooses; ``browser_exam_keys`` is the text, one key a line."""

    open_minutes: str
    launch: str
    proof: str
    browser_exam_keys: str = ""

    @classmethod
    def of(cls, administration: Administration) -> "ConductForm":
        """Return what is chosen at present."""
        policy = administration.policy
        return cls(
            str(policy.get("open_minutes", DEFAULT_OPEN_MINUTES)),
            str(policy.get("launch", "proctor")),
            proof_policy(policy),
            "\n".join(browser_keys(policy)),
        )


@dataclass(frozen=True)
class ConductSettings:
    """Reads and changes those choices; attempts that are prepared keep what they have pinned."""

    unit_of_work: UnitOfWorkFactory
    clock: Clock

    def administration(self, uid: str) -> Administration:
        """Return an administration; raises ``NotFound``."""
        with self.unit_of_work() as work:
            found = work.administrations.by_uid(uid)
        if found is None:
            raise NotFound
        return found

    def change(self, uid: str, form: ConductForm, person: Person) -> None:
        """Keep the choices and audit them; raises ``NotFound`` or ``InvalidInput``."""
        minutes = _minutes(form.open_minutes)
        if form.launch not in LAUNCHES or form.proof not in POLICIES:
            raise InvalidInput
        keys: Sequence[str] = read_browser_keys(form.browser_exam_keys)
        chosen = {
            "open_minutes": minutes,
            "launch": form.launch,
            "safe_exam_browser": {"policy": form.proof, "browser_exam_keys": list(keys)},
        }
        with self.unit_of_work(write=True) as work:
            found = work.administrations.by_uid(uid)
            if found is None:
                raise NotFound
            work.administrations.set_policy(found.id, {**found.policy, **chosen})
            subject = f"administration:{uid}"
            entry = AuditEntry(
                self.clock(), f"person:{person.uid}", "administration-conduct", subject, "", chosen
            )
            work.audit.add(entry)
            work.commit()


def _minutes(typed: str) -> int:
    if not typed.strip().isdecimal() or not 1 <= int(typed) <= LONGEST_OPEN_MINUTES:
        raise InvalidInput(N_("Enter how many minutes a room stays open: from 1 to 1440."))
    return int(typed)
