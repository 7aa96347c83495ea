"""The demonstration: what it puts into an empty database, and that it does so once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, create_engine, text

from item_bank.content_blueprints import ContentBlueprint
from item_bank.content_files import load_content
from item_bank.identifiers import LANGUAGES
from testing_center import demo
from testing_center.config import Settings
from testing_center.demo.pilot import BOOKLET_ITEMS, EXAMINEES, run_pilot
from testing_center.domain.attestation.rule_sets import load_rule_set
from testing_center.domain.bank import ReleasedItem, ReleaseSummary
from testing_center.domain.permissions import Role
from testing_center.services.exam_plans import exam_plan
from testing_center.services.release_library import ReleaseLibrary
from testing_center.storage import migrate
from testing_center.storage.database import prepare_engine
from testing_center.storage.unit_of_work import SqlUnitOfWorkFactory

SUBJECTS = ("informatics", "math", "pedagogy")


@dataclass(frozen=True)
class Loaded:
    """A loaded demonstration and ways to look at it."""

    settings: Settings
    accounts: demo.DemoAccounts
    steps: tuple[str, ...]
    engine: Engine
    unit_of_work: SqlUnitOfWorkFactory

    def row_counts(self) -> dict[str, int]:
        """Return how many rows each table holds."""
        with self.engine.connect() as connection:
            names = connection.scalars(text("SELECT name FROM sqlite_master WHERE type = 'table'")).all()
            return {
                name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0  # noqa: S608
                for name in names
            }

    def items(self) -> Sequence[ReleasedItem]:
        """Return the items of the release."""
        with self.unit_of_work() as work:
            return work.bank.released_items(1)


def _empty(folder: Path) -> Settings:
    settings = Settings(environment="test", data_directory=folder)
    migrate.upgrade(settings.database_url)
    return settings


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    settings = _empty(tmp_path_factory.mktemp("demo"))
    steps: list[str] = []
    accounts = demo.load(settings, steps.append)
    engine = create_engine(settings.database_url)
    prepare_engine(engine)
    yield Loaded(settings, accounts, tuple(steps), engine, SqlUnitOfWorkFactory(engine))
    engine.dispose()


def test_release_holds_calibrated_items_in_every_language(loaded: Loaded) -> None:
    items = loaded.items()
    complete = [i for i in items if i.calibrated and set(i.content["texts"]) >= set(LANGUAGES)]
    assert len(complete) == len(items) >= 300
    assert all(0.2 < (item.discrimination or 0) < 4 for item in items)
    assert all(abs(item.difficulty or 0) < 5 for item in items)


def test_parameters_and_pilot_are_marked_simulated(loaded: Loaded) -> None:
    for item in loaded.items():
        assert item.simulated
        assert item.parameters_source.startswith("simulated pilot, seed ")
        assert 0 < (item.se_difficulty or 0) < 1
    with loaded.unit_of_work() as work:
        for subject in SUBJECTS:
            (pilot,) = work.bank.response_sets(1, subject)
            cells = np.frombuffer(pilot.matrix, dtype=np.int8).reshape(EXAMINEES, len(pilot.item_keys))
            assert pilot.simulated
            assert ((cells >= 0).sum(axis=1) == BOOKLET_ITEMS).all()


@pytest.mark.parametrize("name", ["key", "family", "stimulus_key"])
def test_pools_share_nothing(loaded: Loaded, name: str) -> None:
    pools: dict[str, set[str]] = {"exam": set(), "trainer": set()}
    for item in loaded.items():
        value = item.item_key if name == "key" else item.content[name]
        if value is not None:
            pools[item.pool].add(value)
    assert pools["exam"]
    assert pools["trainer"]
    assert not pools["exam"] & pools["trainer"]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_calibration_recovers_hidden_parameters(subject: str) -> None:
    pilot = run_pilot(subject, [i for i in load_content().items if i.content.subject == subject])
    assert pilot.calibration.converged
    estimated = pilot.calibration.items
    assert np.corrcoef(estimated.difficulty, pilot.hidden.difficulty)[0, 1] > 0.95
    assert np.corrcoef(estimated.discrimination, pilot.hidden.discrimination)[0, 1] > 0.7


def test_second_load_adds_nothing(loaded: Loaded) -> None:
    before = loaded.row_counts()
    steps: list[str] = []
    assert demo.load(loaded.settings, steps.append) == loaded.accounts
    assert loaded.row_counts() == before
    assert steps == []


def test_database_with_other_data_is_refused(tmp_path: Path) -> None:
    settings = _empty(tmp_path)
    engine = create_engine(settings.database_url)
    prepare_engine(engine)
    with SqlUnitOfWorkFactory(engine)(write=True) as work:
        moment = datetime.now(UTC)
        work.bank.publish(ReleaseSummary(1, moment, "", "", "0" * 64, 0, 0), None, [], [])
        work.commit()
    with pytest.raises(demo.DemonstrationRefused, match="empty database"):
        demo.load(settings, lambda _: None)


def test_forms_meet_blueprint_and_rule_set(loaded: Loaded) -> None:
    items = {item.item_key: item for item in loaded.items()}
    with loaded.unit_of_work() as work:
        for administration in work.administrations.all():
            rule_set = load_rule_set(administration.rule_set_id)
            assert administration.rule_set_hash == rule_set.content_hash
            form = work.bank.form(administration.form_hash)
            stored = work.bank.blueprint(administration.blueprint_id)
            assert form is not None
            assert stored is not None
            blueprint = ContentBlueprint.from_data(stored.data)
            wanted = [(s.code, s.items) for s in rule_set.profile(administration.profile).sections]
            assert [(s["code"], len(s["items"])) for s in form.data["sections"]] == wanted
            for part, asked in zip(form.data["sections"], blueprint.sections, strict=True):
                chosen = [items[entry["item_key"]] for entry in part["items"]]
                assert {(item.subject, item.pool) for item in chosen} == {(asked.subject, "exam")}
                singles = [i.content["area"] for i in chosen if i.content["stimulus_key"] is None]
                assert {area: singles.count(area) for area in asked.areas} == asked.areas
                stimuli = [i.content["stimulus_key"] for i in chosen if i.content["stimulus_key"]]
                assert len(set(stimuli)) == asked.stimulus_blocks.number
                assert len(stimuli) == asked.stimulus_blocks.items
                families = [i.content["family"] for i in chosen if i.content["family"]]
                assert len(families) == len(set(families))


def test_every_booking_can_be_delivered(loaded: Loaded) -> None:
    library = ReleaseLibrary(loaded.unit_of_work)
    modes = []
    with loaded.unit_of_work() as work:
        for sitting in work.administrations.sittings():
            rule_set = load_rule_set(sitting.administration.rule_set_id)
            for booking in work.administrations.bookings(sitting.id):
                rule_set.threshold_percent(sitting.administration.profile, booking.category)
                assert booking.language in rule_set.test_languages
                modes.append(exam_plan(sitting.administration, booking, library, seed=1).mode)
            assert sitting.status == "scheduled"
            assert sitting.starts_at.minute % 15 == sitting.starts_at.second == 0
            assert sitting.site.timezone == rule_set.timezone
    assert len(modes) >= 8
    assert set(modes) == {"fixed", "adaptive"}


def test_every_role_can_sign_in(loaded: Loaded) -> None:
    assert {row[0] for row in loaded.accounts.rows} == {role.value for role in Role}
    with loaded.unit_of_work() as work:
        for role, name, password, advice in loaded.accounts.rows:
            found = work.people.by_sign_in_name(name)
            assert found is not None
            assert found[0].roles == {Role(role)}
            assert PasswordHasher().verify(found[1], password)
            assert advice
