"""The demonstration: sample letters go in through real SMTP, become cases, and acknowledgements go out.

Everything is the real thing on the embedded default: SQLite under a temporary home, the SMTP listener on loopback,
the rule classifier, outgoing mail into the built-in mailbox, the desk's pages. No key, account or root right.
"""

from __future__ import annotations

import argparse
import asyncio
import secrets
import smtplib
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import UUID

from daemon.demo_desk import fill_desk
from daemon.logs import set_up_logs
from daemon.page_wiring import open_demo_account
from daemon.running import Daemon, Ports
from daemon.settings import Settings, load_settings
from daemon.wiring import Desk, open_desk
from privacy.cases import Case
from privacy.outgoing import OutgoingState
from storage.cases import find_case
from storage.messages import MessageRow, list_messages
from storage.outbox import LetterRow, letters_of_case

SAMPLES = Path(__file__).with_name("samples")
PRIVACY, SENDER = "privacy@autocloz.example", "sender@example.org"
WAIT_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.05


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One sample letter and what must become of it."""

    file: str
    about: str
    outcome: str
    rights: list[str]
    letter: bool

    @property
    def raw(self) -> bytes:
        """The letter as it is sent, with the line ends of the wire."""
        return (SAMPLES / self.file).read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@dataclass(frozen=True, kw_only=True)
class Played:
    """What became of a sample."""

    sample: Sample
    row: MessageRow
    case: Case | None
    letter: LetterRow | None

    @property
    def as_stated(self) -> bool:
        """Whether it came out as its statement says."""
        rights = list(self.row.rights) if self.sample.rights else []
        if (str(self.row.outcome), rights) != (self.sample.outcome, self.sample.rights):
            return False
        if not self.sample.letter:
            return self.letter is None
        return self.letter is not None and self.letter.state is OutgoingState.SENT


def main(argv: Sequence[str] | None = None) -> int:
    """Play the samples; with --exit end with 0 only if each came out as stated, else stay up until Ctrl-C."""
    parser = argparse.ArgumentParser(
        prog="dev.py demo", description="Sample letters in, acknowledgements out."
    )
    parser.add_argument("--exit", action="store_true", help="end after the samples")
    parser.add_argument(
        "--smtp-port", type=int, default=0, help="port of the SMTP listener (default: a free one)"
    )
    parser.add_argument(
        "--web-port", type=int, default=0, help="port of the desk (default: a free one)"
    )
    parser.add_argument("--home", help="data folder (default: a temporary one, removed at the end)")
    options = parser.parse_args(argv)
    if options.home:
        return _play_at(Path(options.home), options)
    with tempfile.TemporaryDirectory(prefix="rightsdesk-demo-") as home:
        return _play_at(Path(home), options)


def _play_at(home: Path, options: argparse.Namespace) -> int:
    set_up_logs("ERROR", as_json=False)
    desk = open_desk(_settings(home, options))
    try:
        return asyncio.run(_run(desk, stay=not options.exit))
    except KeyboardInterrupt:
        return 0
    finally:
        desk.close()


def _settings(home: Path, options: argparse.Namespace) -> Settings:
    """The built-in example desk, moved to this home and these ports; the caller's environment is left out."""
    overrides = {
        "RIGHTSDESK_LISTENER__PORT": str(options.smtp_port),
        "RIGHTSDESK_LISTENER__HOSTNAME": "mx.autocloz.example",
        "RIGHTSDESK_WEB__ENABLED": "true",
        "RIGHTSDESK_WEB__PORT": str(options.web_port),
    }
    example = str(Path(__file__).with_name("example.toml"))
    return load_settings(example, home=str(home), environment=overrides)


async def _run(desk: Desk, *, stay: bool) -> int:
    access_key = secrets.token_urlsafe(32)
    daemon = Daemon(desk, demo=open_demo_account(desk, access_key))
    ports = await daemon.start()
    try:
        played = await asyncio.to_thread(_play_all, desk, ports)
        _report(desk, played)
        await asyncio.to_thread(_fill, desk, ports, played)
        print(f"\nThe desk, signed in: http://127.0.0.1:{ports.web}/?key={access_key}")
        if stay:
            print("Ctrl-C ends the demonstration.", flush=True)
            await daemon.run_until_signal()
    finally:
        await daemon.stop()
    return 0 if all(one.as_stated for one in played) else 1


