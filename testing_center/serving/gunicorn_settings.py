"""How gunicorn is started: threads for waiting on the disk, workers for the processors."""

from __future__ import annotations

import sys
from pathlib import Path

from testing_center.config import Settings

APPLICATION = "testing_center.app:serving_app()"
GRACEFUL_SECONDS = 4
_REQUEST_SECONDS = 60
_KEEP_ALIVE_SECONDS = 20


def arguments(settings: Settings, descriptor: int) -> tuple[str, ...]:
    """The command line that serves the site on the listening socket `descriptor`."""
    options = {
        "bind": f"fd://{descriptor}",
        "worker-class": "gthread",
        "workers": str(settings.workers),
        "threads": str(settings.threads),
        "timeout": str(_REQUEST_SECONDS),
        "graceful-timeout": str(GRACEFUL_SECONDS),
        "keep-alive": str(_KEEP_ALIVE_SECONDS),
        # gunicorn's own start and stop messages repeat what the supervisor says.
        "log-level": "warning" if settings.log_level == "info" else settings.log_level,
    }
    if settings.access_log:
        options["access-logfile"] = "-"
        options["log-level"] = "info"
    if Path("/dev/shm").is_dir():  # noqa: S108 - gunicorn's heartbeat file, which a busy disk would delay
        options["worker-tmp-dir"] = "/dev/shm"  # noqa: S108
    words = (word for name, value in options.items() for word in (f"--{name}", value))
    return (sys.executable, "-m", "gunicorn", "--preload", *_switches(), *words, APPLICATION)


def _switches() -> tuple[str, ...]:
    """Turn off the control socket of gunicorn versions that open one in the home folder."""
    from gunicorn.config import KNOWN_SETTINGS  # type: ignore[import-untyped]

    known = {switch for setting in KNOWN_SETTINGS for switch in setting.cli or ()}
    return tuple({"--no-control-socket"} & known)
