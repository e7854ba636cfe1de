"""What staff correct is stored with both sides in the trail, its clocks follow, and people are told by a task."""

from dataclasses import replace
from datetime import date

import pytest

from casework.adding import enter
from casework.correcting import Wrong, correct_case
from casework.sending import send_next
from casework_values import (
    BOTH_ENGINES,
    DAY,
    NOON,
    SAM,
    ScriptedTransport,
    TestDesk,
    mail,
    rights_of,
)
from privacy.audit import AuditKind
from privacy.cases import Case, ItemState
from privacy.correcting import Corrected
from privacy.errors import Permanent
from privacy.rights import Lane, Right, Scope
from staff_values import BY_POST
from storage.case_corrections import notes_of
from storage.cases import list_cases
from storage.tasks import Task

TEXT = "Please delete my data. The drawer with my name on it would interest me."
SEE = "The drawer with my name on it would interest me"
ACCESS, ERASURE = (Right.ACCESS, None), (Right.ERASURE, None)


@pytest.fixture
def case(desk) -> Case:
    """Give the case of Anne, in which only erasure was understood, and who was acknowledged at once."""
    desk.receive_one(mail(TEXT))
    while send_next(desk.database, ScriptedTransport(), desk.clock).worked:
        pass
    found = desk.case()
    assert rights_of(found) == ["erasure"]
    return found


def correct(desk: TestDesk, wrong: Wrong, reference: str | None = None) -> Corrected:
    named = reference or desk.cases()[0].reference
    return correct_case(desk.database, desk.profile, named, wrong, by=(SAM, desk.now))


def tasks(desk: TestDesk) -> dict[str, Task]:
    return {task.kind: task for task in desk.tasks()}


@BOTH_ENGINES
def test_a_right_is_added_with_the_words_that_ask_for_it(desk, case) -> None:
    desk.now += 2 * DAY
    done = correct(desk, Wrong(added=ACCESS, quote=SEE))
    stored = desk.case()
    assert stored == done.case
    item = stored.items[1]
    assert (item.right, item.quote, item.part) == (Right.ACCESS, SEE, "text")
    assert item.quote == (TEXT + "\n")[item.start : item.end]
    assert item.received_at == case.received_at
    assert item.due.on == date(2026, 12, 23)
    assert desk.chain_holds(case.case_id)


@BOTH_ENGINES
def test_whoever_was_told_already_is_told_what_was_added(desk, case) -> None:
    desk.now += DAY
    correct(desk, Wrong(added=ACCESS, quote=SEE))
    task = tasks(desk)["tell_correction"]
    assert (task.reason, task.due_on, task.case_id) == (
        "right-added",
        date(2026, 12, 1),
        case.case_id,
    )


def test_a_draft_that_waits_was_written_before(desk) -> None:
    enter(desk.services, replace(BY_POST, address="anne@person.example"), actor=SAM, now=NOON)
    correct(desk, Wrong(added=ACCESS, note="She said so on the phone."))
    assert "tell_correction" in tasks(desk)


def test_who_was_told_nothing_gets_the_first_answer_by_the_way_of_the_request(desk) -> None:
    request = replace(BY_POST, text="Anne called about herself.")
    enter(desk.services, request, actor=SAM, now=NOON)
    correct(desk, Wrong(added=ACCESS, note="She wants to see her file."))
    task = tasks(desk)["acknowledge_by_post"]
    assert (task.reason, task.due_on) == ("entered-by-a-person", desk.case().acknowledge.on)
    correct(desk, Wrong(added=ERASURE, note="And that it is deleted afterwards."))
    assert desk.task_kinds().count("acknowledge_by_post") == 1


def test_a_mail_in_which_nothing_was_seen_is_answered_by_hand(desk) -> None:
    row = desk.receive_one(mail("Your son of nine plays with my phone: regards.", From="nobody"))
    del row
    desk.receive_one(
        mail("We require answers under Article 58(1) GDPR. Data Protection Commission", number=2)
    )
    correct(desk, Wrong(added=ACCESS, note="They ask for the file of Anne."))
    assert tasks(desk)["answer_by_hand"].reason == "right-added"


