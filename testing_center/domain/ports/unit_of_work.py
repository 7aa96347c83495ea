"""One transaction and the repositories that take part in it."""

from types import TracebackType
from typing import Protocol, Self

from testing_center.domain.ports.calibrations import CalibrationRuns
from testing_center.domain.ports.item_catalogue import ItemCatalogue
from testing_center.domain.ports.repositories import (
    Administrations,
    AttemptLog,
    AuditLog,
    Bank,
    Documents,
    Jobs,
    People,
    Sites,
)


class UnitOfWork(Protocol):
    """Leaves no trace unless ``commit`` was called."""

    @property
    def people(self) -> People:
        """Accounts and roles."""

    @property
    def sites(self) -> Sites:
        """Sites and rooms."""

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
    def attempts(self) -> AttemptLog:
        """The attempt log and its projections."""

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
