"""`rightsdesk cases`: list and show cases."""

from __future__ import annotations

import argparse
import getpass

from casework.extending import Wanted, extend
from casework.recounting import recount
from daemon.clock import utc_now
from daemon.commands.case_adding import add_adding, add_case
from daemon.commands.case_clocks import clocks_for_people, clocks_form
from daemon.commands.case_correction import add_correction, correct
from daemon.commands.case_export import add_exporting, export, verify_export
from daemon.commands.case_holding import add_holding, hold, holds_form
from daemon.commands.case_merging import add_merging, merge, relate, relations_form, split
from daemon.commands.session import actor_of, add_actor, add_json, count, open_desk_of, print_rows
from daemon.output import as_json, printable
from daemon.wiring import build_ladder
from privacy.cases import Case, CaseState, RequestItem
from privacy.errors import Permanent
from privacy.rights import Right
from storage.audit import events_of
from storage.cases import CaseSummary, find_case, list_cases
from storage.database import Reading
from storage.holds import held_cases
from storage.messages import messages_of_case
from storage.outbox import letters_of_case

COLUMNS = (
    "reference",
    "received_at",
    "state",
    "rights",
    "acknowledge_by",
    "due_on",
    "needs_human",
    "on_hold",
    "from",
)

MOVED = ("reference", "clock", "right", "was", "counted", "holds")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what `cases` understands."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="newest first")
    listing.add_argument("--state", choices=[state.value for state in CaseState], help="only these")
    listing.add_argument(
        "--limit", type=count, metavar="N", default=50, help="at most so many (default 50)"
    )
    add_json(listing)
    showing = actions.add_parser("show", help="one case with its clocks, messages and letters")
    showing.add_argument("reference", help="such as PR-2026-482915-K7")
    add_json(showing)
    explaining = actions.add_parser("explain", help="how the dates of a case come about")
    explaining.add_argument("reference", help="such as PR-2026-482915-K7")
    add_json(explaining)
    recounting = actions.add_parser("recount", help="count the dates of open cases anew")
    recounting.add_argument("--dry-run", action="store_true", help="only say what moved")
    add_json(recounting)
    extending = actions.add_parser("extend", help="write a letter that tells a later date")
    extending.add_argument("reference", help="such as PR-2026-482915-K7")
    extending.add_argument("--right", required=True, choices=list(Right), help="which one")
    extending.add_argument(
        "--ground", required=True, metavar="TEXT", help="why, as the person will read it"
    )
    add_actor(extending)
    add_adding(actions)
    add_correction(actions)
    add_holding(actions)
    add_exporting(actions)
    add_merging(actions)


def run(options: argparse.Namespace) -> int:
    """List cases, show or change one, or count their dates anew; 1 when there is none."""
    actions = {
        "list": _list,
        "show": _show,
        "explain": _explain,
        "recount": _recount,
        "extend": _extend,
        "add": add_case,
        "correct": correct,
        "hold": hold,
        "merge": merge,
        "split": split,
        "relate": relate,
        "export": export,
        "verify-export": verify_export,
    }
    return actions[options.action](options)


def _list(options: argparse.Namespace) -> int:
    state = CaseState(options.state) if options.state else None
    with open_desk_of(options) as desk, desk.database.reading() as reading:
        found = list_cases(reading, limit=options.limit, state=state)
        held = held_cases(reading, [case.case_id for case in found])
        rows = [{**_summary(case), "on_hold": case.case_id in held} for case in found]
    print_rows(rows, COLUMNS, as_lines=options.json)
    return 0


def _summary(case: CaseSummary) -> dict[str, object]:
    return {
        "reference": case.reference,
        "received_at": case.received_at,
        "state": case.state,
        "lane": case.lane,
        "rights": list(case.rights),
        "acknowledge_by": case.acknowledge_by,
        "due_on": case.due_on,
        "needs_human": case.needs_human,
        "from": case.requester,
    }


