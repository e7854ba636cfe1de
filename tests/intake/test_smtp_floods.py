"""Floods against the listener in a process of its own: memory stays bounded, the client gets an answer."""

import json
import os
import smtplib
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_MIB = 256
MIB = 2**20
FLOODS = {
    "a line that never ends": b"x" * MIB,
    "empty lines": b"\r\n" * (MIB // 2),
    "lines of one letter": b"x\r\n" * (MIB // 3),
    "dots to take off": b"..\r\n" * (MIB // 4),
    "bare line feeds": b"\n" * MIB,
    "almost ends": b"\r\n.\r" * (MIB // 4),
}


@dataclass
class Outcome:
    port: int
    facts: dict = field(default_factory=dict)


@contextmanager
def lone_listener():
    """Run a listener in its own process; afterwards `facts` says what it took."""
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/servers/lone_listener.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
    )
    with process:
        outcome = Outcome(json.loads(process.stdout.readline())["port"])
        yield outcome
        process.stdin.close()
        outcome.facts = json.loads(process.stdout.readline())


def flood(port: int, block: bytes, blocks: int) -> tuple[int, bytes]:
    """Send one message of so many blocks, exactly as they are, and return the verdict on it."""
    with smtplib.SMTP("127.0.0.1", port, timeout=60) as client:
        client.ehlo()
        client.mail("")
        client.rcpt("privacy@autocloz.example")
        client.docmd("DATA")
        for _ in range(blocks):
            client.sock.sendall(block)
        client.sock.sendall(b"\r\n.\r\n")
        verdict = client.getreply()
        assert client.noop()[0] == 250
    return verdict


@pytest.mark.parametrize("block", FLOODS.values(), ids=FLOODS.keys())
def test_a_flood_is_refused_in_bounded_memory(block):
    with lone_listener() as listener:
        code, text = flood(listener.port, block, 40)
    assert (code, text[:5]) == (552, b"5.3.4")
    assert listener.facts["peak_mib"] < MOST_MIB
    assert listener.facts["kept"] == []


def test_a_flood_without_end_costs_no_more_than_a_short_one():
    with lone_listener() as listener:
        assert flood(listener.port, FLOODS["a line that never ends"], 600)[0] == 552
    assert listener.facts["peak_mib"] < MOST_MIB


@pytest.mark.parametrize("block", FLOODS.values(), ids=FLOODS.keys())
def test_a_message_just_below_the_limit_is_kept_in_bounded_memory(block):
    with lone_listener() as listener:
        assert flood(listener.port, block, 24)[0] == 250
    assert listener.facts["peak_mib"] < MOST_MIB
    assert len(listener.facts["kept"]) == 1
