import os
from pathlib import Path

import pydantic
import pytest

from testing_center.config import Settings, SettingsError, child_environment, web_address

STRONG = "pX3v_9QmT2-kLr7WcYb5NzHs8JdFg4Ea6Uo1VqRtBi0"


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SYNAK_") or name in ("DATABASE_URL", "REDIS_URL"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def production(**changes: object) -> Settings:
    chosen = {"secret_key": STRONG, "public_url": "https://exam.example.org", **changes}
    return Settings.load(**chosen)


def test_nothing_set_means_production_and_every_problem_is_listed() -> None:
    with pytest.raises(SettingsError) as refusal:
        Settings.load()
    assert [problem.split()[0] for problem in refusal.value.problems] == [
        "SYNAK_SECRET_KEY",
        "SYNAK_PUBLIC_URL",
    ]
    assert not Path("synak-data").exists()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"secret_key": "short"}, "SYNAK_SECRET_KEY"),
        ({"secret_key": "x" * 50}, "SYNAK_SECRET_KEY"),
        ({"public_url": "http://exam.example.org"}, "SYNAK_PUBLIC_URL"),
        ({"public_url": "exam.example.org"}, "SYNAK_PUBLIC_URL"),
        ({"database_url": "postgresql+psycopg://synak:synak@db/synak"}, "DATABASE_URL"),
        ({"database_url": "postgresql+psycopg://exam:Password@db/synak"}, "DATABASE_URL"),
        ({"demonstration": True}, "SYNAK_DEMONSTRATION"),
        ({"redis_url": "localhost:6379"}, "REDIS_URL"),
        ({"port": 70000}, "SYNAK_PORT"),
        ({"time_zone": "Asia/Nowhere"}, "SYNAK_TIME_ZONE"),
        ({"default_language": "xx"}, "SYNAK_DEFAULT_LANGUAGE"),
        ({"secret_key": "", "secret_key_file": "missing"}, "SYNAK_SECRET_KEY_FILE"),
    ],
)
def test_production_refuses(changes: dict[str, object], name: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        production(**changes)
    assert len(refusal.value.problems) == 1
    assert refusal.value.problems[0].startswith(name + " ")
    assert "\n" not in refusal.value.problems[0]


def test_a_refusal_never_shows_the_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refusal:
        production(secret_key="hunter2hunter2", database_url="postgresql://u:password@h/d")
    assert "hunter2" not in str(refusal.value)
    assert ":password@" not in str(refusal.value)
    assert STRONG not in repr(production())
    assert "pg-password" not in repr(production(database_url="postgresql://u:pg-password-9@h/d"))


def test_plain_http_needs_an_explicit_word() -> None:
    settings = production(public_url="http://10.0.0.5:8000/", allow_insecure_public_url=True)
    assert settings.public_url == "http://10.0.0.5:8000"
    assert not settings.session_cookie_secure
    assert any("closed network" in warning for warning in settings.warnings())


def test_production_with_sqlite_starts_with_a_warning() -> None:
    settings = production()
    assert settings.session_cookie_secure
    assert settings.database_url == f"sqlite:///{Path.cwd()}/synak-data/synak.sqlite3"
    assert any("SQLite" in warning for warning in settings.warnings())
    postgres = production(database_url="postgresql+psycopg://exam:tR4ns1ent@db/synak")
    assert list(postgres.warnings()) == []


def test_a_misspelt_variable_is_pointed_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYNAK_PUBIC_URL", "https://exam.example.org")
    assert any("SYNAK_PUBIC_URL" in warning for warning in production().warnings())


def test_development_keeps_one_generated_key() -> None:
    first = Settings.load(environment="development")
    assert Settings.load(environment="development").secret_key == first.secret_key
    assert Path("synak-data/secret-key").exists()


def test_key_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(STRONG + "\n")
    assert production(secret_key="", secret_key_file="key").secret_key.get_secret_value() == STRONG


def test_a_child_process_reads_the_same_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = production(
        port=9001, redis_url="unix:///tmp/x/live.sock", database_url="sqlite:///exam.db", access_log=True
    )
    for name, value in child_environment(settings, {"SYNAK_WORKERS": "9", "PATH": "/bin"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir("/")
    assert Settings.load() == settings
    assert os.environ["PATH"] == "/bin"
    assert settings.database_url.startswith("sqlite:////")


def test_settings_do_not_change() -> None:
    with pytest.raises(pydantic.ValidationError):
        production().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),  # noqa: S104
        ("::1", "http://[::1]:80"),
        ("::", "http://[::1]:80"),
    ],
)
def test_address_to_open(host: str, address: str) -> None:
    assert web_address(host, 80) == address
