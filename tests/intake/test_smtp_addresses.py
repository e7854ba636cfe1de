"""The short way to read a path of the envelope says what the long way says, or nothing."""

import asyncio

import pytest
from aiosmtpd.smtp import SMTP
from hypothesis import example, given
from hypothesis import strategies as st

from intake.smtp_addresses import plain_path

PIECES = [
    *("anne", "a", "7", "person.example", "x--y", "=?utf-8?q?anne?=", "prvs=1=anne", "ü", "xn--p-1ga"),
    *("<", ">", "@", ".", "..", " ", "  ", "\t", "(", ")", "(note)", '"', "\\", ",", ":", ";", "[", "]"),
    *("[127.0.0.1]", "@relay.example:", "SIZE=100", "BODY=8BITMIME", "SMTPUTF8", "\x00", "\x7f", "\udcff"),
]  # fmt: skip
PATHS = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
FRAMED = st.tuples(PATHS, PATHS, PATHS).map(lambda parts: "<{}@{}>{}".format(*parts))


def long_way(argument: str) -> tuple[str | None, str | None]:
    """Ask the library, whose method needs nothing of a connection but its limits."""
    loop = asyncio.new_event_loop()
    try:
        return SMTP(object(), loop=loop)._getaddr(argument)
    finally:
        loop.close()


@given(argument=FRAMED | PATHS)
@example(argument="<anne@person.example> SIZE=100 BODY=8BITMIME")
@example(argument="<anne@person.example>")
def test_it_says_what_the_library_says_or_nothing(argument):
    short = plain_path(argument)
    assert short is None or short == long_way(argument)


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("<anne@person.example>", ("anne@person.example", "")),
        ("<Anne.B+privacy@Person.Example>", ("Anne.B+privacy@Person.Example", "")),
        ("<prvs=1234=anne@person.example> SIZE=5", ("prvs=1234=anne@person.example", "SIZE=5")),
    ],
)
def test_it_reads_what_clients_send(argument, said):
    assert plain_path(argument) == said == long_way(argument)


@pytest.mark.parametrize(
    "argument",
    [
        *("", "<>", "anne@person.example", "<postmaster>", '<"anne b"@person.example>'),
        *("<@relay.example:anne@person.example>", "<anne@[127.0.0.1]>", "<anne(b)@person.example>"),
        *("<anne@person.example>  SIZE=5", "<anne@person.example> (note)", "<anne@person.example"),
    ],
)
def test_it_leaves_every_other_form_to_the_library(argument):
    assert plain_path(argument) is None
