"""`rightsdesk explain`: what the desk would make of messages; stores nothing, sends nothing."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from casework.profile import DeskProfile
from casework.reading import Door, read_message
from classifier.rules import RulesClassifier, list_rules
from daemon.clock import utc_now
from daemon.commands.session import settings_of
from daemon.json_forms import reading_form, unreadable_form
from daemon.output import as_json, printable
from daemon.reading_text import reading_for_people
from daemon.settings import Settings, SettingsError
from daemon.wiring import boundary_reader, build_profile, build_verifier
from intake.files import ImportItem, iter_files
from intake.reader import WorkerPool
from intake.verification import Arrival, SenderCheck, SenderVerifier
from privacy.messages import ParsedMessage, RawMessage
from privacy.ports import NotRead


@dataclass(frozen=True, kw_only=True)
class Means:
    """What a message is explained with; `verifier` only with `--dns`."""

    profile: DeskProfile
    classifier: RulesClassifier
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
    reader = WorkerPool(settings.reading)
    try:
        for one in _explain_all(_items(options, means.profile), reader, means):
            print(as_json(one.form) if options.jsonl else printable(one.for_people))
    finally:
        reader.close()
    return 0


def _means(settings: Settings, options: argparse.Namespace) -> Means:
    return Means(
        profile=build_profile(settings, None),
        classifier=RulesClassifier(settings.classifier),
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
    items: Iterator[ImportItem], reader: WorkerPool, means: Means
) -> Iterator[Explained]:
    """Yield what is said about each item, in order; the workers read ahead meanwhile."""
    drawn: deque[ImportItem] = deque()
    with closing(reader.read(_raws(items, drawn))) as outcomes:
        for outcome in outcomes:
            while drawn[0].message is None:
                yield _unreadable(drawn.popleft())
            item = drawn.popleft()
            yield _explain(item, outcome, means)
    yield from map(_unreadable, drawn)


def _raws(items: Iterator[ImportItem], drawn: deque[ImportItem]) -> Iterator[bytes]:
    for item in items:
        drawn.append(item)
        if item.message is not None:
            yield item.message.raw


def _unreadable(item: ImportItem, reason: str | None = None) -> Explained:
    why = reason or item.error or "unreadable"
    return Explained(
        form=unreadable_form(item.path, why), for_people=f"{item.path}: unreadable ({why})"
    )


def _explain(item: ImportItem, outcome: ParsedMessage | NotRead, means: Means) -> Explained:
    message = item.message
    if isinstance(outcome, NotRead) or message is None:
        return _unreadable(item, str(outcome))
    reading = read_message(
        outcome,
        Door(mailbox=message.mailbox, raw=message.raw),
        means.profile,
        means.classifier,
        own_check=means.own_check(message),
    )
    return Explained(
        form=reading_form(item.path, reading, message.received_at),
        for_people=reading_for_people(item.path, reading),
    )
