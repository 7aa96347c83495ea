"""Waiting for signals, pipes and sockets in one place, without polling."""

from __future__ import annotations

import select
import signal
import socket
from types import FrameType, TracebackType
from typing import Protocol

_STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Readable(Protocol):
    def fileno(self) -> int: ...


class SignalWatch:
    """While entered, stop signals are counted and ended children wake `wait`.

    A hang-up that was already ignored (`nohup synak serve`) stays ignored. Use it in the main thread.
    """

    def __init__(self) -> None:
        self.stop_requests = 0

    def __enter__(self) -> SignalWatch:
        self._receiver, self._sender = socket.socketpair()
        for end in (self._receiver, self._sender):
            end.setblocking(False)
        self._earlier_descriptor = signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        self._earlier = {signal.SIGCHLD: signal.signal(signal.SIGCHLD, _notice)}
        for number in _STOPPING:
            if number == signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN:
                continue
            self._earlier[number] = signal.signal(number, self._count)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._earlier_descriptor)
        self._receiver.close()
        self._sender.close()

    @property
    def stop_requested(self) -> bool:
        return self.stop_requests > 0

    def wait(self, seconds: float | None, *sources: Readable) -> list[Readable]:
        """Sleep until a signal arrives, a source can be read or `seconds` passed; the readable sources."""
        ready, _, _ = select.select([self._receiver, *sources], [], [], seconds)
        if self._receiver in ready:
            self._drain()
        return [source for source in sources if source in ready]

    def _drain(self) -> None:
        try:
            while self._receiver.recv(4096):
                pass
        except BlockingIOError:
            pass

    def _count(self, number: int, frame: FrameType | None) -> None:
        self.stop_requests += 1


def _notice(number: int, frame: FrameType | None) -> None:
    """Only its arrival matters: it wakes `SignalWatch.wait`."""
