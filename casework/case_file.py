"""Everything that is known of a case, as files: JSON for programs, text and HTML for people, mails and letters."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from casework.case_marks import Telling
from casework.customers_shown import ShownForward, customers_of, referrals_shown
from casework.package_showing import ShownPackage, name_of, shown_packages
from casework.showing import show_message
from privacy.audit import AuditEvent, AuditKind
from privacy.cases import Case, RequestItem
from privacy.deadlines import Due
from privacy.identity_codes import without_codes
from storage.added_requests import added_requests
from storage.address_changes import AddressChange, changes_of
from storage.audit import events_of, verify_chain
from storage.case_corrections import notes_of
from storage.cases import ClockEventRow, clock_events
from storage.database import Reading
from storage.drafts import Draft, drafts_of_case
from storage.failures import CannotUnseal
from storage.holds import holds_of
from storage.merges import relations_of
from storage.messages import MessageRow, messages_of_case, raw_of
from storage.outbox import LetterRow, letters_of_case
from storage.package_links import waivers_of

Form = dict[str, Any]
# That somebody looked at the case or exported it changes nothing in it: the files stay the same.
NOT_TOLD = (AuditKind.CASE_EXPORTED, AuditKind.CASE_VIEWED)


def case_file(reading: Reading, case: Case, telling: Telling) -> dict[str, bytes]:
    """Return the files of a case by name, the same bytes as long as nothing happens to it.

    That it was looked at or exported is in its trail, and left out here. What is erased is left out as well.
    """
    messages = messages_of_case(reading, case.case_id)
    letters = letters_of_case(reading, case.case_id)
    form = _form(reading, case, (messages, letters), telling)
    files: dict[str, bytes] = {}
    for number, message in enumerate(messages, 1):
        files |= dict(
            _message_files(reading, message.inbound_id, f"messages/{number:03d}", telling)
        )
    for number, letter in enumerate(letters, 1):
        files |= dict(_letter_files(letter, f"letters/{number:03d}", telling))
    lines = "\n".join(_lines(form, ""))
    files["case.json"] = _json(form)
    files["case.txt"] = (lines + "\n").encode()
    files["case.html"] = _page(case.reference, lines).encode()
    return dict(sorted(files.items()))


def _form(
    reading: Reading,
    case: Case,
    mail: tuple[list[MessageRow], list[LetterRow]],
    telling: Telling,
) -> Form:
    case_id, (messages, letters) = case.case_id, mail
    return {
        "reference": case.reference,
        "redacted": telling.is_redacted,
        **_about(case, telling),
        "rights": [_item(item, telling) for item in case.items],
        "clocks": [_clock(event) for event in clock_events(reading, case_id)],
        "messages": _messages(reading, messages, telling),
        "letters": [_letter(one, telling) for one in letters],
        "drafts": [_draft(one, telling) for one in drafts_of_case(reading, case_id)],
        "notes": [
            {
                "at": one.at,
                "by": telling.somebody(one.author),
                "about": one.about,
                "text": telling.words(one.text),
            }
            for one in notes_of(reading, case_id)
        ],
        "holds": [
            {
                "held_at": one.held_at,
                "held_by": telling.somebody(one.held_by),
                "reason": telling.words(one.reason),
                "released_at": one.released_at,
                "released_by": telling.somebody(one.released_by),
                "release": None if one.release is None else telling.words(one.release),
            }
            for one in holds_of(reading, case_id)
        ],
        "packages": [_package(one, telling) for one in shown_packages(reading, case)],
        "without_package": [
            {
                "at": one.said_at,
                "by": telling.somebody(one.said_by),
                "reason": telling.words(one.reason),
            }
            for one in waivers_of(reading, case_id)
        ],
        "relations": [
            {"case": one.case, "kind": one.kind, "other": one.other, "at": one.at}
            for one in relations_of(reading, case_id)
        ],
        "changes_of_address": [_change(one, telling) for one in changes_of(reading, [case_id])],
        "customers": [_customer(one, telling) for one in customers_of(reading, case_id)],
        "referrals": _referrals(reading, case_id, telling),
        "trail_is_whole": verify_chain(reading, case_id),
        "trail": list(_trail(events_of(reading, case_id), telling)),
    }


def _referrals(reading: Reading, case_id: UUID, telling: Telling) -> list[Form]:
    return [
        {
            "wording": one.wording,
            "state": one.state,
            "made_at": one.made_at,
            "names": telling.somebody(one.named),
            "ground": None if one.ground is None else telling.words(one.ground),
        }
        for one in referrals_shown(reading, case_id)
    ]


def _customer(one: ShownForward, telling: Telling) -> Form:
    """A customer's name is told like a person's."""
    plain = ("number", "state", "items", "due_on", "left_at", "letters", "remind_on")
    said = ("instruction", "channel", "instructed_at", "confirmed_at")
    return {name: getattr(one, name) for name in (*plain, *said)} | {
        "workspace": telling.somebody(one.workspace),
        "name": telling.somebody(one.name),
        "by": telling.somebody(one.by),
        "note": None if one.note is None else telling.words(one.note),
        "tasks": [
            {
                "system": task.system,
                "owner": task.owner,
                "due_on": task.due_on,
                "done_at": task.done_at,
                "done_by": telling.somebody(task.done_by),
                "evidence": None if task.evidence is None else telling.words(task.evidence),
            }
            for task in one.tasks
        ],
    }


def _change(one: AddressChange, telling: Telling) -> Form:
    plain = ("item_id", "state", "named_by", "named_at", "expires_on", "proved_at", "effective_at")
    both = {"old": telling.somebody(one.old), "new": telling.somebody(one.new)}
    return {name: getattr(one, name) for name in plain} | both


def _about(case: Case, telling: Telling) -> Form:
    return {
        "state": case.state,
        "lane": case.lane,
        "role": case.role,
        "language": case.language,
        "region": case.region,
        "mailbox": case.mailbox,
        "received_at": case.received_at,
        "requester": telling.somebody(case.requester),
        "requester_name": telling.somebody(case.requester_name),
        "acknowledge": _due(case.acknowledge),
        "own_due": _due(case.own_due),
        "due": _due(case.due),
        "needs_human": case.needs_human,
        "stub_reason": case.stub_reason,
    }


def _due(due: Due | None) -> Form | None:
    if due is None:
        return None
    return {
        "on": due.on,
        "expires_at": due.expires_at,
        "regime": due.regime,
        "rule": due.rule,
        "zone": due.zone,
        "trace": due.trace,
    }


def _item(item: RequestItem, telling: Telling) -> Form:
    return {
        "id": item.item_id,
        "right": item.right,
        "scope": item.scope,
        "state": item.state,
        "quote": telling.words(item.quote),
        "in": item.part,
        "message": item.inbound_id,
        "confidence": item.confidence,
        "reason": item.reason,
        "received_at": item.received_at,
        "due": _due(item.due),
    }


def _clock(event: ClockEventRow) -> Form:
    return {
        "clock": event.clock,
        "item": event.item_id,
        "change": event.change,
        "at": event.at,
        "due": _due(event.due),
    }


def _messages(reading: Reading, messages: list[MessageRow], telling: Telling) -> list[Form]:
    entered = added_requests(reading, [one.inbound_id for one in messages])
    return [
        {
            "id": one.inbound_id,
            "received_at": one.received_at,
            "arrival_basis": one.arrival_basis,
            "outcome": one.outcome,
            "kind": one.kind,
            "language": one.language,
            "lane": one.lane,
            "rights": one.rights,
            "reasons": one.reasons,
            "channel": entered[one.inbound_id].channel if one.inbound_id in entered else "mail",
            "postal_address": telling.somebody(entered[one.inbound_id].postal)
            if one.inbound_id in entered
            else None,
            "trail": list(_trail(events_of(reading, one.inbound_id), telling)),
        }
        for one in messages
    ]


def _letter(letter: LetterRow, telling: Telling) -> Form:
    return {
        "kind": letter.kind,
        "state": letter.state,
        "automatic": letter.automatic,
        "to": telling.somebody(letter.message.recipient),
        "queued_at": letter.queued_at,
        "sent_at": letter.sent_at,
        "evidence": letter.evidence,
        "reason": letter.reason,
        "message_id": None if telling.is_redacted else letter.message.message_id,
    }


def _draft(draft: Draft, telling: Telling) -> Form:
    return {
        "kind": draft.kind,
        "state": draft.state,
        "to": telling.somebody(draft.message.recipient),
        "reasons": draft.reasons,
        "created_at": draft.created_at,
        "due_on": draft.due_on,
        "decided_at": draft.decided_at,
        "decided_by": telling.somebody(draft.decided_by),
        "subject": telling.words(draft.message.letter.subject),
        "text": telling.words(without_codes(draft.message.letter.text)),
    }


def _package(shown: ShownPackage, telling: Telling) -> Form:
    """The files themselves are the person's: the case says that they were handed over, not what is in them."""
    return {
        "right": shown.right,
        "state": shown.state,
        "created_at": shown.package.created_at,
        "created_by": telling.somebody(shown.package.created_by),
        "waits_until": shown.waits_until,
        "fetched_at": shown.fetched_at,
        "erased_at": shown.package.erased_at,
        "files": [
            {
                "name": telling.words(name_of(one)),
                "size": one.size,
                "sha256": one.packed.sha256 if one.packed else None,
                "added_at": one.added_at,
                "added_by": telling.somebody(one.added_by),
            }
            for one in shown.files
        ],
        "receipts": [
            {
                "at": one.at,
                "what": one.kind,
                "file": telling.words(shown.name_of(one)),
                "bytes": one.sent,
                "whole": one.whole,
            }
            for one in shown.receipts
        ],
    }


