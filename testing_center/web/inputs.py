"""Values of forms; what cannot be read is nothing, for the service to refuse."""

from datetime import date

from flask import request

LONGEST_TEXT = 500
LARGEST_NUMBER = 2**31 - 1


def text(name: str, longest: int = LONGEST_TEXT) -> str:
    """Return a field of the form without spaces around it."""
    return request.form.get(name, "").strip()[:longest]


def day(name: str) -> date | None:
    """Return a day, or None."""
    try:
        return date.fromisoformat(request.form.get(name, ""))
    except ValueError:
        return None


def number(name: str) -> int:
    """Return a whole number, 0 for anything else."""
    return _number(request.form.get(name, ""))


def numbers(name: str) -> frozenset[int]:
    """Return the whole numbers that were ticked."""
    return frozenset(map(_number, request.form.getlist(name)))


def _number(written: str) -> int:
    return int(written) if written.isascii() and written.isdecimal() and len(written) < 10 else 0
