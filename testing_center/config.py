"""Settings of one installation, read from the environment once at start and never changed after.

Names in the environment are the field names in capitals with `SYNAK_` in front, except `DATABASE_URL`
and `REDIS_URL`. Without `SYNAK_ENVIRONMENT` the strict rules of production hold.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from testing_center.instance_folder import DATABASE, InstanceFolder, InstanceFolderError
from testing_center.secret_keys import instance_key, weakness

Environment = Literal["development", "production", "test"]
Language = Literal["ky", "ru", "kk", "en"]
LogLevel = Literal["debug", "info", "warning", "error"]

PREFIX = "SYNAK_"
_OWN_NAMES = {"database_url": "DATABASE_URL", "redis_url": "REDIS_URL"}
_WELL_KNOWN_PASSWORDS = frozenset(
    {"", "123456", "12345678", "admin", "changeme", "password", "postgres", "root", "secret", "synak", "test"}
)
_MAKE_A_KEY = 'make one with: python3 -c "import secrets; print(secrets.token_urlsafe(32))"'
_MEGABYTE = 1024 * 1024


class SettingsError(Exception):
    """The settings cannot be used; `problems` holds one sentence for each fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _default_database(values: dict[str, Any]) -> str:
    return f"sqlite:///{values['data_directory'] / DATABASE}"


def _default_public_url(values: dict[str, Any]) -> str:
    return web_address(values["host"], values["port"])


class Settings(BaseSettings):
    """All settings; frozen. `Settings.load` is the checked way in, the constructor serves tests."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, frozen=True, validate_by_name=True, extra="forbid"
    )

    environment: Environment = "production"
    demonstration: bool = False
    """The instance holds demonstration accounts whose passwords are public."""

    data_directory: Path = Path("synak-data")
    """Absolute path of the instance folder."""
    database_url: str = Field(
        default_factory=_default_database,
        validation_alias="DATABASE_URL",
        repr=False,
    )
    redis_url: str | None = Field(default=None, validation_alias="REDIS_URL", repr=False)
    """Live store; None lets `synak serve` start its own."""
    live_memory_megabytes: int = Field(default=256, ge=32, le=65536)

    secret_key: SecretStr = SecretStr("")
    secret_key_file: Path | None = None

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = Field(default_factory=_default_public_url)
    """Address people reach the site at, without a slash at the end; printed in QR codes."""
    allow_insecure_public_url: bool = False
    trusted_proxies: int = Field(default=0, ge=0, le=5)
    """How many reverse proxies stand in front and set X-Forwarded-* headers."""
    workers: int = Field(default=2, ge=1, le=64)
    threads: int = Field(default=8, ge=1, le=256)
    access_log: bool = False
    log_level: LogLevel = "info"

    default_language: Language = "ky"
    time_zone: str = "Asia/Bishkek"
    """Zone of pages that belong to no site."""

    session_hours: int = Field(default=12, ge=1, le=24 * 30)
    session_cookie_name: str = Field(default="synak_session", pattern=r"^[A-Za-z0-9_-]+$")
    session_cookie_samesite: Literal["Lax", "Strict"] = "Lax"

    upload_megabytes: int = Field(default=32, ge=1, le=1024)
    """Largest request body, for imports of items and candidates."""
    picture_megabytes: int = Field(default=4, ge=1, le=64)
    """Largest single picture, sound or portfolio file."""

    @classmethod
    def load(cls, **overrides: Any) -> Settings:
        """Read the environment, with `overrides` by field name on top, and check the whole.

        Outside production a missing secret key is made once and kept in the instance folder.
        Raises SettingsError with every problem found.
        """
        try:
            settings = cls(**overrides)
            settings = settings.model_copy(update={"secret_key": SecretStr(_secret_key(settings))})
        except ValidationError as error:
            raise SettingsError(tuple(_sentences(error))) from error
        except InstanceFolderError as error:
            raise SettingsError((str(error),)) from error
        problems = tuple(settings.problems())
        if problems:
            raise SettingsError(problems)
        return settings

    @field_validator("data_directory", "secret_key_file")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return None if path is None else path.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _absolute_database(cls, url: str) -> str:
        # Child processes run in the instance folder, where a relative file would be another one.
        scheme, _, file = url.partition(":///")
        if not scheme.startswith("sqlite") or file.startswith(("/", ":")) or not file:
            return url
        return f"{scheme}:///{Path(file).absolute()}"

    @field_validator("public_url")
    @classmethod
    def _plain_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("it must look like https://exam.example.org")
        return url.rstrip("/")

    @field_validator("redis_url")
    @classmethod
    def _known_scheme(cls, url: str | None) -> str | None:
        if url is not None and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("it must begin with redis://, rediss:// or unix://")
        return url

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("no such time zone; use a name such as Asia/Bishkek or Asia/Almaty") from None
        return name

    @property
    def session_cookie_secure(self) -> bool:
        """Whether cookies travel over https only: exactly when the public address is https."""
        return self.public_url.startswith("https://")

    @property
    def upload_bytes(self) -> int:
        return self.upload_megabytes * _MEGABYTE

    @property
    def picture_bytes(self) -> int:
        return self.picture_megabytes * _MEGABYTE

    @property
    def uses_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    def problems(self) -> Iterator[str]:
        """Every reason not to start with these settings, one sentence each; none outside production."""
        if self.environment != "production":
            return
        fault = weakness(self.secret_key.get_secret_value())
        if fault:
            yield f"SYNAK_SECRET_KEY {fault}; {_MAKE_A_KEY}"
        if self.demonstration:
            yield "SYNAK_DEMONSTRATION opens accounts with public passwords and must be off in production."
        if _has_well_known_password(self.database_url):
            yield "DATABASE_URL carries a password everybody knows; give the database user a random one."
        if "public_url" not in self.model_fields_set:
            yield "SYNAK_PUBLIC_URL is not set; give the https address people open (QR codes carry it)."
        elif not self.session_cookie_secure and not self.allow_insecure_public_url:
            yield (
                "SYNAK_PUBLIC_URL is not https, so passwords and answers could be read on the way; "
                "use https, or set SYNAK_ALLOW_INSECURE_PUBLIC_URL=true for a closed network."
            )

    def warnings(self) -> Iterator[str]:
        """Settings that work and still deserve a second look in production, one sentence each."""
        for name in sorted(set(_given_names()) - set(environment_names().values())):
            yield f"{name} is not a setting of Synak and is ignored."
        if self.environment != "production":
            return
        if self.uses_sqlite:
            yield "The database is SQLite: good for one computer, PostgreSQL is the choice for an agency."
        if not self.session_cookie_secure:
            yield "The public address is not https: use it inside a closed network only."
        if self.redis_url and urlsplit(self.redis_url).scheme == "redis" and _is_open_remote(self.redis_url):
            yield "REDIS_URL is another computer without a password: let only this server reach it."

    def to_environment(self) -> dict[str, str]:
        """These settings as environment variables: `Settings.load` in a child process gives them back."""
        names = environment_names()
        values = {name: getattr(self, name) for name in names}
        return {names[name]: _as_text(value) for name, value in values.items() if value is not None}


def environment_names() -> dict[str, str]:
    """Environment variable of every field, e.g. `{"port": "SYNAK_PORT", ...}`."""
    return {name: _OWN_NAMES.get(name, PREFIX + name.upper()) for name in Settings.model_fields}


def child_environment(settings: Settings, base: Mapping[str, str]) -> dict[str, str]:
    """`base` with every setting replaced by that of `settings`, for a child process."""
    kept = {name: value for name, value in base.items() if not _is_setting(name)}
    return kept | settings.to_environment()


def web_address(host: str, port: int) -> str:
    """`http://host:port` to open in a browser; an address that means "everywhere" becomes this computer."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}.get(host, host)  # noqa: S104
    if ":" in shown and not shown.startswith("["):
        shown = f"[{shown}]"
    return f"http://{shown}:{port}"


