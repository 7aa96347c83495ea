"""Entry of the background worker process: jobs and the sweeper."""

from __future__ import annotations

from testing_center.config import Settings
from testing_center.instance_folder import InstanceFolder
from testing_center.serving.live_server import LiveServerError, running_url


def run(settings: Settings) -> int:
    """Work until SIGTERM; without REDIS_URL it joins the live server of `synak serve` in the same folder.

    Raises LiveServerError when there is no live server to join.
    """
    settings = joined(settings)
    from testing_center import worker

    return worker.run(settings)


def joined(settings: Settings) -> Settings:
    """`settings` with the address of a running live server."""
    if settings.redis_url is not None:
        return settings
    url = running_url(InstanceFolder.open(settings.data_directory).live)
    if url is None:
        raise LiveServerError(
            "REDIS_URL is not set and no `synak serve` runs in this data folder; set REDIS_URL or start it."
        )
    return settings.model_copy(update={"redis_url": url})


if __name__ == "__main__":
    raise SystemExit(run(Settings.load()))