def _show(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk, desk.database.reading() as reading:
        case = _case_named(reading, options.reference)
        lane = desk.services.desk.lanes.of(case.lane)
        form = {
            **_case_form(case),
            "for": " and ".join(lane.to),
            "first_letter": lane.letter,
            "ends_when": lane.closing,
            "messages": [
                {
                    "id": row.inbound_id,
                    "received_at": row.received_at,
                    "outcome": row.outcome,
                    "kind": row.kind,
                }
                for row in messages_of_case(reading, case.case_id)
            ],
            "letters": [
                {
                    "kind": letter.kind,
                    "state": letter.state,
                    "to": letter.message.recipient,
                    "subject": letter.message.letter.subject,
                    "message_id": letter.message.message_id,
                    "text": letter.message.letter.text,
                }
                for letter in letters_of_case(reading, case.case_id)
            ],
            "holds": holds_form(reading, case.case_id),
            **relations_form(reading, case.case_id),
            "history": [
                {"at": event.at, "kind": event.kind, "actor": event.actor, **event.payload}
                for event in events_of(reading, case.case_id)
            ],
        }
    print(as_json(form) if options.json else _for_people(form))
    return 0


def _explain(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk, desk.database.reading() as reading:
        case = _case_named(reading, options.reference)
        form = clocks_form(reading, case, build_ladder(desk.settings.law))
    print(as_json(form) if options.json else printable("\n".join(clocks_for_people(form))))
    return 0


def _recount(options: argparse.Namespace) -> int:
    """What a changed calendar moved: earlier dates bind from now on, later ones are only listed."""
    with open_desk_of(options) as desk:
        moved = recount(
            desk.database,
            desk.services.desk.regimes,
            actor=f"recount ({getpass.getuser()})",
            now=utc_now(),
            dry_run=options.dry_run,
        )
        rows = [{name: getattr(one, name) for name in MOVED} for one in moved]
    print_rows(rows, MOVED, as_lines=options.json)
    return 0


def _extend(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        wanted = Wanted(
            reference=options.reference.upper(),
            right=Right(options.right),
            ground=options.ground,
        )
        draft_id, due = extend(
            desk.database,
            desk.services.desk,
            wanted,
            actor=actor_of(options, desk.settings),
            now=utc_now(),
        )
    print(f"draft {draft_id} tells {due.on.isoformat()}; the date moves when the letter has left")
    return 0


def _case_named(reading: Reading, reference: str) -> Case:
    case = find_case(reading, reference.upper())
    if case is None:
        raise Permanent("there is no such case")
    return case


def _case_form(case: Case) -> dict[str, object]:
    return {
        "reference": case.reference,
        "state": case.state,
        "lane": case.lane,
        "role": case.role,
        "language": case.language,
        "from": case.requester,
        "mailbox": case.mailbox,
        "received_at": case.received_at,
        "acknowledge_by": case.acknowledge.on,
        "due_on": case.due.on if case.due else None,
        "needs_human": case.needs_human,
        "stub_reason": case.stub_reason,
        "own_due_on": case.own_due.on if case.own_due else None,
        "own_trace": list(case.own_due.trace) if case.own_due else [],
        "rights": [_item_form(item) for item in case.items],
    }


def _item_form(item: RequestItem) -> dict[str, object]:
    return {
        "right": item.right,
        "scope": item.scope,
        "quote": item.quote,
        "in": item.part,
        "state": item.state,
        "reason": item.reason,
        "due_on": item.due.on,
        "trace": list(item.due.trace),
    }


def _for_people(form: dict[str, object]) -> str:
    lines = [
        f"{name.replace('_', ' ')}: {value}"
        for name, value in form.items()
        if not isinstance(value, list)
    ]
    lines += [f"  {step}" for step in _steps(form["own_trace"])]
    for item in _rows(form["rights"]):
        lines += [
            "",
            f"right: {item['right']} {item['scope'] or ''}, {item['state']}, due {item['due_on']} ({item['reason']})",
        ]
        lines += [f"  “{item['quote']}”", *(f"  {step}" for step in _steps(item["trace"]))]
    for letter in _rows(form["letters"]):
        lines += [
            "",
            f"letter {letter['kind']} ({letter['state']}): {letter['subject']}",
            "",
            str(letter["text"]),
        ]
    for held in _rows(form["holds"]):
        ended = f" until {held['released_at']}" if held["released_at"] else ""
        lines += ["", f"on hold since {held['held_at']}{ended}: {held['reason']}"]
    lines += [f"part: {reference}" for reference in _steps(form["parts"])]
    lines += [f"{one['case']} is {one['kind']} {one['other']}" for one in _rows(form["relations"])]
    lines += ["", "history:"]
    lines += [
        f"  {event['at']}  {event['kind']}  {event['actor']}" for event in _rows(form["history"])
    ]
    return printable("\n".join(lines))


def _rows(value: object) -> list[dict[str, object]]:
    return value if isinstance(value, list) else []


def _steps(value: object) -> list[str]:
    return [str(step) for step in value] if isinstance(value, list) else []