def _trail(events: list[AuditEvent], telling: Telling) -> Iterator[Form]:
    for event in events:
        if event.kind not in NOT_TOLD:
            actor = telling.somebody(event.actor) if "@" in event.actor else event.actor
            yield {"at": event.at, "kind": event.kind, "actor": actor, "payload": event.payload}


def _message_files(
    reading: Reading, inbound_id: UUID, name: str, telling: Telling
) -> Iterator[tuple[str, bytes]]:
    try:
        raw = raw_of(reading, inbound_id)
    except CannotUnseal:
        return
    if not telling.is_redacted:
        yield f"{name}.eml", raw
    shown = show_message(raw)
    words = f"{telling.somebody(shown.sender) or '-'}\n{shown.subject}\n\n{shown.text}"
    told = telling.words(words) if telling.is_redacted else words
    yield f"{name}.txt", told.encode("utf-8", "replace")


def _letter_files(letter: LetterRow, name: str, telling: Telling) -> Iterator[tuple[str, bytes]]:
    words = letter.message.letter
    text = telling.words(without_codes(f"{words.subject}\n\n{words.text}"))
    yield f"{name}.txt", text.encode("utf-8", "replace")
    if not telling.is_redacted:
        yield f"{name}.html", without_codes(words.html).encode("utf-8", "replace")


