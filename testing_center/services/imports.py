"""Imports into the item bank: a file is kept, looked at, and taken over when somebody confirms it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from item_bank.errors import InvalidImport
from item_bank.formats import FORMATS, ImportResult, ImportSettings, SourceFile, exchange_format, format_of
from item_bank.identifiers import AREAS, LANGUAGES, LEVELS, POOLS, Language
from item_bank.items import content_hash
from item_bank.picture_sizes import picture_size
from item_bank.stimuli import stimulus_hash
from testing_center.domain.audit import AuditEntry
from testing_center.domain.authoring import MediaFileRecord, StimulusVersionRecord
from testing_center.domain.errors import InvalidInput, NotFound
from testing_center.domain.imports import (
    APPLY,
    CHANGED,
    CHECK,
    NEW,
    ImportedStatistic,
    ImportReport,
    ImportSource,
    ImportWish,
    ItemOrigin,
    NewVersion,
    StoredImport,
)
from testing_center.domain.jobs import Job
from testing_center.domain.messages import N_
from testing_center.domain.people import Person
from testing_center.domain.pools import visible_parts
from testing_center.domain.ports import MediaBytes, UnitOfWork, UnitOfWorkFactory
from testing_center.services.background_jobs import Tell
from testing_center.services.clock import Clock
from testing_center.services.import_plans import Asked, ImportPlan, planned, refusal

KIND = "item_import"
LONGEST_NAME = 200


@dataclass(frozen=True)
class ImportPage:
    """An import as far as it has come; ``job`` is that of the last phase that was begun.

    ``report`` is that of ``phase``, None until its job is done.
    """

    stored: StoredImport
    phase: str
    job: Job
    report: ImportReport | None


class Imports:
    """Everything that is done with files of items. The same file with the same wish is taken over once."""

    def __init__(self, unit_of_work: UnitOfWorkFactory, bytes_of: MediaBytes, clock: Clock) -> None:
        self._unit_of_work = unit_of_work
        self._bytes = bytes_of
        self._clock = clock

    def start(
        self, file_name: str, content: bytes, wish: ImportWish, person: Person
    ) -> tuple[StoredImport, bool]:
        """Keep a file and queue its dry run; return the import and whether it was taken over before.

        Raises ``InvalidInput`` for an empty file or a wish that cannot be fulfilled.
        """
        _check_wish(wish, person)
        if not content:
            raise InvalidInput(N_("Choose a file that is not empty."))
        source = ImportSource(hashlib.sha256(content).hexdigest(), file_name[-LONGEST_NAME:], content)
        now = self._clock()
        with self._unit_of_work(write=True) as work:
            done = work.imports.applied(source.sha256, wish)
            if done is not None:
                return done, True
            work.imports.add_source(source, now)
            stored = work.imports.add(source, wish, person.id, now)
            self._begin(work, stored, CHECK, person)
            self._note(work, person, "import-checked", stored, {"file": source.name})
            work.commit()
        return stored, False

    def confirm(self, uid: str, person: Person) -> None:
        """Queue the taking over of a file that was looked at; a second time nothing is queued.

        Raises ``NotFound``, and ``InvalidInput`` before the dry run is done or if nothing can be taken over.
        """
        with self._unit_of_work(write=True) as work:
            stored = _visible(work, uid, person)
            if APPLY in stored.jobs:
                return
            report = _report(work, stored, CHECK)
            if report is None or not report.changes_anything:
                raise InvalidInput(N_("There is nothing to take over. Look at the report first."))
            self._begin(work, stored, APPLY, person)
            work.commit()

    def page(self, uid: str, person: Person) -> ImportPage:
        """Return an import; raises ``NotFound``, also for one into a pool that *person* may not see."""
        with self._unit_of_work() as work:
            stored = _visible(work, uid, person)
            phase = APPLY if APPLY in stored.jobs else CHECK
            job = work.jobs.get(stored.jobs[phase])
            if job is None:
                raise NotFound
            return ImportPage(stored, phase, job, _report(work, stored, phase))

    def recent(self, person: Person) -> Sequence[StoredImport]:
        """Return the newest imports into the pools that *person* may see."""
        with self._unit_of_work() as work:
            parts = visible_parts(person.roles)
            return [one for one in work.imports.recent() if one.wish.pool in parts]

    def carry_out(self, job: Job, tell: Tell) -> Mapping[str, Any]:
        """Look at a file or take it over: as a whole or not at all, and once however often it is called."""
        uid, phase = job.payload["import"], job.payload["phase"]
        with self._unit_of_work() as work:
            stored = work.imports.by_uid(uid)
            source = work.imports.source(stored.source_hash) if stored else None
            person = work.people.many([job.requested_by]).get(job.requested_by) if job.requested_by else None
        if stored is None or source is None or person is None:
            raise NotFound
        asked = Asked(person, stored.file_name, stored.wish)
        try:
            result = _read(SourceFile(stored.file_name, source.content), stored.wish)
        except InvalidImport as error:
            self._freeze(stored, phase, ImportReport(refused=refusal(error)))
            return {"import": uid, "phase": phase}
        tell(0.5)
        if phase == APPLY:
            self._apply(stored, asked, result)
        else:
            with self._unit_of_work() as work:
                report = planned(work, result, asked).report
            self._freeze(stored, CHECK, report)
        return {"import": uid, "phase": phase}

    def _freeze(self, stored: StoredImport, phase: str, report: ImportReport) -> None:
        with self._unit_of_work(write=True) as work:
            if work.imports.report(stored.id, phase) is None:
                work.imports.freeze(stored.id, phase, report.to_data(), self._clock())
                work.commit()

    def _apply(self, stored: StoredImport, asked: Asked, result: ImportResult) -> None:
        # Bytes first: a file without a record is harmless, a record without its file is not.
        for file in result.media:
            self._bytes.put(file.reference.sha256, file.content)
        with self._unit_of_work(write=True) as work:
            if work.imports.report(stored.id, APPLY) is not None:
                return
            plan = planned(work, result, asked)
            self._store_parts(work, result, asked.person)
            self._store_items(work, stored, plan, asked.person)
            _store_statistics(work, stored, plan, result)
            work.imports.freeze(stored.id, APPLY, plan.report.to_data(), self._clock())
            keys = [item.line.item_key for item in plan.items if item.line.outcome in (NEW, CHANGED)]
            self._note(
                work, asked.person, "items-imported", stored, {"items": keys, "sha256": stored.source_hash}
            )
            work.commit()

    def _store_parts(self, work: UnitOfWork, result: ImportResult, person: Person) -> None:
        now = self._clock()
        for file in result.media:
            one = file.reference
            if work.media.find(one.sha256) is None:
                size = picture_size(file.content, one.media_type)
                work.media.add(
                    MediaFileRecord(one.sha256, one.name, one.media_type, one.size, *size, person.id, now)
                )
        for stimulus in result.stimuli:
            if not work.stimuli.versions(stimulus.key):
                data, hashed = stimulus.content.to_data(), stimulus_hash(stimulus.content)
                work.stimuli.add(
                    StimulusVersionRecord(str(stimulus.key), 1, data, hashed, person.id, "", now)
                )

    def _store_items(
        self, work: UnitOfWork, stored: StoredImport, plan: ImportPlan, person: Person
    ) -> None:
        now, pool = self._clock(), stored.wish.pool
        kept = [
            (item.line, item.content, item.substantive)
            for item in plan.items
            if item.content is not None and item.line.outcome in (NEW, CHANGED)
        ]
        work.imports.add_items(
            [(line.item_key, pool, content.subject) for line, content, _ in kept if line.outcome == NEW], now
        )
        versions = work.imports.add_versions(
            [
                NewVersion(
                    line.item_key, content.to_data(), content_hash(content), person.id, substantive,
                    stored.file_name,
                )
                for line, content, substantive in kept
            ],
            now,
        )  # fmt: skip
        work.imports.add_origins(
            [
                ItemOrigin(version.id, stored.id, line.name, line.place)
                for version, (line, _, _) in zip(versions, kept, strict=True)
            ]
        )

    def _begin(self, work: UnitOfWork, stored: StoredImport, phase: str, person: Person) -> None:
        job = work.jobs.add(KIND, {"import": stored.uid, "phase": phase}, person.id, self._clock())
        work.imports.begin_phase(stored.id, phase, job.uid, self._clock())

    def _note(
        self, work: UnitOfWork, person: Person, action: str, stored: StoredImport, data: Mapping[str, object]
    ) -> None:
        subject = f"import:{stored.uid}"
        work.audit.add(AuditEntry(self._clock(), f"person:{person.uid}", action, subject, data=data))


def _read(source: SourceFile, wish: ImportWish) -> ImportResult:
    known = exchange_format(wish.format_name) if wish.format_name else format_of(source)
    settings = ImportSettings(Language(wish.language), wish.subject, wish.area, wish.level)
    return known.read(source, settings)


def _check_wish(wish: ImportWish, person: Person) -> None:
    if wish.pool not in POOLS or wish.pool not in visible_parts(person.roles):
        raise InvalidInput(N_("Choose the pool that the items go to."))
    if wish.language not in LANGUAGES or wish.format_name not in ("", *FORMATS):
        raise InvalidInput
    if wish.area and wish.area not in AREAS.get(wish.subject, ()):
        raise InvalidInput(N_("Choose an area of the chosen subject."))
    if wish.subject not in ("", *AREAS) or wish.level not in ("", *LEVELS):
        raise InvalidInput


def _visible(work: UnitOfWork, uid: str, person: Person) -> StoredImport:
    stored = work.imports.by_uid(uid)
    if stored is None or stored.wish.pool not in visible_parts(person.roles):
        raise NotFound
    return stored


def _report(work: UnitOfWork, stored: StoredImport, phase: str) -> ImportReport | None:
    data = work.imports.report(stored.id, phase)
    return ImportReport.from_data(data) if data is not None else None


def _store_statistics(
    work: UnitOfWork, stored: StoredImport, plan: ImportPlan, result: ImportResult
) -> None:
    keys = {item.line.name: item.line.item_key for item in plan.items if item.line.item_key}
    work.imports.add_statistics(
        stored.id,
        [
            ImportedStatistic(keys[one.item], one.to_data())
            for one in result.statistics
            if one.item in keys
        ],
    )
