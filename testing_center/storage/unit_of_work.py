"""One SQL transaction with its repositories."""

from collections.abc import Sequence
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from testing_center.domain.attempts.records import Addition
from testing_center.storage.additions import AdditionTransactions
from testing_center.storage.administrations import SqlAdministrations
from testing_center.storage.appointments import SqlAppointments
from testing_center.storage.attempt_log import SqlAttemptLog
from testing_center.storage.audit_log import SqlAuditLog
from testing_center.storage.authoring import (
    SqlMediaFiles,
    SqlModelVersions,
    SqlStimulusVersions,
    SqlWorkingCopies,
)
from testing_center.storage.bank import SqlBank
from testing_center.storage.calibrations import SqlCalibrationRuns
from testing_center.storage.conduct import SqlConduct
from testing_center.storage.database import WRITE_TRANSACTION
from testing_center.storage.documents import SqlDocuments
from testing_center.storage.imports import SqlImports
from testing_center.storage.item_catalogue import SqlItemCatalogue
from testing_center.storage.jobs import SqlJobs
from testing_center.storage.late_answers import SqlLateAnswers
from testing_center.storage.people import SqlPeople
from testing_center.storage.rescorings import SqlRescorings
from testing_center.storage.rosters import SqlRosters
from testing_center.storage.saved_views import SqlSavedViews
from testing_center.storage.similar_items import SqlSimilarItems
from testing_center.storage.sites import SqlSites
from testing_center.storage.workstations import SqlWorkstations
from testing_center.storage.write_turn import NoTurn, write_turn


class SqlUnitOfWork:
    """``UnitOfWork`` on SQLAlchemy: a session of its own, so that no request leaks into another."""

    def __init__(self, engine: Engine, write: bool) -> None:
        options = {WRITE_TRANSACTION: True} if write else {}
        self._turn = write_turn(engine) if write else NoTurn()
        self._session = Session(engine.execution_options(**options), expire_on_commit=False)
        self.people = SqlPeople(self._session)
        self.sites = SqlSites(self._session)
        self.workstations = SqlWorkstations(self._session)
        self.rosters = SqlRosters(self._session)
        self.appointments = SqlAppointments(self._session)
        self.administrations = SqlAdministrations(self._session)
        self.bank = SqlBank(self._session)
        self.catalogue = SqlItemCatalogue(self._session)
        self.views = SqlSavedViews(self._session)
        self.imports = SqlImports(self._session)
        self.similar = SqlSimilarItems(self._session)
        self.attempts = SqlAttemptLog(self._session)
        self.late_answers = SqlLateAnswers(self._session)
        self.documents = SqlDocuments(self._session)
        self.jobs = SqlJobs(self._session)
        self.calibrations = SqlCalibrationRuns(self._session)
        self.copies = SqlWorkingCopies(self._session)
        self.media = SqlMediaFiles(self._session)
        self.stimuli = SqlStimulusVersions(self._session)
        self.models = SqlModelVersions(self._session)
        self.conduct = SqlConduct(self._session)
        self.rescorings = SqlRescorings(self._session)
        self.audit = SqlAuditLog(self._session)

    def __enter__(self) -> Self:
        self._turn.take()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._session.close()
        finally:
            self._turn.give_back()

    def commit(self) -> None:
        """Make everything durable."""
        self._session.commit()


class SqlUnitOfWorkFactory:
    """Begins transactions on one engine."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._additions = AdditionTransactions(engine)

    def extend(self, additions: Sequence[Addition]) -> None:
        """Make additions to attempt logs durable in a transaction of their own."""
        self._additions.extend(additions)

    def __call__(self, *, write: bool = False) -> SqlUnitOfWork:
        """Begin a transaction."""
        return SqlUnitOfWork(self._engine, write)
