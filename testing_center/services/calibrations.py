"""Calibration runs: started by a psychometrician, carried out in the background, decided item by item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from item_bank.content_hashes import hash_of
from item_bank.identifiers import AREAS
from psychometrics import Progress
from testing_center.domain.audit import AuditEntry
from testing_center.domain.bank import ReleasedItem
from testing_center.domain.calibrations import CalibrationDecision, CalibrationRun
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.jobs import Job
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.ports import UnitOfWorkFactory
from testing_center.domain.release_lines import ReleaseLine, kept
from testing_center.services.background_jobs import Tell
from testing_center.services.calibration_data import analyse, gather
from testing_center.services.clock import Clock
from testing_center.services.item_figures import refresh_figures
from testing_center.services.publication import publish

KIND = "calibration"
MODEL = "2pl"
TYPICAL_ITERATIONS = 60
LONGEST_REASON = 500


@dataclass(frozen=True)
class SubjectResponses:
    """What has been collected for a subject under a release."""

    release_number: int
    subject: str
    items: int
    pilot_examinees: int
    live_responses: int
    simulated: bool


@dataclass(frozen=True)
class RunPage:
    """A run with its job, its result once there is one, and the decisions that hold."""

    run: CalibrationRun
    job: Job
    result: Mapping[str, Any] | None
    decisions: Mapping[str, CalibrationDecision]
    present: Mapping[str, ReleasedItem]


class Calibrations:
    """Everything a psychometrician does with a release."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock

    def collected(self) -> Sequence[SubjectResponses]:
        """Return what there is to calibrate under the newest release."""
        with self._unit_of_work() as work:
            number = work.bank.latest_release()
            if number is None:
                return ()
            found = []
            for subject in AREAS:
                sets = work.bank.response_sets(number, subject)
                live = work.attempts.responses_in(number, subject)
                items = work.bank.released_items(number, subject)
                pilot = sum(one.examinees for one in sets)
                simulated = any(one.simulated for one in sets)
                found.append(SubjectResponses(number, subject, len(items), pilot, len(live), simulated))
        return [one for one in found if one.items]

    def runs(self) -> Sequence[tuple[CalibrationRun, Job]]:
        """Return the newest runs with their jobs."""
        with self._unit_of_work() as work:
            pairs = [(run, work.jobs.get(run.job_uid)) for run in work.calibrations.all()]
        return [(run, job) for run, job in pairs if job is not None]

    def start(self, release_number: int, subject: str, person: Person) -> CalibrationRun:
        """Queue a calibration; raises ``InvalidInput`` when there is nothing to calibrate."""
        known = {(one.release_number, one.subject): one for one in self.collected()}
        found = known.get((release_number, subject))
        if found is None or not (found.pilot_examinees or found.live_responses):
            raise InvalidInput(N_("There are no responses for this subject yet. Choose another one."))
        now = self._clock()
        plan = {"model": MODEL, "release": release_number, "subject": subject, "prior_log_slope": [0.0, 0.5]}
        with self._unit_of_work(write=True) as work:
            job = work.jobs.add(KIND, plan, person.id, now)
            run = work.calibrations.add(job.uid, release_number, subject, MODEL, plan, person.id, now)
            actor = f"person:{person.uid}"
            work.audit.add(AuditEntry(now, actor, "calibration-started", f"calibration:{run.uid}"))
            work.commit()
        return run

    def page(self, uid: str) -> RunPage:
        """Return everything about a run; raises ``NotFound``."""
        with self._unit_of_work() as work:
            run = work.calibrations.by_uid(uid)
            job = work.jobs.get(run.job_uid) if run else None
            if run is None or job is None:
                raise NotFound
            result = work.calibrations.result(run.id)
            decisions = work.calibrations.decisions(run.id)
            items = work.bank.released_items(run.release_number, run.subject)
        return RunPage(run, job, result, decisions, {item.item_key: item for item in items})

    def decide(self, uid: str, item_keys: Sequence[str], decision: str, reason: str, person: Person) -> int:
        """Accept or reject the new parameters of items and return how many; raises ``InvalidInput``."""
        page = self.page(uid)
        estimated = {item["item_key"]: item for item in (page.result or {}).get("items", ())}
        if decision not in ("accepted", "rejected") or not item_keys or not set(item_keys) <= set(estimated):
            raise InvalidInput(N_("Choose at least one item of this calibration, and accept or reject."))
        if decision == "rejected" and not reason.strip():
            raise InvalidInput(N_("Write why the parameters are rejected."))
        if decision == "accepted" and any(estimated[key]["discrimination"] <= 0 for key in item_keys):
            raise InvalidInput(
                N_("An item with a discrimination of zero or less cannot be accepted: check its key first.")
            )
        now = self._clock()
        steps = [
            CalibrationDecision(key, decision, reason.strip()[:LONGEST_REASON], person.id, now)
            for key in item_keys
        ]
        with self._unit_of_work(write=True) as work:
            work.calibrations.decide(page.run.id, steps)
            work.commit()
        return len(steps)

    def publish(self, uid: str, person: Person) -> int:
        """Publish a release with the accepted parameters and return its number.

        Raises ``InvalidInput`` when nothing is accepted or another release came in between.
        """
        page = self.page(uid)
        accepted = {key for key, one in page.decisions.items() if one.decision == "accepted"}
        if not accepted or page.result is None:
            raise InvalidInput(N_("Nothing is accepted yet. Accept the parameters of at least one item."))
        estimated = {item["item_key"]: item for item in page.result["items"]}
        source = f"calibration {page.run.uid[:8]}, {page.result['examinees']} examinees"
        simulated, now = bool(page.result["simulated"]), self._clock()
        with self._unit_of_work(write=True) as work:
            latest = work.bank.latest_release()
            if latest != page.run.release_number:
                raise InvalidInput(
                    N_("A newer release has been published since. Calibrate that release instead.")
                )
            lines = [kept(item) for item in work.bank.released_items(latest)]
            lines = [
                _updated(line, estimated[line.item_key], source, simulated)
                if line.item_key in accepted
                else line
                for line in lines
            ]
            note = f"Parameters of {len(accepted)} items from {source}."
            number = publish(work, lines, note, person, now)
            work.commit()
        return number

    def carry_out(self, job: Job, tell: Tell) -> dict[str, Any]:
        """Calibrate, freeze the result and return its outcome: a job of the kind ``KIND``."""
        with self._unit_of_work() as work:
            run = work.calibrations.of_job(job.uid)
            if run is None:
                raise NotFound
            sets = work.bank.response_sets(run.release_number, run.subject)
            live = work.attempts.responses_in(run.release_number, run.subject)
            items = work.bank.released_items(run.release_number, run.subject)
        result = analyse(gather(sets, live, items), lambda progress: tell(_share(progress)))
        with self._unit_of_work(write=True) as work:
            if work.calibrations.result(run.id) is None:
                work.calibrations.freeze(run.id, result, hash_of(result), self._clock())
                refresh_figures(work)
            work.commit()
        return {"items": len(result["items"]), "examinees": result["examinees"]}


def _share(progress: Progress) -> float:
    """How far a calibration is, whose number of iterations nobody knows beforehand."""
    return 0.9 * progress.iteration / (progress.iteration + TYPICAL_ITERATIONS / 3)


def _updated(
    line: ReleaseLine, estimate: Mapping[str, Any], source: str, simulated: bool
) -> ReleaseLine:
    entry = replace(
        line.entry,
        discrimination=estimate["discrimination"],
        difficulty=estimate["difficulty"],
        guessing=0.0,
        upper_asymptote=1.0,
        se_discrimination=estimate["se_discrimination"],
        se_difficulty=estimate["se_difficulty"],
        se_guessing=None,
        parameters_source=source,
        simulated=simulated,
    )
    return replace(line, entry=entry)
