"""Delivery policies as data: how a candidate may move, rest and be helped, and which tools lie on the desk.

A plan pins one policy and the accommodations that were granted before the start; accommodations may be
changed during the attempt by an event. All times are whole seconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Literal

from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_

Navigation = Literal["free", "section", "forward"]
NAVIGATIONS: tuple[Navigation, ...] = ("free", "section", "forward")
TOOLS = ("calculator", "periodic_table", "formula_sheet", "scratchpad")

SMALLEST_MULTIPLIER = 1.0
LARGEST_MULTIPLIER = 3.0
LONGEST_GRACE = 300
ON_THE_WIRE = timedelta(seconds=5)
MOST_EXTRA_SECONDS = 240 * 60
LONGEST_NAME = 120
MOST_BREAKS = 10
LONGEST_BREAK_TIME = 240 * 60


@dataclass(frozen=True)
class BreakPolicy:
    """When a candidate may leave the desk.

    ``count`` breaks of at most ``seconds`` each, none of them beginning in the first or ending in the last
    seconds named. Unless ``stops_clock``, the time of the test runs on; otherwise it stands still for
    ``seconds`` at most, and what a break lasts beyond them is the candidate's own time.
    """

    count: int = 0
    seconds: int = 600
    forbidden_first_seconds: int = 900
    forbidden_last_seconds: int = 900
    stops_clock: bool = False

    def __post_init__(self) -> None:
        times = (self.seconds, self.forbidden_first_seconds, self.forbidden_last_seconds)
        if not 0 <= self.count <= MOST_BREAKS or not all(0 <= one <= LONGEST_BREAK_TIME for one in times):
            raise InvalidInput(N_("At most 10 breaks, and times of 0 to 240 minutes, can be set."))


NO_BREAKS = BreakPolicy()


@dataclass(frozen=True)
class AutoPausePolicy:
    """Whether the clock stops by itself for a page that is not heard: after so many heartbeats were missed,
    for at most ``longest_seconds`` in the whole attempt. Off with none missed, which is the default."""

    missed_heartbeats: int = 0
    longest_seconds: int = 900

    def __post_init__(self) -> None:
        if min(asdict(self).values()) < 0:
            raise InvalidInput(N_("Numbers of missed heartbeats and their times cannot be negative."))


NO_AUTO_PAUSE = AutoPausePolicy()


@dataclass(frozen=True)
class DeliveryPolicy:
    """What an administration allows.

    ``navigation``: ``free`` to and fro; ``section`` free within a section, which locks on leaving;
    ``forward`` one item after another, none twice. ``item_seconds`` limits each item, which only forward
    navigation can mean; None leaves items untimed. What arrives within ``grace_seconds`` after the
    deadline counts.
    """

    navigation: Navigation = "free"
    item_seconds: int | None = None
    breaks: BreakPolicy = NO_BREAKS
    tools: tuple[str, ...] = ()
    grace_seconds: int = 30
    auto_pause: AutoPausePolicy = NO_AUTO_PAUSE

    @property
    def grace(self) -> timedelta:
        """How long after the end of the test an answer that was given before it may still arrive."""
        return timedelta(seconds=self.grace_seconds)

    @property
    def inner_grace(self) -> timedelta:
        """The same after the end of a section or an item, where the candidate waits to go on: what is on
        the wire, and no more."""
        return min(self.grace, ON_THE_WIRE)

    def __post_init__(self) -> None:
        if not 0 <= self.grace_seconds <= LONGEST_GRACE:
            raise InvalidInput(N_("The grace must be from 0 to 300 seconds."))
        if self.navigation not in NAVIGATIONS:
            raise InvalidInput(N_("Navigation must be one of: %(names)s."), names=", ".join(NAVIGATIONS))
        if not set(self.tools) <= set(TOOLS):
            raise InvalidInput(N_("Tools must be among: %(names)s."), names=", ".join(TOOLS))
        if self.item_seconds is not None and (self.navigation != "forward" or self.item_seconds < 5):
            raise InvalidInput(
                N_("A time for each item needs forward navigation and must be 5 seconds or more.")
            )

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "DeliveryPolicy":
        """Rebuild a policy from ``asdict`` data; what is missing has its default.

        Raises ``InvalidInput`` for a value that no policy has and ``TypeError`` for an unknown field.
        """
        values = dict(data)
        values["breaks"] = BreakPolicy(**values.get("breaks", {}))
        values["auto_pause"] = AutoPausePolicy(**values.get("auto_pause", {}))
        values["tools"] = tuple(values.get("tools", ()))
        return cls(**values)


DEFAULT_POLICY = DeliveryPolicy()


@dataclass(frozen=True)
class Accommodations:
    """What one candidate was granted: more time by a factor and by seconds, and help by people and means.

    ``time_multiplier`` (1 to 3) stretches every limit; ``extra_seconds`` is added to the whole test, and to
    timed sections by their share. ``assistant`` names who reads, writes or signs for the candidate.
    """

    time_multiplier: float = 1.0
    extra_seconds: int = 0
    large_text: bool = False
    screen_reader: bool = False
    separate_room: bool = False
    assistant: str = ""

    def __post_init__(self) -> None:
        if not SMALLEST_MULTIPLIER <= self.time_multiplier <= LARGEST_MULTIPLIER:
            raise InvalidInput(N_("The factor of time must be from 1 to 3."))
        if not 0 <= self.extra_seconds <= MOST_EXTRA_SECONDS:
            raise InvalidInput(N_("Extra minutes must be a whole number from 0 to 240."))
        if len(self.assistant) > LONGEST_NAME:
            raise InvalidInput(N_("The assistant's name can have at most 120 letters."))

    @property
    def any(self) -> bool:
        """Whether anything at all was granted."""
        return self != NO_ACCOMMODATIONS

    def to_data(self) -> dict[str, Any]:
        """Return JSON-able data."""
        return asdict(self)


NO_ACCOMMODATIONS = Accommodations()
