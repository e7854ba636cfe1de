"""Mutants for the short form of fuzzing: made from a seed by a fixed rule, the same in every run."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

# What readers of mail trip over.
TOKENS = (
    b"\r", b"\n", b"\r\n\r\n", b"\0", b"\xff", b"\xed\xa0\x80", b"=?utf-8?B?/////w==?=", b"=?utf-8?Q?=00=0D=0A?=",
    b'Content-Type: multipart/mixed; boundary=""\r\n', b"Content-Transfer-Encoding: base64\r\n", b"From: a@b.example\r\n",
    b"begin 644 x\n", b"<!--", b"<div hidden>", b"\x1b$B", b"> ", b"-- \n", b"On ", b" wrote:\n", b"\xe2\x80\xae", b"charset=utf-7",
)  # fmt: skip
LONGEST = 4_000


def mutants_of(seed: bytes, count: int) -> Iterator[bytes]:
    """Yield `count` mutants of the first bytes of a seed."""
    chance = Random(seed)  # noqa: S311 the same mutants in every run, no secret
    for _ in range(count):
        data = bytearray(seed[:LONGEST])
        for _ in range(chance.randint(1, 6)):
            change(data, chance)
        yield bytes(data)


def change(data: bytearray, chance: Random) -> None:
    at = chance.randint(0, len(data))
    end = min(len(data), at + chance.randint(0, 40))
    what = chance.randint(0, 3)
    if what == 0:
        data[at:at] = chance.choice(TOKENS)
    elif what == 1:
        del data[at:end]
    elif what == 2:
        data[at:at] = data[at:end] * chance.randint(1, 8)
    else:
        data[at:end] = bytes(chance.randrange(256) for _ in range(end - at))
