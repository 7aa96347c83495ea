import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from testing_center.cli.instance import register
from testing_center.serving import ports

STRONG = "pX3v_9QmT2-kLr7WcYb5NzHs8JdFg4Ea6Uo1VqRtBi0"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SYNAK_ENVIRONMENT", "SYNAK_SECRET_KEY", "SYNAK_PUBLIC_URL", "DATABASE_URL", "REDIS_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNAK_SECRET_KEY", STRONG)
    monkeypatch.setenv("SYNAK_PUBLIC_URL", "https://exam.example.org")


@pytest.fixture
def taken() -> Iterator[socket.socket]:
    with closing(ports.listen("127.0.0.1", 0)) as listener:
        yield listener


def synak(*words: str) -> Result:
    group = click.Group("synak")
    register(group)
    return CliRunner().invoke(group, words)


def test_the_four_commands_explain_themselves() -> None:
    text = synak("--help").output
    assert all(name in text for name in ("demo", "serve", "migrate", "worker"))
    assert "--reset" in synak("demo", "--help").output
    assert "--reset" not in synak("serve", "--help").output


def test_registering_imports_no_web_framework() -> None:
    code = (
        "import sys, testing_center.cli.instance;"
        "print({'flask', 'sqlalchemy', 'numpy', 'pydantic', 'redis'} & set(sys.modules) or None)"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "None\n"  # noqa: S603


@pytest.mark.parametrize("command", ["demo", "serve"])
def test_a_taken_port_is_one_line_before_anything_starts(
    command: str, taken: socket.socket, production: None
) -> None:
    refusal = synak(command, "--port", str(ports.port_of(taken)), "--data", "data")
    assert refusal.exit_code == 2
    assert "in use" in refusal.output
    assert refusal.output.count("\n") == 1
    assert not Path("data", "live", "live.log").exists()
    assert not Path("data", "synak.sqlite3").exists()


def test_reset_with_a_taken_port_removes_nothing(taken: socket.socket) -> None:
    synak("demo", "--port", str(ports.port_of(taken)), "--data", "data")
    Path("data", "synak.sqlite3").write_text("answers")
    refusal = synak("demo", "--reset", "--port", str(ports.port_of(taken)), "--data", "data")
    assert refusal.exit_code == 2
    assert Path("data", "synak.sqlite3").read_text() == "answers"


def test_reset_refuses_somebody_elses_folder() -> None:
    Path("papers").mkdir()
    Path("papers", "thesis.doc").write_text("years of work")
    refusal = synak("demo", "--reset", "--port", "0", "--data", "papers")
    assert refusal.exit_code == 2
    assert "not a Synak instance folder" in refusal.output
    assert [entry.name for entry in Path("papers").iterdir()] == ["thesis.doc"]


def test_reset_does_not_pretend_to_empty_another_database() -> None:
    refusal = synak(
        "demo", "--reset", "--port", "0", "--data", "data", "--database", "postgresql+psycopg://u@h/d"
    )
    assert refusal.exit_code == 2
    assert "the database is elsewhere" in refusal.output


def test_the_demonstration_does_not_start_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNAK_ENVIRONMENT", "production")
    refusal = synak("demo", "--port", "0")
    assert refusal.exit_code == 2
    assert "public passwords" in refusal.output


@pytest.mark.parametrize("command", ["serve", "migrate", "worker"])
def test_weak_settings_are_refused_one_line_each(command: str) -> None:
    refusal = synak(command)
    assert refusal.exit_code == 2
    assert [line.split()[0] for line in refusal.output.splitlines()] == [
        "SYNAK_SECRET_KEY",
        "SYNAK_PUBLIC_URL",
    ]


def test_migrate_then_a_worker_without_a_live_server(production: None) -> None:
    early = synak("worker")
    assert early.exit_code == 1
    assert "run `synak migrate` first" in early.output
    assert synak("migrate").output == "The database is up to date.\n"
    assert Path("synak-data", "synak.sqlite3").stat().st_size > 0
    late = synak("worker")
    assert late.exit_code == 1
    assert "REDIS_URL is not set" in late.output


def test_an_unreachable_database_is_one_line(production: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://exam:tR4ns1ent@127.0.0.1:1/exam")
    refusal = synak("migrate")
    assert refusal.exit_code == 1
    assert refusal.output.startswith("The database cannot be used: ")
    assert refusal.output.count("\n") == 1
    assert "tR4ns1ent" not in refusal.output
