"""Closes the network beyond this machine for the tests' own process."""

import errno
import ipaddress
import socket
from collections.abc import Callable
from typing import Any

attempts: list[str] = []
"""The addresses beyond loopback that were tried since the list was last cleared."""


def close_the_rest() -> None:
    """Refuse every connection, datagram and name that is not of this machine, until exit.

    A refused attempt looks to the program like a network that is down, and is written to
    `attempts`, so that a broad `except` cannot hide it. Names never reach a resolver.
    """
    for method in ("connect", "connect_ex", "sendto"):
        setattr(socket.socket, method, _guarded(getattr(socket.socket, method)))
    socket.getaddrinfo = _local_names_only(socket.getaddrinfo)


def is_local(address: object) -> bool:
    """Return whether a socket address stays on this machine (Unix sockets do)."""
    if not isinstance(address, tuple):
        return True
    return _is_loopback(str(address[0]))


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _guarded(original: Callable[..., Any]) -> Callable[..., Any]:
    def method(self: socket.socket, *arguments: Any) -> Any:
        if not is_local(arguments[-1]):  # the address is the last argument of all three
            attempts.append(repr(arguments[-1]))
            raise OSError(errno.ENETUNREACH, "tests stay on loopback")
        return original(self, *arguments)

    return method


def _local_names_only(original: Callable[..., Any]) -> Callable[..., Any]:
    def getaddrinfo(host: str | bytes | None, *arguments: Any, **keywords: Any) -> Any:
        name = host.decode("ascii") if isinstance(host, bytes) else host
        if name is not None and not _is_numeric(name) and name != "localhost":
            raise socket.gaierror(socket.EAI_NONAME, "tests resolve no names")
        return original(host, *arguments, **keywords)

    return getaddrinfo


def _is_numeric(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
