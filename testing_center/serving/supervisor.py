"""The parent of all processes of one installation: starts, watches, restarts and stops them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from testing_center.serving.child import Child, ChildCommand
from testing_center.serving.signals import Readable, SignalWatch


class Service(Protocol):
    """Something the supervisor keeps running; `start` may raise OSError or one of our named errors."""

    @property
    def name(self) -> str: ...

    def start(self) -> Child: ...


@dataclass(frozen=True)
class CommandService:
    """A service that is just a command."""

    command: ChildCommand

    @property
    def name(self) -> str:
        return self.command.name

    def start(self) -> Child:
        return Child.start(self.command)


@dataclass(frozen=True)
class RestartPolicy:
    """Delays double from `first_delay` to `longest_delay`; more than `patience` deaths in `window` end it."""

    first_delay: float = 0.5
    longest_delay: float = 10.0
    patience: int = 5
    window: float = 60.0

    def delay(self, deaths: int) -> float:
        """Seconds to wait before the start after the `deaths`-th recent death."""
        return min(self.first_delay * 2.0 ** (deaths - 1), self.longest_delay)


@dataclass
class _Post:
    """One service and what became of it."""

    service: Service
    child: Child | None = None
    deaths: list[float] = field(default_factory=list)
    restart_at: float = 0.0


class SupervisorGaveUpError(Exception):
    """A service kept ending; the message names it and its last exit."""


class Supervisor:
    """Keeps services running while entered and leaves nothing running behind.

    `report` gets one line for each event a person should see; `policy` may be exchanged while running.
    """

    def __init__(
        self,
        signals: SignalWatch,
        report: Callable[[str], None],
        *,
        policy: RestartPolicy | None = None,
        grace_seconds: float = 5.0,
    ) -> None:
        self._signals = signals
        self._report = report
        self.policy = policy or RestartPolicy()
        self._grace = grace_seconds
        self._tiers: list[list[_Post]] = []

    def __enter__(self) -> Supervisor:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def stop_requested(self) -> bool:
        return self._signals.stop_requested

    def start(self, *services: Service) -> None:
        """Start `services` as one tier; a tier is stopped before the tiers started earlier."""
        tier = [_Post(service) for service in services]
        self._tiers.append(tier)
        for post in tier:
            post.child = post.service.start()

    def watch(self, source: Readable | None = None, *, seconds: float | None = None) -> bool:
        """Tend the services until a stop is requested; True when `source` became readable before that.

        Returns False after `seconds` or a stop request. Raises SupervisorGaveUpError when a service
        keeps ending.
        """
        until = None if seconds is None else time.monotonic() + seconds
        sources = () if source is None else (source,)
        while not self._signals.stop_requested:
            self._tend()
            now = time.monotonic()
            if until is not None and now >= until:
                return False
            if self._signals.wait(self._nap(now, until), *sources):
                return True
        return False

    def stop(self) -> None:
        """Stop everything, the latest tier first; a second stop request ends the patience."""
        while self._tiers:
            self._stop_tier([post.child for post in self._tiers.pop() if post.child is not None])

    def _stop_tier(self, children: Sequence[Child]) -> None:
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + self._grace
        requests = max(self._signals.stop_requests, 1)
        while any(child.exit_code() is None for child in children):
            left = deadline - time.monotonic()
            if left <= 0 or self._signals.stop_requests > requests:
                break
            self._signals.wait(left)
        for child in children:
            child.clear_away()

    def _tend(self) -> None:
        for post in (post for tier in self._tiers for post in tier):
            if post.child is not None and post.child.exit_code() is not None:
                self._bury(post, post.child)
            if post.child is None and time.monotonic() >= post.restart_at:
                self._revive(post)

    def _bury(self, post: _Post, child: Child) -> None:
        code = child.exit_code()
        # A killed master's workers notice within a second and finish what they answer.
        child.clear_away(grace_seconds=1.5)
        post.child = None
        self._count_death(post, _ending(code))

    def _revive(self, post: _Post) -> None:
        try:
            post.child = post.service.start()
        except Exception as error:
            self._count_death(post, f"could not start: {error}")

    def _count_death(self, post: _Post, how: str) -> None:
        now = time.monotonic()
        post.deaths = [moment for moment in post.deaths if now - moment < self.policy.window] + [now]
        count = len(post.deaths)
        if count > self.policy.patience:
            raise SupervisorGaveUpError(
                f"The {post.service.name} ended {count} times within a minute (last: {how}); giving up."
            )
        delay = self.policy.delay(count)
        post.restart_at = now + delay
        self._report(f"The {post.service.name} {how}; starting it again in {delay:g} s.")

    def _nap(self, now: float, until: float | None) -> float | None:
        moments = [post.restart_at for tier in self._tiers for post in tier if post.child is None]
        if until is not None:
            moments.append(until)
        return max(min(moments) - now, 0.0) if moments else None


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        return f"was ended by signal {-code}"
    return f"ended with exit code {code}"
