"""Who wrote is said by staff where no mail says it; the letter then waits for a yes, and nothing is proved by it."""

import pytest

from casework.drafts import approve_draft
from casework.naming_writer import NamedWriter, name_writer
from casework.sending import send_next
from casework_values import (
    ANNE,
    BOTH_ENGINES,
    ERASE,
    PRIVACY,
    SAM,
    ScriptedTransport,
    TestDesk,
    mail,
)
from privacy.audit import AuditKind
from privacy.deciding import Outcome
from privacy.errors import Permanent
from storage.case_corrections import notes_of
from storage.identity import standings_of

VIA_LIST = {
    "From": "'Anne' via Talk <talk@lists.example>",
    "X_Original_From": f"Anne <{ANNE}>",
    "List_Id": "<talk.lists.example>",
}


def name(desk: TestDesk, address: str = ANNE, note: str = "she wrote it on the list") -> None:
    named = NamedWriter(reference=desk.case().reference, address=address, note=note)
    name_writer(desk.database, desk.profile, named, actor=SAM, now=desk.now)


@pytest.mark.edge("E100")
@BOTH_ENGINES
def test_a_request_over_a_list_waits_until_staff_say_who_wrote_it(desk: TestDesk):
    row = desk.receive_one(mail(ERASE, **VIA_LIST), suspected_spam=False)
    assert row.outcome is Outcome.CASE
    assert desk.case().requester is None
    assert (desk.letters(), desk.drafts()) == ([], [])
    name(desk)
    draft = desk.draft()
    assert (draft.kind, draft.message.recipient) == ("acknowledgement", ANNE)
    assert draft.message.in_reply_to == "<1@person.example>"
    assert desk.case().requester == ANNE
    assert "answer_by_hand" not in desk.task_kinds()


def test_the_letter_leaves_after_a_yes_and_only_to_the_one_who_was_named(desk: TestDesk):
    desk.receive_one(mail(ERASE, **VIA_LIST))
    name(desk)
    approve_draft(desk.database, desk.draft().draft_id, actor=SAM, now=desk.now, desk=desk.profile)
    transport = ScriptedTransport()
    while send_next(desk.database, transport, desk.clock).worked:
        pass
    assert [one.recipient for one in transport.sent] == [ANNE]


def test_nobody_is_proved_by_being_named(desk: TestDesk):
    desk.receive_one(mail(ERASE, **VIA_LIST))
    name(desk)
    with desk.database.reading() as reading:
        assert standings_of(reading, [desk.case().case_id]) == {}


def test_the_trail_says_who_named_somebody_and_not_whom(desk: TestDesk):
    desk.receive_one(mail(ERASE, **VIA_LIST))
    name(desk)
    case = desk.case()
    (event,) = [one for one in desk.events(case.case_id) if one.kind is AuditKind.CASE_CORRECTED]
    assert event.payload["changes"] == [["writer", None, "named"]]
    assert ANNE not in str(event)
    with desk.database.reading() as reading:
        (note,) = notes_of(reading, case.case_id)
    assert note.text == "she wrote it on the list"


@pytest.mark.parametrize(
    ("address", "note", "why"),
    [
        ("anne", "she said so", "none that mail could be sent to"),
        ("anne@person.example, olivia@person.example", "both", "none that mail could be sent to"),
        ("anne@person.example\r\nBcc: x@y.example", "she", "none that mail could be sent to"),
        (PRIVACY, "us", "one of this desk"),
        (ANNE, "  ", "say how you know"),
    ],
)
def test_whom_nobody_could_answer_is_refused(desk: TestDesk, address: str, note: str, why: str):
    desk.receive_one(mail(ERASE, **VIA_LIST))
    with pytest.raises(Permanent, match=why):
        name(desk, address, note)
    assert desk.case().requester is None


def test_a_case_with_a_writer_keeps_its_own(desk: TestDesk):
    desk.receive_one(mail(ERASE))
    with pytest.raises(Permanent, match="has a writer already"):
        name(desk, "olivia@workspace.example")
    assert desk.case().requester == ANNE
