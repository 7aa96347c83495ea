"""A lean HTTP/1.1 load generator: keep-alive sockets, one thread, requests as prepared bytes."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Outcome:
    """What a round of load found; latencies in seconds."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    failures: list[bytes] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Acknowledged requests per second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Latency below which *share* of the requests lie, in milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("nan")


Script = Callable[[bytes], bytes | None]
"""Gets the body of the last reply (empty at first) and returns the next request; None ends it."""


class _Connection:
    def __init__(self, port: int, script: Script) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.script = script
        self.received = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def reply(self) -> tuple[bytes, bytes] | None:
        """Head and body of the reply once it is whole."""
        self.received += self.socket.recv(262144)
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            if not self.received:
                raise ConnectionError("the server closed the connection")
            return None
        if len(body) < content_length(head):
            return None
        self.received = b""
        return head, body


def content_length(head: bytes) -> int:
    """Length of the body that a head announces."""
    lowered = head.lower()
    place = lowered.find(b"content-length:")
    return int(lowered[place + 15 :].split(b"\r\n", 1)[0]) if place >= 0 else 0


def closed_loop(port: int, scripts: list[Script], seconds: float) -> Outcome:
    """One connection per script, each sending its next request as soon as it was answered."""
    connections = [_Connection(port, script) for script in scripts]
    selector = selectors.EpollSelector()
    outcome = Outcome(seconds)
    for one in connections:
        selector.register(one.socket, selectors.EVENT_READ, one)
        one.send(one.script(b"") or b"")
    started = time.perf_counter()
    end = started + seconds
    waiting = len(connections)
    while waiting and time.perf_counter() < end + 5:
        for key, _ in selector.select(0.5):
            one: _Connection = key.data
            reply = one.reply()
            if reply is None:
                continue
            head, body = reply
            now = time.perf_counter()
            if head[9:12] != b"200":
                outcome.failures.append(head[:60] + body[:200])
            elif now < end:
                outcome.latencies.append(now - one.sent_at)
            request = one.script(body) if now < end else None
            if request is None:
                waiting -= 1
                continue
            one.send(request)
    for one in connections:
        one.socket.close()
    return outcome


def request(
    method: str, path: str, headers: dict[str, str], body: bytes = b"", kind: str = "application/json"
) -> bytes:
    """One HTTP/1.1 request as bytes."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Accept: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines += [f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
