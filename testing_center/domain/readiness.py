"""Whether a workstation can carry a test: what its browser measured, judged by one table.

A finding is ready, attention (the test works, with a remark) or blocked (seat nobody here).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from testing_center.domain.messages import N_

Level = Literal["ready", "attention", "blocked"]
LEVELS: tuple[Level, ...] = ("ready", "attention", "blocked")

SUPPORTED = {"Chromium": 109, "Firefox": 115, "Safari": 16}
"""Oldest version of each browser family that the test page works on."""

SLOW_KBIT, TOO_SLOW_KBIT = 1000, 200
FAR_MS, TOO_FAR_MS = 400, 2000
CLOCK_OFF_S, CLOCK_WRONG_S = 30, 24 * 3600
SMALL_SCREEN, TOO_SMALL_SCREEN = (1024, 600), (320, 480)

_FAMILIES = (
    ("Chromium", re.compile(r"Chrom(?:e|ium)/(\d+)")),
    ("Firefox", re.compile(r"Firefox/(\d+)")),
    ("Safari", re.compile(r"Version/(\d+)[\d.]* .*Safari/")),
)
_SAFE_EXAM_BROWSER = re.compile(r"SEB/([\d.]+)")


@dataclass(frozen=True)
class Finding:
    """One check; ``message`` % ``params`` says what was found and what to do."""

    check: str
    level: Level
    message: str
    params: Mapping[str, object]


def browser_of(user_agent: str) -> tuple[str, int] | None:
    """Return family and major version, or None for a browser that is not known."""
    for family, pattern in _FAMILIES:
        found = pattern.search(user_agent)
        if found:
            return family, int(found[1])
    return None


def judge(measured: Mapping[str, Any], user_agent: str) -> tuple[Finding, ...]:
    """Judge what a page measured, in the order in which it is shown.

    *measured*: ``kbit_per_second``, ``round_trip_ms``, ``clock_offset_ms`` (the workstation's clock less
    the server's), ``screen`` [width, height] in CSS pixels, ``storage`` and ``sound`` booleans (``sound``
    None while nobody has answered), ``safe_exam_browser`` a version or nothing. A value that is missing
    or no number counts as not measured.
    """
    return (
        _browser(user_agent),
        _speed(_number(measured.get("kbit_per_second"))),
        _distance(_number(measured.get("round_trip_ms"))),
        _clock(_number(measured.get("clock_offset_ms"))),
        _sound(measured.get("sound")),
        _screen(measured.get("screen")),
        _storage(measured.get("storage")),
        _safe_exam_browser(measured.get("safe_exam_browser"), user_agent),
    )


def worst(findings: tuple[Finding, ...]) -> Level:
    """Return the gravest level among *findings*."""
    return max((one.level for one in findings), key=LEVELS.index)


def _browser(user_agent: str) -> Finding:
    found = browser_of(user_agent)
    if found is None:
        return Finding(
            "browser", "attention", N_("This browser is not known. Use Chrome, Edge, Firefox or Safari."), {}
        )
    family, version = found
    params = {"family": family, "version": version, "least": SUPPORTED[family]}
    if version >= SUPPORTED[family]:
        return Finding("browser", "ready", N_("%(family)s %(version)s is supported."), params)
    return Finding(
        "browser",
        "blocked",
        N_("%(family)s %(version)s is too old. Install version %(least)s or newer."),
        params,
    )


def _speed(kbit: float | None) -> Finding:
    if kbit is None:
        return _unmeasured("speed")
    params = {"speed": round(kbit / 1000, 1)}
    if kbit < TOO_SLOW_KBIT:
        message = N_("%(speed)s Mbit/s is too slow for a test. Check the cable and the switch of the room.")
        return Finding("speed", "blocked", message, params)
    if kbit < SLOW_KBIT:
        message = N_("%(speed)s Mbit/s: texts are fine, pictures and sound will be slow.")
        return Finding("speed", "attention", message, params)
    return Finding("speed", "ready", N_("%(speed)s Mbit/s from the server."), params)


def _distance(milliseconds: float | None) -> Finding:
    if milliseconds is None:
        return _unmeasured("round_trip")
    params = {"time": round(milliseconds)}
    if milliseconds > TOO_FAR_MS:
        message = N_("The server answers after %(time)s ms. Find out what delays the network.")
        return Finding("round_trip", "blocked", message, params)
    if milliseconds > FAR_MS:
        message = N_("The server answers after %(time)s ms: every answer is saved with a pause.")
        return Finding("round_trip", "attention", message, params)
    return Finding("round_trip", "ready", N_("The server answers after %(time)s ms."), params)


def _clock(milliseconds: float | None) -> Finding:
    if milliseconds is None:
        return _unmeasured("clock")
    seconds = abs(milliseconds) / 1000
    params = {"seconds": round(seconds)}
    if seconds > CLOCK_WRONG_S:
        message = N_("The clock is wrong by more than a day: secure connections may fail. Set it.")
        return Finding("clock", "blocked", message, params)
    if seconds > CLOCK_OFF_S:
        message = N_("The clock is off by %(seconds)s s. The test counts by the server; set it all the same.")
        return Finding("clock", "attention", message, params)
    return Finding("clock", "ready", N_("The clock agrees with the server to %(seconds)s s."), params)


def _sound(heard: object) -> Finding:
    if heard is True:
        return Finding("sound", "ready", N_("The tone was heard."), {})
    if heard is False:
        message = N_("The tone was not heard. Connect headphones before a test with sound.")
        return Finding("sound", "attention", message, {})
    return Finding("sound", "attention", N_("Play the tone and say whether it was heard."), {})


def _screen(size: object) -> Finding:
    if not isinstance(size, list) or len(size) != 2 or None in (*map(_number, size),):
        return _unmeasured("screen")
    width, height = size
    params = {"width": round(width), "height": round(height)}
    if width < TOO_SMALL_SCREEN[0] or height < TOO_SMALL_SCREEN[1]:
        message = N_("The window is %(width)s × %(height)s: too small. Enlarge it or change the screen.")
        return Finding("screen", "blocked", message, params)
    if width < SMALL_SCREEN[0] or height < SMALL_SCREEN[1]:
        message = N_("The window is %(width)s × %(height)s: text and item will stand one below the other.")
        return Finding("screen", "attention", message, params)
    return Finding("screen", "ready", N_("The window is %(width)s × %(height)s."), params)


def _storage(works: object) -> Finding:
    if works is True:
        return Finding("storage", "ready", N_("Answers can wait in this browser when the network fails."), {})
    message = N_("This browser keeps nothing: answers would be lost in an outage. Leave private mode.")
    return Finding("storage", "attention", message, {})


def _safe_exam_browser(version: object, user_agent: str) -> Finding:
    named = _SAFE_EXAM_BROWSER.search(user_agent)
    shown = version if isinstance(version, str) and version else (named[1] if named else "")
    if shown:
        params = {"version": shown[:40]}
        return Finding("safe_exam_browser", "ready", N_("Safe Exam Browser %(version)s is running."), params)
    message = N_("This is not Safe Exam Browser. Where the policy asks for it, check again inside it.")
    return Finding("safe_exam_browser", "attention", message, {})


def _unmeasured(check: str) -> Finding:
    return Finding(check, "attention", N_("Not measured. Reload the page and wait for the check."), {})


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 1e12 else None  # also leaves out NaN, which compares to nothing