def _play_all(desk: Desk, ports: Ports) -> list[Played]:
    print(f"SMTP listener on 127.0.0.1:{ports.smtp}; playing the sample letters in:\n", flush=True)
    samples = [
        Sample(**entry) for entry in tomllib.loads((SAMPLES / "samples.toml").read_text())["sample"]
    ]
    seen: set[UUID] = set()
    rows = [_play(desk, ports, sample, seen) for sample in samples]
    return [_what_became(desk, sample, row) for sample, row in zip(samples, rows, strict=True)]


def _play(desk: Desk, ports: Ports, sample: Sample, seen: set[UUID]) -> MessageRow:
    """Send one sample over SMTP and wait until the desk has worked it."""
    mailbox = "dpo@autocloz.example" if b"Delivered-To: dpo@" in sample.raw else PRIVACY
    bounce = b"Return-Path: <>" in sample.raw
    _send(ports, sample.raw, sender="" if bounce else SENDER, mailbox=mailbox)
    end = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < end:
        with desk.database.reading() as reading:
            fresh = [
                row
                for row in list_messages(reading, outcomes=None, limit=100)
                if row.inbound_id not in seen
            ]
        if fresh and fresh[0].outcome is not None:
            seen.add(fresh[0].inbound_id)
            return fresh[0]
        time.sleep(LOOK_EVERY_SECONDS)
    raise SystemExit(f"demo: {sample.file} was not worked in {WAIT_SECONDS:.0f} seconds")


def _send(ports: Ports, raw: bytes, *, sender: str = SENDER, mailbox: str = PRIVACY) -> None:
    with smtplib.SMTP("127.0.0.1", ports.smtp or 0, timeout=WAIT_SECONDS) as client:
        client.sendmail(sender, [mailbox], raw)


def _fill(desk: Desk, ports: Ports, played: Sequence[Played]) -> None:
    """Behind the samples stands what a desk has on an ordinary day."""
    asked = next(one.case.reference for one in played if one.case is not None and one.letter)
    fill_desk(desk.database, desk.settings.home, partial(_send, ports), asked=asked)


def _what_became(desk: Desk, sample: Sample, row: MessageRow) -> Played:
    """Look at the case; where a letter is expected, wait until it has left."""
    end = time.monotonic() + WAIT_SECONDS
    while True:
        with desk.database.reading() as reading:
            case = find_case(reading, row.case_reference) if row.case_reference else None
            letters = letters_of_case(reading, case.case_id) if case else []
        letter = next((one for one in letters if one.inbound_id == row.inbound_id), None)
        left = letter is not None and letter.state is OutgoingState.SENT
        if left or not sample.letter or time.monotonic() > end:
            return Played(sample=sample, row=row, case=case, letter=letter)
        time.sleep(LOOK_EVERY_SECONDS)


def _report(desk: Desk, played: list[Played]) -> None:
    for one in played:
        print("\n".join(_lines(one)))
    letters = [one.letter for one in played if one.letter is not None]
    if letters:
        message = letters[0].message
        print(f"\nOne of the letters, as {message.recipient} gets it:\n")
        print(f"  Subject: {message.letter.subject}\n")
        print("\n".join(f"  {line}" for line in message.letter.text.splitlines()))
    print(f"\n{len(letters)} letters are in the built-in mailbox {desk.settings.home / 'letters'}")
    wrong = sum(not one.as_stated for one in played)
    print(f"{len(played) - wrong} of {len(played)} samples came out as stated.")


def _lines(one: Played) -> list[str]:
    mark = "ok   " if one.as_stated else "WRONG"
    case = f" {one.case.reference}" if one.case else ""
    lines = [
        f"{mark} {one.sample.file}: {one.sample.about}",
        f"        {one.row.outcome}{case} ({one.row.reason})",
    ]
    for item in one.case.items if one.case and one.row.outcome == "case" else ():
        scope = f" ({item.scope})" if item.scope else ""
        lines.append(f"        {item.right}{scope}, to be done by {item.due.on:%d %B %Y}")
    if one.letter is not None:
        lines.append(f"        letter {one.letter.state}: {one.letter.message.letter.subject}")
    return lines


if __name__ == "__main__":
    sys.exit(main())
