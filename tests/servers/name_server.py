"""A real DNS server on loopback, over UDP and TCP, with names that misbehave in the ways that names do."""

import asyncio
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Self, cast

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

LENGTH_BYTES = 2  # in front of a message over TCP (RFC 1035 section 4.2.2)
LONGEST_UDP = 1232
LONGEST_CHAIN = 8

Zone = Mapping[tuple[str, str], Sequence[str]]


class NameServer:
    """Answers from a zone: (name, type) to records in the form of a zone file.

    `silent` names are never answered, `failing` ones with SERVFAIL; what is longer than a datagram comes by TCP.
    """

    def __init__(
        self, zone: Zone, *, silent: Sequence[str] = (), failing: Sequence[str] = ()
    ) -> None:
        self.zone = {(name, kind): list(records) for (name, kind), records in zone.items()}
        self.silent = set(silent)
        self.failing = set(failing)
        self.asked: Counter[str] = Counter()
        self.by_tcp = 0
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @property
    def address(self) -> str:
        """Address and port, as the settings take it."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=10)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def answer(self, query: bytes, *, by_tcp: bool) -> bytes | None:
        """Return the answer to one message, None for silence."""
        asked = dns.message.from_wire(query)
        question = asked.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        self.asked[name] += 1
        self.by_tcp += by_tcp
        if name in self.silent:
            return None
        reply = dns.message.make_response(asked, recursion_available=True)
        if name in self.failing:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply.to_wire()
        self._fill(reply, name, dns.rdatatype.to_text(question.rdtype))
        return whole_or_cut(reply, by_tcp=by_tcp)

    def _fill(self, reply: dns.message.Message, name: str, kind: str) -> None:
        """Add the records, the aliases that lead to them first; a circle of aliases is cut somewhere."""
        for _ in range(LONGEST_CHAIN):
            alias = self.zone.get((name, "CNAME"))
            if not alias:
                break
            reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", "CNAME", *alias))
            name = alias[0].rstrip(".")
        records = self.zone.get((name, kind))
        if records:
            reply.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind, *records))
        elif not any(known == name for known, _ in self.zone):
            reply.set_rcode(dns.rcode.NXDOMAIN)

    async def _listen(self) -> None:
        self._tcp = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._tcp.sockets[0].getsockname()[1]
        self._udp, _ = await self._loop.create_datagram_endpoint(
            lambda: Datagrams(self), local_addr=("127.0.0.1", self.port)
        )

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        size = int.from_bytes(await reader.readexactly(LENGTH_BYTES), "big")
        reply = self.answer(await reader.readexactly(size), by_tcp=True)
        if reply is not None:
            writer.write(len(reply).to_bytes(LENGTH_BYTES, "big") + reply)
            await writer.drain()
        writer.close()

    async def _close(self) -> None:
        self._udp.close()
        self._tcp.close()
        await self._tcp.wait_closed()
        await asyncio.sleep(0)


class Datagrams(asyncio.DatagramProtocol):
    """The UDP side."""

    def __init__(self, server: NameServer) -> None:
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer one question, or not."""
        reply = self._server.answer(data, by_tcp=False)
        if reply is not None:
            self._transport.sendto(reply, addr)


def whole_or_cut(reply: dns.message.Message, *, by_tcp: bool) -> bytes:
    """Return the reply; one that is too long for a datagram as the request to come by TCP."""
    wire = reply.to_wire(max_size=65_535)
    if by_tcp or len(wire) <= LONGEST_UDP:
        return wire
    reply.answer.clear()
    reply.flags |= dns.flags.TC
    return reply.to_wire()
