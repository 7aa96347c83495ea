"""Filling an empty database with the demonstration, once."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import groupby

from sqlalchemy import create_engine

from item_bank.content_files import load_content
from testing_center.config import Settings
from testing_center.demo.accounts import SENTINEL, DemoAccounts, add_people, demo_accounts
from testing_center.demo.bank import DemoBank, build_bank, store_bank
from testing_center.demo.forms import KG_INFORMATICS, KZ_MATH, pin_form
from testing_center.demo.pilot import EXAMINEES, SimulatedPilot, run_pilot
from testing_center.demo.sittings import Forms, add_sittings
from testing_center.domain.ports.unit_of_work import UnitOfWork, UnitOfWorkFactory
from testing_center.storage.database import prepare_engine
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

Report = Callable[[str], None]


class DemonstrationRefused(Exception):
    """The database holds other data; the message says what to do."""

    def __init__(self) -> None:
        super().__init__(
            "The database already holds other data; give the demonstration an empty database of its own."
        )


def load(settings: Settings, progress: Report) -> DemoAccounts:
    """Fill the database of ``settings`` unless the demonstration is there; return its accounts.

    The database must have the newest schema. ``progress`` gets one line for each step. Everything is
    written in one transaction. Raises `DemonstrationRefused` when a release of something else is there.
    """
    engine = create_engine(settings.database_url)
    prepare_engine(engine)
    try:
        _load(SqlUnitOfWorkFactory(engine), progress)
    finally:
        engine.dispose()
    return demo_accounts()


def _load(unit_of_work: UnitOfWorkFactory, progress: Report) -> None:
    with unit_of_work() as work:
        if _is_loaded(work):
            return
    bank, forms = _prepared(progress)
    with unit_of_work(write=True) as work:
        # The pilot took a while without the write lock: another process may have been faster.
        if _is_loaded(work):
            return
        _store(work, bank, forms, progress)
        work.commit()


def _is_loaded(work: UnitOfWork) -> bool:
    if work.bank.latest_release() is None:
        return False
    if work.people.by_sign_in_name(SENTINEL) is None:
        raise DemonstrationRefused
    return True


def _prepared(progress: Report) -> tuple[DemoBank, Forms]:
    progress("Reading the item bank")
    content = load_content()
    ordered = sorted(content.items, key=lambda item: item.content.subject)
    pilots: list[SimulatedPilot] = []
    for subject, items in groupby(ordered, key=lambda item: item.content.subject):
        progress(f"Simulating a pilot with {EXAMINEES} examinees and calibrating: {subject}")
        pilots.append(run_pilot(subject, list(items)))
    bank = build_bank(content, pilots)
    progress("Assembling exam forms")
    return bank, Forms(informatics=pin_form(KG_INFORMATICS, bank), math=pin_form(KZ_MATH, bank))


def _store(work: UnitOfWork, bank: DemoBank, forms: Forms, progress: Report) -> None:
    now = datetime.now(UTC)
    progress("Adding accounts")
    people = add_people(work.people, now)
    progress(f"Publishing release {bank.release.number} with {len(bank.release.entries)} items")
    store_bank(work, bank, people[SENTINEL].id, now)
    progress("Planning administrations and sittings")
    add_sittings(work, forms, people, now)