def _secret_key(settings: Settings) -> str:
    given = settings.secret_key.get_secret_value()
    if given:
        return given
    if settings.secret_key_file is not None:
        try:
            return settings.secret_key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError((f"SYNAK_SECRET_KEY_FILE cannot be read: {error}.",)) from error
    if settings.environment == "production":
        return ""
    return instance_key(InstanceFolder.open(settings.data_directory))


def _sentences(error: ValidationError) -> Iterator[str]:
    names = environment_names()
    for fault in error.errors():
        if fault["type"] == "default_factory_not_called":
            continue
        field = str(fault["loc"][0]) if fault["loc"] else ""
        name = names.get(field, field)
        message = fault["msg"].removeprefix("Value error, ")
        shown = "" if "url" in name.lower() or "secret" in name.lower() else f" ({fault['input']!r})"
        yield f"{name}{shown} cannot be used: {message[:1].lower()}{message[1:]}."


def _has_well_known_password(url: str) -> bool:
    parts = urlsplit(url)
    if parts.password is None:
        return False
    return parts.password.lower() in _WELL_KNOWN_PASSWORDS or parts.password == parts.username


def _is_open_remote(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.password and parts.hostname not in (None, "localhost", "127.0.0.1", "::1")


def _given_names() -> Iterator[str]:
    return (name for name in os.environ if name.startswith(PREFIX))


def _is_setting(name: str) -> bool:
    return name.startswith(PREFIX) or name in _OWN_NAMES.values()


def _as_text(value: object) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
