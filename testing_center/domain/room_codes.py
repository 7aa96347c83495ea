"""The second key of a launch: a code that the proctor's screen shows and that changes every minute.

The code is an HMAC-SHA-256 of the number of the minute under the room's own secret, cut to digits as in
RFC 4226 (dynamic truncation). The step before is accepted too, so that a candidate who began to type is
not turned away; nothing has to be stored.
"""

import hashlib
import hmac
from datetime import datetime

STEP_SECONDS = 60
DIGITS = 6


def room_secret(instance_key: bytes, sitting_uid: str) -> bytes:
    """Return the secret of one sitting, derived from the key of the installation."""
    return hmac.digest(instance_key, f"room code of sitting {sitting_uid}".encode(), hashlib.sha256)


def room_code(secret: bytes, moment: datetime) -> str:
    """Return the digits shown at *moment*."""
    return _code(secret, _step(moment))


def seconds_shown(moment: datetime) -> int:
    """Return for how many whole seconds the code of *moment* will still be shown, 1 to 60."""
    return STEP_SECONDS - int(moment.timestamp()) % STEP_SECONDS


def accepts(secret: bytes, typed: str, moment: datetime) -> bool:
    """Whether *typed* is the code of this step or of the one before; compares in constant time."""
    digits = "".join(sign for sign in typed if sign.isdecimal() and sign.isascii())
    step = _step(moment)
    matches = [hmac.compare_digest(digits, _code(secret, one)) for one in (step, step - 1)]
    return any(matches)


def _step(moment: datetime) -> int:
    return int(moment.timestamp()) // STEP_SECONDS


def _code(secret: bytes, step: int) -> str:
    digest = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha256)
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"