@BOTH_ENGINES
def test_a_right_that_is_not_asked_for_is_owed_no_more(desk, case) -> None:
    correct(desk, Wrong(added=ACCESS, quote=SEE, not_asked=ERASURE))
    stored = desk.case()
    assert [item.state for item in stored.items] == [ItemState.NOT_A_REQUEST, ItemState.RECEIVED]
    assert stored.items[0].quote == case.items[0].quote
    correct(desk, Wrong(not_asked=ACCESS))
    assert desk.case().own_due is not None
    correct(desk, Wrong(added=ERASURE, note="She does."))
    assert rights_of(desk.case()) == ["erasure", "access", "erasure"]


@BOTH_ENGINES
def test_another_scope_moves_the_date_and_stops_marketing(desk, case) -> None:
    del case
    correct(desk, Wrong(added=(Right.OBJECTION, None), note="Against everything."))
    done = correct(desk, Wrong(rescoped=((Right.OBJECTION, None), Scope.MARKETING)))
    item = desk.case().items[1]
    assert (item, item.scope) == (done.items[0], Scope.MARKETING)
    assert item.due.rule == "HOURS(48)"
    task = tasks(desk)["stop_marketing"]
    assert (task.urgent, task.due_on) == (True, item.due.on)


@BOTH_ENGINES
def test_an_urgent_lane_is_a_task_at_once_and_its_clock_runs(desk, case) -> None:
    correct(desk, Wrong(lane=Lane.COMPLAINT, language="fr"))
    stored = desk.case()
    assert (stored.lane, stored.language) == (Lane.COMPLAINT, "fr")
    assert stored.own_due is not None
    assert tasks(desk)["urgent_lane"].urgent
    correct(desk, Wrong(lane=Lane.RIGHTS))
    assert desk.case() == replace(case, language="fr")


@BOTH_ENGINES
def test_the_trail_has_both_sides_and_the_note_is_sealed_beside_it(desk, case) -> None:
    note = "Anne wrote it between the lines."
    correct(desk, Wrong(added=ACCESS, quote=SEE, not_asked=ERASURE, note=note))
    (event,) = [e for e in desk.events(case.case_id) if e.kind is AuditKind.CASE_CORRECTED]
    assert event.actor == str(SAM)
    assert event.payload["changes"] == [["right", "erasure", None], ["right", None, "access"]]
    assert "Anne" not in str(desk.events(case.case_id))
    with desk.database.reading() as reading:
        (kept,) = notes_of(reading, case.case_id)
    assert (str(kept.note_id), kept.text, kept.author) == (event.payload["note"], note, SAM.address)
    assert kept.about == ("right: erasure > -", "right: - > access")


def test_lists_show_the_corrected_date(desk, case) -> None:
    del case
    correct(desk, Wrong(added=(Right.OBJECTION, Scope.MARKETING), note="By phone."))
    with desk.database.reading() as reading:
        (row,) = list_cases(reading)
    assert row.due_on == date(2026, 11, 25)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (Wrong(), "nothing would change"),
        (Wrong(added=ACCESS), "with a quote of the case, or with a note"),
        (Wrong(added=ACCESS, quote="words that nobody wrote"), "in no message of the case"),
        (Wrong(quote=SEE), "belongs to a right that is added"),
        (Wrong(added=ERASURE, note="x"), "asks for erasure already"),
        (Wrong(not_asked=ACCESS), "asks for no access"),
        (Wrong(lane=Lane.COMPLAINT, note=" "), "1 to 2000 characters"),
        (Wrong(lane=Lane.COMPLAINT, note="x" * 2001), "1 to 2000 characters"),
    ],
)
def test_what_cannot_be_corrected_changes_nothing(desk, case, wrong: Wrong, told: str) -> None:
    with pytest.raises(Permanent, match=told):
        correct(desk, wrong)
    assert desk.case() == case


def test_there_is_no_such_case(desk) -> None:
    with pytest.raises(Permanent, match="no such case"):
        correct(desk, Wrong(language="de"), "PR-2026-000000-00")
