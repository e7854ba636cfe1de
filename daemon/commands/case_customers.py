"""Requests that customers decide about, on the command line: passed on, instructed, told to the person, shown."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from uuid import UUID

from casework.customers_shown import ShownForward, ShownReferral, customers_of, referrals_shown
from casework.forwarding import forward_case
from casework.instructing import CustomerInstruction, InstructedBy, take_instruction
from casework.referring import WantedReferral, refer
from daemon.clock import utc_now
from daemon.commands.case_work import done_line
from daemon.commands.session import actor_of, add_actor, add_reference, open_desk_of
from daemon.output import Form, forms_in
from privacy.cases import Case
from privacy.forwarding import Instruction, InstructionChannel
from privacy.rights import right_name
from storage.database import Reading

Command = Callable[[argparse.Namespace], int]
TASK = ("system", "owner", "due_on", "done_at", "done_by", "evidence")


def add_customers(actions: argparse._SubParsersAction) -> None:  # type: ignore[type-arg]
    """Add the actions of this page to those of `cases`."""
    forwarding = actions.add_parser("forward", help="pass a request on to the customer who decides")
    add_reference(forwarding)
    forwarding.add_argument(
        "--workspace", metavar="ID", help="the product's id (default: all that the directory lists)"
    )
    add_actor(forwarding)
    instructing = actions.add_parser("instruct", help="write down what a customer told you")
    add_reference(instructing)
    instructing.add_argument("--workspace", required=True, metavar="ID", help="the product's id")
    instructing.add_argument(
        "--instruction",
        required=True,
        choices=[str(one) for one in Instruction],
        help="what it said",
    )
    instructing.add_argument("--from", dest="said_by", metavar="WHO", help="who told you")
    instructing.add_argument("--note", default="", metavar="TEXT", help="one line, in its words")
    add_actor(instructing)
    referring = actions.add_parser("refer", help="write the letter that says that customers decide")
    add_reference(referring)
    referring.add_argument(
        "--name-workspace", metavar="ID", help="name this customer, after proof and with a ground"
    )
    referring.add_argument("--ground", default="", metavar="TEXT", help="why it may be named")
    referring.add_argument(
        "--done",
        action="append",
        default=[],
        type=done_line,
        metavar="WHAT|WHERE|ON",
        help="what was done with our own data, in which system, on which day; again for each",
    )
    add_actor(referring)


def _forward(options: argparse.Namespace) -> int:
    with open_desk_of(options) as desk:
        owed = forward_case(
            desk.database,
            desk.services.desk,
            options.reference.upper(),
            options.workspace,
            actor=actor_of(options, desk),
            now=utc_now(),
        )
    for one in owed:
        print(f"customer {one.number}: its letters wait for approval, by {one.due_on}")
    if not owed:
        print("nothing is left to be passed on")
    return 0


def _instruct(options: argparse.Namespace) -> int:
    given = CustomerInstruction(
        reference=options.reference,
        workspace=options.workspace,
        instruction=Instruction(options.instruction),
        note=options.note,
    )
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        by = InstructedBy(
            channel=InstructionChannel.STAFF,
            name=options.said_by or actor.address,
            actor=str(actor),
        )
        taken = take_instruction(desk.database, desk.services.desk, given, by=by, now=utc_now())
    for one in taken:
        print(f"customer {one.number}: {one.state.replace('_', ' ')}")
    return 0


def _refer(options: argparse.Namespace) -> int:
    wanted = WantedReferral(
        reference=options.reference.upper(),
        workspace=options.name_workspace,
        ground=options.ground,
        done=tuple(options.done),
    )
    with open_desk_of(options) as desk:
        actor = actor_of(options, desk)
        draft_id = refer(desk.database, desk.services.desk, wanted, actor=actor, now=utc_now())
    print(f"draft {draft_id} waits for approval")
    return 0


CUSTOMER_COMMANDS: dict[str, Command] = {
    "forward": _forward,
    "instruct": _instruct,
    "refer": _refer,
}


def customers_form(reading: Reading, case: Case) -> Form:
    """Return to whom the case was passed on, and what the person was told about it."""
    rights = {item.item_id: right_name(item.key) for item in case.items}
    customers = customers_of(reading, case.case_id)
    return {
        "customers": [_customer(one, rights) for one in customers],
        "customers_not_written_to": sum(one.is_not_written_to for one in customers),
        "referrals": [_referral(one) for one in referrals_shown(reading, case.case_id)],
    }


def customers_for_people(form: Form) -> Iterator[str]:
    """Yield the same as lines."""
    if form["customers_not_written_to"]:
        yield f"{form['customers_not_written_to']} customers have not been written to yet"
    for one in forms_in(form["customers"]):
        yield ""
        yield f"customer {one['number']}: {one['workspace']} {one['name']}: {one['state']}"
        yield f"  {', '.join(map(str, _list(one['rights'])))}; letters: {', '.join(map(str, _list(one['letters']))) or 'none'}"
        if one["left_at"]:
            yield f"  passed on {one['left_at']}, asked again {one['remind_on'] or 'no more'}"
        if one["instruction"]:
            yield f"  {one['instructed_at']}  {one['instruction']} by {one['by']} ({one['channel']})"
        if one["note"]:
            yield f"  “{one['note']}”"
        for task in forms_in(one["tasks"]):
            done = f"done by {task['done_by']}: {task['evidence']}" if task["done_at"] else "to do"
            yield f"  {task['system']} ({task['owner']}), by {task['due_on']}: {done}"
    for told in forms_in(form["referrals"]):
        named = f", names {told['named']} because: {told['ground']}" if told["named"] else ""
        yield f"told the person ({told['wording']}, {told['state']}){named}"


def _customer(one: ShownForward, rights: dict[UUID, str]) -> Form:
    plain = ("number", "workspace", "name", "state", "due_on", "left_at", "remind_on")
    said = ("instruction", "channel", "by", "note", "instructed_at", "confirmed_at")
    return {
        **{name: getattr(one, name) for name in (*plain, *said)},
        "rights": [rights[item] for item in one.items if item in rights],
        "letters": list(one.letters),
        "tasks": [{name: getattr(task, name) for name in TASK} for task in one.tasks],
    }


def _referral(one: ShownReferral) -> Form:
    return {name: getattr(one, name) for name in ShownReferral.__dataclass_fields__}


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
