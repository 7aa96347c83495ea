"""The text behind a ticket's QR image: which booking it is for, signed so that nobody else can write one."""

import base64
import hashlib
import hmac
from dataclasses import dataclass

PREFIX = "SYNAK1"
SIGNATURE_BYTES = 15
"""120 bits: 24 letters in base 32, far beyond guessing."""


@dataclass(frozen=True)
class TicketCode:
    """``booking`` is the booking's public identifier; ``code`` changes whenever the booking moves."""

    booking: str
    code: str


def signed(ticket: TicketCode, key: bytes) -> str:
    """Return the payload: capital letters, digits and dots, which a QR image stores compactly."""
    body = f"{PREFIX}.{ticket.booking.upper()}.{ticket.code}"
    return f"{body}.{_signature(body, key)}"


def read(payload: str, key: bytes) -> TicketCode | None:
    """Return what *payload* says, or None unless *key* signed it."""
    body, _, signature = payload.strip().upper().rpartition(".")
    parts = body.split(".")
    genuine = hmac.compare_digest(signature.encode(), _signature(body, key).encode())
    if len(parts) != 3 or parts[0] != PREFIX or not genuine:
        return None
    return TicketCode(parts[1].lower(), parts[2])


def _signature(body: str, key: bytes) -> str:
    digest = hmac.new(key, f"ticket:{body}".encode(), hashlib.sha256).digest()
    return base64.b32encode(digest[:SIGNATURE_BYTES]).decode()