def _json(form: Form) -> bytes:
    said = json.dumps(form, ensure_ascii=False, indent=1, sort_keys=True, default=_plain)
    return said.encode("utf-8", "replace") + b"\n"


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else str(value)


def _lines(value: object, indent: str) -> Iterator[str]:
    """Tell a form as lines that people can read: names in words, lists below them."""
    entries = value.items() if isinstance(value, Mapping) else enumerate(_listed(value), 1)
    for name, one in entries:
        said = str(name).replace("_", " ")
        if isinstance(one, Mapping | list | tuple) and one:
            yield f"{indent}{said}:"
            yield from _lines(one, indent + "  ")
        else:
            yield f"{indent}{said}: {_word(one, indent)}"


def _listed(value: object) -> list[object] | tuple[object, ...]:
    return value if isinstance(value, list | tuple) else []


def _word(value: object, indent: str) -> str:
    if value is None or value in ([], (), {}):
        return "-"
    plain = value if isinstance(value, str | int | float) else _plain(value)
    return str(plain).replace("\n", f"\n{indent}  ")


def _page(reference: str, lines: str) -> str:
    title = html.escape(reference)
    return (
        f'<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>{title}</title>'
        "<style>pre { white-space: pre-wrap; font: inherit }</style></head>\n"
        f"<body><h1>{title}</h1>\n<pre>{html.escape(lines)}</pre></body>\n</html>\n"
    )
