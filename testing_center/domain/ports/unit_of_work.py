"""One transaction and the repositories that take part in it."""

from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from testing_center.domain.attempts.records import Addition
from testing_center.domain.ports.authoring import (
    MediaFiles,
    ModelVersions,
    StimulusVersions,
    WorkingCopies,
)
from testing_center.domain.ports.calibrations import CalibrationRuns
from testing_center.domain.ports.centre import Appointments, Rosters, Sites, Workstations
from testing_center.domain.ports.conduct import Conduct, Rescorings
from testing_center.domain.ports.imports import Imports, SimilarItems
from testing_center.domain.ports.item_catalogue import ItemCatalogue
from testing_center.domain.ports.late_answers import LateAnswers
from testing_center.domain.ports.repositories import (
    Administrations,
    AttemptLog,
    AuditLog,
    Bank,
    Documents,
    Jobs,
    People,
)
from testing_center.domain.ports.saved_views import SavedViews


class UnitOfWork(Protocol):
    """Leaves no trace unless ``commit`` was called."""

    @property
    def people(self) -> People:
        """Accounts and roles."""

    @property
    def sites(self) -> Sites:
        """Sites, rooms, shifts, days without tests."""

    @property
    def workstations(self) -> Workstations:
        """Computers at seats and their checks."""

    @property
    def rosters(self) -> Rosters:
        """Admitted candidates, waiting lists, the history of bookings."""

    @property
    def appointments(self) -> Appointments:
        """Who serves where by which order."""

    @property
    def administrations(self) -> Administrations:
        """Administrations, sittings, bookings."""

    @property
    def bank(self) -> Bank:
        """Item versions, releases, blueprints, forms."""

    @property
    def catalogue(self) -> ItemCatalogue:
        """Items with all their versions and the review log."""

    @property
    def views(self) -> SavedViews:
        """Saved searches of the item table."""

    @property
    def imports(self) -> Imports:
        """Files that were imported, their reports, and where versions come from."""

    @property
    def similar(self) -> SimilarItems:
        """Fingerprints, judgements of near-duplicates and enemy sets."""

    @property
    def attempts(self) -> AttemptLog:
        """The attempt log and its projections."""

    @property
    def late_answers(self) -> LateAnswers:
        """Answers in quarantine and what was decided about them."""

    @property
    def documents(self) -> Documents:
        """Issued documents."""

    @property
    def jobs(self) -> Jobs:
        """Background work."""

    @property
    def calibrations(self) -> CalibrationRuns:
        """Calibration runs, their results and decisions."""

    @property
    def copies(self) -> WorkingCopies:
        """Forms that are not saved yet."""

    @property
    def media(self) -> MediaFiles:
        """What is known of stored files."""

    @property
    def stimuli(self) -> StimulusVersions:
        """Stimuli with all their versions."""

    @property
    def models(self) -> ModelVersions:
        """Item models with all their versions."""

    @property
    def conduct(self) -> Conduct:
        """No-shows and outages of rooms."""

    @property
    def rescorings(self) -> Rescorings:
        """Corrections of items, planned and applied."""

    @property
    def audit(self) -> AuditLog:
        """Who did what."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def commit(self) -> None:
        """Make everything durable; only then may anything be acknowledged."""


class UnitOfWorkFactory(Protocol):
    """Begins transactions."""

    def __call__(self, *, write: bool = False) -> UnitOfWork:
        """Begin one; *write* takes the write lock at once where the database has only one."""

    def extend(self, additions: Sequence[Addition]) -> None:
        """Make additions to different attempt logs durable, in a transaction of their own.

        Raises ``ConcurrentAppend``, and keeps nothing, unless each of them follows the log as it stands.
        """
