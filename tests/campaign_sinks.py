"""The other side of a campaign as a process: python campaign_sinks.py smtp|sendgrid FOLDER [KILL_AT,KILL_AT,...]

It takes every mail but for 3 % of the addresses that are unknown and 1 % that are put off once, and writes each down in
FOLDER/taken.log as `address message-id`. Once it has taken as many as KILL_AT says it kills the process whose number
FOLDER/worker.pid holds, before it answers, and writes `KILL`.
"""

import asyncio
import json
import os
import re
import signal
import sys
from contextlib import suppress
from pathlib import Path

END = b"\r\n.\r\n"
ANSWERS = {b"DATA": b"354 go\r\n", b"EHLO": b"250-sink.example\r\n250 PIPELINING\r\n"}
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]{1,200}>)", re.IGNORECASE | re.MULTILINE)


def bounces(address: bytes) -> bool:
    return number_in(address) % 33 == 0


def is_put_off(address: bytes) -> bool:
    return number_in(address) % 100 == 1


def number_in(address: bytes) -> int:
    return int(b"".join(re.findall(rb"\d", address)) or b"1")


class Taken:
    """What was taken, who was put off once, and after how many mails the worker dies."""

    def __init__(self, folder: Path, kill_at: list[int]) -> None:
        self._log = (folder / "taken.log").open("ab", buffering=0)
        self._pid = folder / "worker.pid"
        self._kill_at = sorted(kill_at)
        self._number = 0
        self.put_off: set[bytes] = set()

    def note(self, pairs: list[tuple[bytes, bytes]]) -> None:
        """Write mails down; the worker dies here when it is time."""
        self._log.write(b"".join(b"%b %b\n" % pair for pair in pairs))
        self._number += len(pairs)
        if self._kill_at and self._number >= self._kill_at[0]:
            while self._kill_at and self._number >= self._kill_at[0]:
                del self._kill_at[0]
            with suppress(ProcessLookupError):
                os.kill(int(self._pid.read_text()), signal.SIGKILL)
                self._log.write(b"KILL\n")


class Sink(asyncio.Protocol):
    """Takes letters in groups."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.wire, self.buffer, self.in_letter, self.to = transport, bytearray(), False, b""
        transport.write(b"220 sink.example\r\n")

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answers = bytearray()
        while (answer := self.step()) is not None:
            answers += answer
        if answers:
            self.wire.write(answers)

    def step(self) -> bytes | None:
        mark = END if self.in_letter else b"\r\n"
        end = self.buffer.find(mark)
        if end < 0:
            return None
        line = bytes(self.buffer[:end])
        del self.buffer[: end + len(mark)]
        return self.letter(line) if self.in_letter else self.command(line)

    def letter(self, content: bytes) -> bytes:
        self.in_letter = False
        found = MESSAGE_ID.search(content)
        self._taken.note([(self.to, found[1] if found else b"?")])
        return b"250 2.0.0 ok\r\n"

    def command(self, line: bytes) -> bytes:
        verb = line[:4].upper()
        if verb == b"RCPT":
            self.to = b""
            address = line.partition(b"<")[2].partition(b">")[0]
            if bounces(address):
                return b"550 5.1.1 nobody here\r\n"
            if is_put_off(address) and address not in self._taken.put_off:
                self._taken.put_off.add(address)
                return b"450 4.7.1 later\r\n"
            self.to = address
        if verb == b"DATA":
            if not self.to:
                return b"554 5.5.1 no recipient\r\n"
            self.in_letter = True
        return ANSWERS.get(verb, b"250 ok\r\n")


class Provider(asyncio.Protocol):
    """Says 202 to every call."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.wire, self.body, self.missing = transport, bytearray(), 0

    def data_received(self, data: bytes) -> None:
        self.body += data
        if not self.missing:
            head, found, rest = bytes(self.body).partition(b"\r\n\r\n")
            if not found:
                return
            self.missing = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            self.body = bytearray(rest)
        if len(self.body) < self.missing:
            return
        call = json.loads(self.body)
        self.missing, self.body = 0, bytearray()
        self._taken.note(
            [
                (one["to"][0]["email"].encode(), one["custom_args"]["rightsdesk_id"].encode())
                for one in call["personalizations"]
            ]
        )
        self.wire.write(b"HTTP/1.1 202 Accepted\r\nX-Message-Id: one\r\nContent-Length: 0\r\n\r\n")


async def serve(kind: str, folder: Path, kill_at: list[int]) -> None:
    taken = Taken(folder, kill_at)
    made = (lambda: Sink(taken)) if kind == "smtp" else (lambda: Provider(taken))
    running = await asyncio.get_running_loop().create_server(made, "127.0.0.1", 0)
    sys.stdout.write(f"{running.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await running.serve_forever()


if __name__ == "__main__":
    given = sys.argv[3].split(",") if len(sys.argv) > 3 else []
    asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), [int(one) for one in given if one]))
