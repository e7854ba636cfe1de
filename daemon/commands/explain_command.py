"""`rightsdesk explain`: what the desk would make of messages; stores nothing, sends nothing."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from casework.profile import DeskProfile
from casework.reading import complete
from classifier.rules import list_rules
from daemon.clock import utc_now
from daemon.commands.session import settings_of
from daemon.json_forms import reading_form, unreadable_form
from daemon.output import as_json, printable
from daemon.reading_text import reading_for_people
from daemon.settings import Settings, SettingsError
from daemon.wiring import boundary_reader, build_profile, build_reader, build_verifier
from intake.files import ImportItem, iter_files
from intake.verification import Arrival, SenderCheck, SenderVerifier
from privacy.first_reading import FirstReading, MailToRead
from privacy.messages import RawMessage
from privacy.ports import MailReader, NotRead


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a message is explained with; `verifier` only with `--dns`."""

    profile: DeskProfile
    verifier: SenderVerifier | None

    def own_check(self, message: RawMessage) -> SenderCheck | None:
        """Return the check with the DNS, None without `--dns`."""
        if self.verifier is None:
            return None
        return self.verifier.check_of(message.raw, Arrival(received_at=message.received_at))


@dataclass(frozen=True, kw_only=True)
class Explained:
    """One message as programs and as people read it."""

    form: dict[str, object]
    for_people: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `explain` understands."""
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help=".eml file, folder, mbox, Maildir, or - for stdin"
    )
    parser.add_argument(
        "--dns",
        action="store_true",
        help="check the sender with the DNS (DKIM, DMARC); without it there is no network at all",
    )
    parser.add_argument("--jsonl", action="store_true", help="one JSON object a line")
    parser.add_argument(
        "--rules", action="store_true", help="list the classifier's rules with their reasons"
    )


def run(options: argparse.Namespace) -> int:
    """Explain every message; one bad file gives one line and the rest goes on."""
    settings = settings_of(options)
    if options.rules:
        for name, why in list_rules():
            print(f"{name}\t{why}")
        return 0
    if not options.paths:
        raise SettingsError(["PATH: name at least one file, or - for stdin"])
    means = _means(settings, options)
    reader = build_reader(settings)
    try:
        for one in _explain_all(_items(options, means.profile), reader, means):
            print(as_json(one.form) if options.jsonl else printable(one.for_people))
    finally:
        reader.close()
    return 0


def _means(settings: Settings, options: argparse.Namespace) -> Means:
    return Means(
        profile=build_profile(settings, None),
        verifier=build_verifier(settings.authenticity) if options.dns else None,
    )


def _items(options: argparse.Namespace, profile: DeskProfile) -> Iterator[ImportItem]:
    stdin = sys.stdin.buffer.read() if "-" in options.paths else None
    mailbox = profile.mailboxes[0]
    return iter_files(
        options.paths,
        mailbox=mailbox.address,
        now=utc_now(),
        boundary_received_at=boundary_reader(mailbox.boundary),
        standard_input=stdin,
    )


def _explain_all(
    items: Iterator[ImportItem], reader: MailReader, means: Means
) -> Iterator[Explained]:
    """Yield what is said about each item, in order; the workers read ahead meanwhile."""
    drawn: deque[ImportItem] = deque()
    with closing(reader.read(_mails(items, drawn, means.profile))) as outcomes:
        for outcome in outcomes:
            while drawn[0].message is None:
                yield _unreadable(drawn.popleft())
            item = drawn.popleft()
            yield _explain(item, outcome, means)
    yield from map(_unreadable, drawn)


def _mails(
    items: Iterator[ImportItem], drawn: deque[ImportItem], desk: DeskProfile
) -> Iterator[MailToRead]:
    for item in items:
        drawn.append(item)
        if item.message is not None:
            yield desk.to_read(item.message.raw)


def _unreadable(item: ImportItem, reason: str | None = None) -> Explained:
    why = reason or item.error or "unreadable"
    return Explained(
        form=unreadable_form(item.path, why), for_people=f"{item.path}: unreadable ({why})"
    )


def _explain(item: ImportItem, outcome: FirstReading | NotRead, means: Means) -> Explained:
    message = item.message
    if isinstance(outcome, NotRead) or message is None:
        return _unreadable(item, str(outcome))
    mailbox = means.profile.mailbox_profile(message.mailbox)
    reading = complete(outcome, mailbox, means.own_check(message))
    return Explained(
        form=reading_form(item.path, reading, message.received_at),
        for_people=reading_for_people(item.path, reading),
    )
