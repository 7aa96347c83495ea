"""The address the site listens at, claimed by the supervisor and handed to the web server.

Because the supervisor keeps the listening socket, browsers wait instead of failing while the web server
restarts, and nobody can take the port in between.
"""

from __future__ import annotations

import errno
import socket

_BACKLOG = 2048


class PortError(Exception):
    """The address cannot be listened at; the message is one sentence for the person at the terminal."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket at `host`:`port` (0 picks a free port).

    Raises PortError when the port is taken, needs more rights, or the host is not this computer's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PortError(f"{host} is not an address of this computer; try --host 127.0.0.1.") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise PortError(_refusal(error, host, port)) from error
    return listener


def port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def network_address() -> str | None:
    """This computer's IPv4 address on the local network, or None without one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Connecting a datagram socket only chooses a route: nothing is sent.
            probe.connect(("192.0.2.1", 9))
            address: str = probe.getsockname()[0]
        except OSError:
            return None
    return None if address.startswith("127.") else address


def call(host: str, port: int) -> socket.socket:
    """Ask the site for `/healthz`; the returned socket becomes readable with the first answer."""
    caller = socket.create_connection((host, port), timeout=5.0)
    caller.sendall(f"GET /healthz HTTP/1.0\r\nHost: {host}:{port}\r\n\r\n".encode())
    return caller


def answer_status(caller: socket.socket) -> int | None:
    """HTTP status on a readable socket from `call`; None when the other side hung up."""
    try:
        words = caller.recv(64).split()
    except OSError:
        return None
    return int(words[1]) if len(words) > 1 and words[1].isdigit() else None


def _refusal(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use; choose another one, for example --port {port + 1}."
    if error.errno == errno.EACCES:
        return f"Port {port} needs administrator rights; choose one above 1023, for example --port 8000."
    return f"{host} is not an address of this computer; try --host 127.0.0.1."
