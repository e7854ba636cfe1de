"""Mail in by SMTP: a listener in the daemon's own event loop that says 250 only for what is committed."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from collections import Counter
from dataclasses import dataclass, field

from intake.listener_settings import ListenerSettings
from intake.smtp_connection import Connection
from intake.smtp_reception import Keep, Reception
from privacy.errors import WrongSetting
from privacy.ports import Clock

BACKLOG = 128
TOO_MANY = b"421 4.7.0 Too many connections, please come back later\r\n"
IPV6_NETWORK_BITS = 64  # what one customer of a provider usually has


async def start_listener(
    settings: ListenerSettings, *, keep: Keep, clock: Clock, loop: asyncio.AbstractEventLoop
) -> Listener:
    """Listen for SMTP in `loop` and return the running listener.

    `keep` commits a message; while it has not returned, nobody is told 250. Raises Permanent when
    there is no mailbox to take mail for, the address is taken or the certificate cannot be read.
    """
    if not settings.mailboxes:
        raise WrongSetting("listener: no mailbox to take mail for")
    _keep_library_quiet()
    reception = Reception(
        settings=settings, keep=keep, clock=clock, tls_context=_make_tls_context(settings)
    )
    door = Door(reception=reception, loop=loop)
    try:
        server = await loop.create_server(
            lambda: Threshold(door),
            settings.host,
            settings.port,
            backlog=BACKLOG,
            start_serving=True,
        )
    except OSError as error:
        raise WrongSetting(
            f"listener: cannot listen on {settings.host} port {settings.port}"
        ) from error
    return Listener(server=server, door=door)


def _keep_library_quiet() -> None:
    """The library logs addresses and whatever a client typed; nothing of that may reach a log, however it is set up."""
    logging.getLogger("mail.log").setLevel(logging.ERROR)


@dataclass(kw_only=True)
class Door:
    """Who is inside: bounded in all and from one address."""

    reception: Reception
    loop: asyncio.AbstractEventLoop
    inside: dict[Connection, str] = field(default_factory=dict)
    empty: asyncio.Event = field(default_factory=asyncio.Event)
    _from: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.empty.set()

    def admit(self, client: str) -> Connection | None:
        """Return a connection for a client, None when there are too many."""
        settings = self.reception.settings
        if len(self.inside) >= settings.max_connections:
            return None
        if self._from[client] >= settings.max_connections_per_address:
            return None
        connection = Connection(self.reception, left=self.leave, loop=self.loop)
        self.inside[connection] = client
        self._from[client] += 1
        self.empty.clear()
        return connection

    def leave(self, connection: Connection) -> None:
        """Give the place of a connection back."""
        client = self.inside.pop(connection, None)
        if client is None:
            return
        self._from[client] -= 1
        if not self._from[client]:
            del self._from[client]
        if not self.inside:
            self.empty.set()


class Threshold(asyncio.Protocol):
    """The first instant of a connection: sent away with 421, or handed to SMTP."""

    def __init__(self, door: Door) -> None:
        self._door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Decide before anything is spent on the client."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - create_server makes no other kind
        connection = self._door.admit(_client_of(transport))
        if connection is None:
            transport.write(TOO_MANY)
            transport.close()
            return
        transport.set_protocol(connection)
        connection.connection_made(transport)


@dataclass(kw_only=True)
class Listener:
    """A running listener."""

    server: asyncio.Server
    door: Door

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self.server.sockets[0].getsockname()[1]
        return port

    async def close(self, grace: float) -> None:
        """Stop: no new clients, idle ones get 421, messages under way have `grace` seconds to be committed."""
        self.server.close()
        for connection in list(self.door.inside):
            connection.wind_up()
        try:
            await asyncio.wait_for(self.door.empty.wait(), grace)
        except TimeoutError:
            await self._cut_the_rest()
        await self.server.wait_closed()

    async def _cut_the_rest(self) -> None:
        for connection in list(self.door.inside):
            connection.cut()
        await self.door.empty.wait()


def _client_of(transport: asyncio.Transport) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 of an IPv6 address."""
    peer = transport.get_extra_info("peername")
    if not peer:
        return ""  # gone already
    address = ipaddress.ip_address(str(peer[0]).partition("%")[0])
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))


def _make_tls_context(settings: ListenerSettings) -> ssl.SSLContext | None:
    if settings.tls_certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.tls_certificate, settings.tls_key)
    except (OSError, ssl.SSLError) as error:
        raise WrongSetting("listener: tls_certificate or tls_key cannot be read") from error
    return context
