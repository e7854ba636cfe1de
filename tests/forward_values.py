"""What tests about customers share: a directory with two of them, their letters, and the codes in these."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from casework.forwarding import sweep_forwards
from casework.instructing import instruct_by_page
from casework.profile import DirectoryTerms
from casework_values import DANA, ScriptedTransport, TestDesk, profile
from identity_values import PAGE, terms
from privacy.directory import LeadRecord, PersonRecord, Standing, WorkspaceRecord
from privacy.forwarding import Instruction
from privacy.messages import OutboundMessage
from storage.directory_readings import Extent, LeadsListed, begin_reading, end_reading
from storage.directory_writes import add_leads, add_people, add_workspaces, known_workspaces
from storage.drafts import Draft
from storage.forwards import Forward, Referral, forwards_of, referrals_of
from work_values import approve, send

OLIVIA, OTTO = "olivia@customer.example", "otto@elsewhere.example"
CONTACT = "privacy@customer.example"
ANNE, BOB = "anne@person.example", "bob@visitor.example"
REQUEST, FOLLOW_UP, REFERRAL = "customer_request", "customer_follow_up", "referral"
LINK = re.compile(rf"{re.escape(PAGE)}/instruct/([a-z]+)/(\S+)")
W1, W2 = "w1", "w2"
CUSTOMERS = (
    WorkspaceRecord(workspace=W1, name="Customer Ltd", locale="en", privacy_contact=CONTACT),
    WorkspaceRecord(workspace=W2, name="Elsewhere GmbH", locale="de"),
)
OWNERS = ((W1, OLIVIA, "en"), (W2, OTTO, "de"))
WHOLE = Extent(workspaces=True, people=True, leads=LeadsListed.ALL)
LEADS = ((W1, ANNE), (W2, ANNE))


def asking_desk(desk: TestDesk, **changes: Any) -> TestDesk:
    """A desk that knows who is who, asks for proof, and has its page."""
    directory = DirectoryTerms(expected=True, stale_after=timedelta(days=90))
    usual = {"challenges": terms(asks=False), "directory": directory}
    desk.profile = profile(**(usual | changes))
    return desk


def list_customers(
    desk: TestDesk,
    *,
    workspaces: Iterable[WorkspaceRecord] = CUSTOMERS,
    owners: Iterable[tuple[str, str, str]] = OWNERS,
    leads: Iterable[tuple[str, str]] = LEADS,
    members: Iterable[tuple[str, str]] = (),
) -> None:
    workspaces = list(workspaces)
    with desk.database.transaction() as transaction:
        number = begin_reading(transaction, "test", now=desk.now)
        add_workspaces(transaction, workspaces, reading=number)
        ids = known_workspaces(transaction, [one.workspace for one in workspaces])
        people = [
            PersonRecord(
                standing=Standing.OWNER,
                workspace=one,
                person=address,
                address=address,
                locale=locale,
            )
            for one, address, locale in owners
        ]
        people += [
            PersonRecord(standing=Standing.MEMBER, workspace=one, person=address, address=address)
            for one, address in members
        ]
        add_people(transaction, [(one, ids[one.workspace or ""]) for one in people], reading=number)
        records = [LeadRecord(workspace=one, address=address) for one, address in leads]
        add_leads(transaction, [(one, ids[one.workspace]) for one in records], reading=number)
        end_reading(transaction, number, WHOLE, began_at=desk.now, now=desk.now)


def sweep_customers(desk: TestDesk) -> int:
    return sweep_forwards(desk.database, desk.profile, desk.now)


def waiting(desk: TestDesk, *kinds: str) -> list[Draft]:
    return [one for one in desk.drafts() if one.kind in kinds]


def approve_all(desk: TestDesk, *kinds: str) -> list[OutboundMessage]:
    """Let the waiting drafts of these kinds leave, and return what the transport got."""
    for draft in waiting(desk, *kinds):
        approve(desk, draft.draft_id, DANA)
    transport: ScriptedTransport = send(desk)
    return [one for one in transport.sent if one.letter.kind in kinds]


def pass_on(desk: TestDesk) -> list[OutboundMessage]:
    """Sweep, approve, send: every customer has it."""
    sweep_customers(desk)
    return approve_all(desk, REQUEST)


def forwards(desk: TestDesk) -> list[Forward]:
    case_id = desk.case().case_id
    with desk.database.reading() as reading:
        return forwards_of(reading, [case_id]).get(case_id, [])


def referrals(desk: TestDesk) -> list[Referral]:
    with desk.database.reading() as reading:
        return referrals_of(reading, desk.case().case_id)


def code_in(letter: OutboundMessage) -> str:
    found = LINK.search(letter.letter.text)
    assert found, letter.letter.text
    return found[2]


def press(
    desk: TestDesk, code: str, said: Instruction = Instruction.DONE, *, note: str = ""
) -> bool:
    return instruct_by_page(
        desk.database, desk.profile, code, (said, note), client="192.0.2.7", now=desk.now
    )


def later(desk: TestDesk, **time: float) -> None:
    desk.now += timedelta(**time)
