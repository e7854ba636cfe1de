"""`rightsdesk cases`: list and show cases; what changes their dates is in `case_dates`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from casework.package_showing import packages_form
from casework.statuses import statuses_of
from daemon.commands import case_dates
from daemon.commands.case_adding import add_adding, add_case
from daemon.commands.case_annex import add_annex, show_annex
from daemon.commands.case_clocks import clocks_for_people, clocks_form
from daemon.commands.case_correction import add_correction, correct
from daemon.commands.case_customers import (
    CUSTOMER_COMMANDS,
    add_customers,
    customers_for_people,
    customers_form,
)
from daemon.commands.case_export import add_exporting, export, verify_export
from daemon.commands.case_holding import add_holding, hold, holds_form
from daemon.commands.case_identity import (
    add_identity,
    identity_for_people,
    identity_form,
    run_identity,
)
from daemon.commands.case_merging import add_merging, merge, relate, relations_form, split
from daemon.commands.case_packages import (
    add_packages,
    packages_for_people,
    run_package,
    waivers_form,
)
from daemon.commands.case_roles import finding_form, roles_for_people
from daemon.commands.case_status_page import add_status_page, switch
from daemon.commands.case_steps import work_for_people, work_form
from daemon.commands.case_work import WORK_COMMANDS, add_work
from daemon.commands.session import add_json, add_reference, count, open_desk_of, print_rows
from daemon.output import as_json, forms_in, printable
from daemon.wiring import build_ladder
from privacy.case_events import CaseEvent, suggested_laws, waiting_for
from privacy.cases import Case, CaseState, RequestItem
from privacy.errors import Permanent
from privacy.identity_codes import without_codes
from privacy.work_status import WorkStatus
from storage.audit import events_of
from storage.case_events import case_events
from storage.cases import CaseSummary, find_case, list_cases
from storage.database import Reading
from storage.findings import findings_of
from storage.holds import held_cases
from storage.messages import messages_of_case
from storage.outbox import letters_of_case

COLUMNS = (
    "reference",
    "received_at",
    "state",
    "status",
    "rights",
    "acknowledge_by",
    "due_on",
    "waiting",
    "needs_human",
    "on_hold",
    "from",
)


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
    add_reference(showing)
    add_json(showing)
    explaining = actions.add_parser("explain", help="how the dates of a case come about")
    add_reference(explaining)
    add_json(explaining)
    case_dates.add_arguments(actions)
    add_identity(actions.add_parser("identity", help="decide how surely somebody is known"))
    add_work(actions)
    add_packages(actions)
    add_annex(actions)
    add_customers(actions)
    add_adding(actions)
    add_correction(actions)
    add_holding(actions)
    add_exporting(actions)
    add_merging(actions)
    add_status_page(actions)


def run(options: argparse.Namespace) -> int:
    """List cases, or do what the action says about one or all of them; 1 when there is none."""
    actions = {
        "list": _list,
        "show": _show,
        "explain": _explain,
        "identity": run_identity,
        **case_dates.ACTIONS,
        **WORK_COMMANDS,
        "package": run_package,
        "annex": show_annex,
        **CUSTOMER_COMMANDS,
        "add": add_case,
        "correct": correct,
        "hold": hold,
        "page": switch,
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
        cases = list_cases(reading, limit=options.limit, state=state)
        numbers = [case.case_id for case in cases]
        statuses = statuses_of(reading, numbers, desk.services.desk.challenges)
        held = held_cases(reading, numbers)
        rows = [
            {**_summary(case, statuses[case.case_id]), "on_hold": case.case_id in held}
            for case in cases
        ]
    print_rows(rows, COLUMNS, as_lines=options.json)
    return 0


def _summary(case: CaseSummary, status: WorkStatus) -> dict[str, object]:
    return {
        "reference": case.reference,
        "received_at": case.received_at,
        "state": case.state,
        "status": status,
        "lane": case.lane,
        "rights": list(case.rights),
        "acknowledge_by": case.acknowledge_by,
        "due_on": case.due_on,
        "waiting": case.waiting,
        "needs_human": case.needs_human,
        "from": case.requester,
    }


def _show(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk, desk.database.reading() as reading:
        case = _case_named(reading, options.reference)
        found = findings_of(reading, [case.case_id]).get(case.case_id)
        events = case_events(reading, case.case_id)
        lane = desk.services.desk.lanes.of(case.lane)
        form = {
            **_case_form(case),
            "for": " and ".join(lane.to),
            "first_letter": lane.letter,
            "ends_when": lane.closing,
            "status": statuses_of(reading, [case.case_id], desk.services.desk.challenges)[
                case.case_id
            ],
            "identity": identity_form(reading, case, desk.services.desk.challenges),
            "work": work_form(reading, case),
            "packages": packages_form(reading, case),
            "without_package": waivers_form(reading, case.case_id),
            **finding_form(case, found),
            **customers_form(reading, case),
            "laws": [law.code for law in desk.services.desk.laws_named(case.laws)],
            "law_reasons": list(case.law_reasons),
            "laws_suggested": list(suggested_laws(events)[0]),
            "rights": [_item_form(item, events) for item in case.items],
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
                    "text": without_codes(letter.message.letter.text),
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
        form = clocks_form(reading, case, build_ladder(desk.settings.law), desk.services.desk)
    print(as_json(form) if options.json else printable("\n".join(clocks_for_people(form))))
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
    }


def _item_form(item: RequestItem, events: Sequence[CaseEvent]) -> dict[str, object]:
    waiting = waiting_for(events, item.item_id) if item.is_open else None
    return {
        "right": item.right,
        "scope": item.scope,
        "quote": item.quote,
        "in": item.part,
        "state": item.state,
        "reason": item.reason,
        "due_on": item.due.on,
        "waits_for": (waiting.ground or waiting.kind) if waiting else None,
        "waits_since": waiting.at if waiting else None,
        "trace": list(item.due.trace),
    }


def _for_people(form: dict[str, object]) -> str:
    lines = [
        f"{name.replace('_', ' ')}: {value}"
        for name, value in form.items()
        if not isinstance(value, list | dict)
    ]
    lines += [f"laws: {', '.join(_steps(form['laws']))}"]
    lines += [f"  because of {reason}" for reason in _steps(form["law_reasons"])]
    suggested = ", ".join(_steps(form["laws_suggested"]))
    lines += (
        [f"  the workspace suggests {suggested}: told in no letter before proof"]
        if suggested
        else []
    )
    lines += [f"  {step}" for step in _steps(form["own_trace"])]
    for item in forms_in(form["rights"]):
        lines += [
            "",
            f"right: {item['right']} {item['scope'] or ''}, {item['state']}, due {item['due_on']} ({item['reason']})",
        ]
        waits = f"  waits for the person since {item['waits_since']}: {item['waits_for']}"
        lines += [waits] if item["waits_for"] else []
        lines += [f"  “{item['quote']}”", *(f"  {step}" for step in _steps(item["trace"]))]
    lines += identity_for_people(_form(form["identity"]))
    lines += work_for_people(forms_in(form["work"]))
    lines += packages_for_people(form)
    lines += roles_for_people(form)
    lines += customers_for_people(form)
    for letter in forms_in(form["letters"]):
        lines += [
            "",
            f"letter {letter['kind']} ({letter['state']}): {letter['subject']}",
            "",
            str(letter["text"]),
        ]
    for held in forms_in(form["holds"]):
        ended = f" until {held['released_at']}" if held["released_at"] else ""
        lines += ["", f"on hold since {held['held_at']}{ended}: {held['reason']}"]
    lines += [f"part: {reference}" for reference in _steps(form["parts"])]
    lines += [
        f"{one['case']} is {one['kind']} {one['other']}" for one in forms_in(form["relations"])
    ]
    lines += ["", "history:"]
    lines += [
        f"  {event['at']}  {event['kind']}  {event['actor']}" for event in forms_in(form["history"])
    ]
    return printable("\n".join(lines))


def _form(value: object) -> dict[str, object]:
    return value if isinstance(value, dict) else {}


def _steps(value: object) -> list[str]:
    return [str(step) for step in value] if isinstance(value, list) else []
