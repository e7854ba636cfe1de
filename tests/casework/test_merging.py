"""Two cases become one and two again without a date getting later, a right owed twice, or a person forgotten."""

from datetime import timedelta

import pytest

from casework.correcting import Wrong, correct_case
from casework.holding import hold_case
from casework.merging import merge_cases, relate_cases, split_case, undo_merge
from casework.sending import send_next
from casework_values import (
    BOTH_ENGINES,
    COPY,
    DAY,
    ERASE,
    MALLORY,
    SAM,
    ScriptedTransport,
    TestDesk,
    mail,
    profile,
    reply_to,
    rights_of,
)
from privacy.answering import AnswerLimits
from privacy.audit import AuditKind
from privacy.cases import Case, CaseState
from privacy.errors import Permanent
from privacy.relations import RelationKind
from privacy.rights import Right, Scope
from storage.cases import clock_events, get_case
from storage.merges import merges_of, relations_of
from storage.messages import messages_of_case
from storage.reminders import watched_cases

OTHER = "anne.private@elsewhere.example"
SILENT = AnswerLimits(per_sender_per_day=0, in_all_per_hour=0)  # nothing leaves by itself
ACCESS, ERASURE = (Right.ACCESS, None), (Right.ERASURE, None)


@pytest.fixture
def pair(desk) -> tuple[str, str]:
    """Give the references of a case that asks for a copy, and of an earlier one that asks for a copy and erasure."""
    desk.now -= 2 * DAY
    desk.receive_one(mail(f"{COPY} {ERASE}", From=OTHER), received_at=desk.now)
    send(desk)
    desk.now += 2 * DAY
    desk.receive_one(mail(COPY, number=2))
    send(desk)
    second, first = (case.reference for case in desk.cases())
    return first, second


def send(desk: TestDesk) -> None:
    while send_next(desk.database, ScriptedTransport(), desk.clock).worked:
        pass


def named(desk: TestDesk, reference: str) -> Case:
    return next(case for case in desk.cases() if case.reference == reference)


def merge(desk: TestDesk, pair: tuple[str, str]) -> Case:
    return merge_cases(desk.database, *pair, by=(SAM, desk.now))


def undo(desk: TestDesk, reference: str) -> Case:
    return undo_merge(desk.database, reference, by=(SAM, desk.now))


@BOTH_ENGINES
def test_rights_messages_and_clocks_come_over_and_the_earlier_date_binds(desk, pair) -> None:
    one, other = named(desk, pair[0]), named(desk, pair[1])
    assert rights_of(other) == ["access", "erasure"]
    merged = merge(desk, pair)
    assert rights_of(merged) == ["access", "erasure"]
    assert merged.items[0].item_id == one.items[0].item_id
    assert merged.items[0].due == other.items[0].due
    assert merged.items[1] == other.items[1]
    assert merged.due == other.due
    with desk.database.reading() as reading:
        assert len(messages_of_case(reading, merged.case_id)) == 2
        assert messages_of_case(reading, other.case_id) == []
        (watched,) = watched_cases(reading, [merged.case_id])
    assert {clock.right for clock in watched.clocks} >= {"access", "erasure"}
    assert named(desk, pair[1]).state is CaseState.CLOSED


@BOTH_ENGINES
@pytest.mark.edge("E117")
def test_the_token_of_either_case_leads_to_the_one_for_the_people_of_both(desk, pair) -> None:
    letters = {row.case_reference: row.message for row in desk.letters()}
    merged = merge(desk, pair)
    for number, (reference, who) in enumerate(
        ((pair[1], OTHER), (pair[0], OTHER), (pair[1], "anne@person.example")), 3
    ):
        raw = reply_to(letters[reference], "Where are we?", number=number, From=who)
        row = desk.receive_one(raw)
        assert (row.case_reference, row.reason) == (pair[0], "continues-a-case")
    stranger = desk.receive_one(reply_to(letters[pair[1]], "And me?", number=9, From=MALLORY))
    assert (stranger.case_id, stranger.suggested_reference) == (None, pair[0])
    assert desk.chain_holds(merged.case_id)


@BOTH_ENGINES
def test_a_merge_can_be_undone_and_the_dates_that_came_earlier_stay(desk, pair) -> None:
    one, other = named(desk, pair[0]), named(desk, pair[1])
    merge(desk, pair)
    alone = undo(desk, pair[1])
    assert alone == other
    again = named(desk, pair[0])
    assert rights_of(again) == rights_of(one)
    assert again.items[0].due == other.items[0].due
    with desk.database.reading() as reading:
        assert len(messages_of_case(reading, alone.case_id)) == 1
        assert merges_of(reading, [one.case_id, other.case_id]) == []
        assert relations_of(reading, one.case_id) == []
    letters = {row.case_reference: row.message for row in desk.letters()}
    row = desk.receive_one(reply_to(letters[pair[1]], "And?", number=7, From=OTHER))
    assert row.case_reference == pair[1]


@BOTH_ENGINES
def test_both_trails_say_what_went_where(desk, pair) -> None:
    merge(desk, pair)
    undo(desk, pair[1])
    for reference in pair:
        case_id = named(desk, reference).case_id
        events = [e for e in desk.events(case_id) if e.kind in {"case_merged", "case_split"}]
        assert [event.kind for event in events] == [AuditKind.CASE_MERGED, AuditKind.CASE_SPLIT]
        assert {event.actor for event in events} == {str(SAM)}
        assert all(event.payload["rights"] == ["erasure"] for event in events)
        assert desk.chain_holds(case_id)


def test_whoever_was_told_nothing_is_told_all_the_same(desk) -> None:
    desk.profile = profile(limits=SILENT)
    for number, who in enumerate((OTHER, "anne@person.example"), 1):
        desk.receive_one(mail(ERASE, number=number, From=who))
    first, second = (case.reference for case in desk.cases())
    merge(desk, (first, second))
    (task,) = [one for one in desk.tasks() if one.kind == "answer_by_hand"]
    assert task.reason == f"merged-before-acknowledged {second}"
    assert task.due_on == named(desk, second).acknowledge.on


@BOTH_ENGINES
def test_a_right_that_both_ask_for_is_owed_once_and_by_the_earlier_date_of_all_clocks(desk) -> None:
    for number in (1, 2):
        desk.receive_one(mail(ERASE, number=number, From=f"anne{number}@person.example"))
        desk.now += DAY
    older, newer = desk.cases()
    merged = merge(desk, (newer.reference, older.reference))
    assert [item.key for item in merged.items] == [ERASURE]
    assert merged.items[0].due == older.items[0].due
    assert merged.acknowledge.expires_at == older.acknowledge.expires_at


def test_what_cannot_be_one_case_is_refused(desk, pair) -> None:
    with pytest.raises(Permanent, match="two different cases"):
        merge(desk, (pair[0], pair[0]))
    with pytest.raises(Permanent, match="no such case"):
        merge(desk, (pair[0], "PR-2026-000000-00"))
    hold_case(desk.database, pair[1], "A lawsuit.", actor=SAM, now=desk.now)
    with pytest.raises(Permanent, match="put the first on hold as well"):
        merge(desk, pair)
    hold_case(desk.database, pair[0], "A lawsuit.", actor=SAM, now=desk.now)
    merge(desk, pair)
    with pytest.raises(Permanent, match="both cases have to be open"):
        merge(desk, pair)
    desk.receive_one(mail(ERASE, number=5, From="carl@person.example"))
    third = desk.cases()[-1].reference
    with pytest.raises(Permanent, match="split them off first"):
        merge(desk, (third, pair[0]))
    with pytest.raises(Permanent, match="part of no other"):
        undo(desk, pair[0])


@BOTH_ENGINES
def test_rights_are_split_into_a_case_of_their_own_and_their_clocks_go_on(desk, pair) -> None:
    before = named(desk, pair[1])
    new = split_case(desk.database, pair[1], [ERASURE], by=(SAM, desk.now))
    assert new.items == (before.items[1],)
    assert (new.requester, new.acknowledge) == (before.requester, before.acknowledge)
    assert new.reference not in pair
    assert new.number != before.number
    assert rights_of(named(desk, pair[1])) == ["access"]
    with desk.database.reading() as reading:
        met = [event.change for event in clock_events(reading, new.case_id)]
        (label,) = relations_of(reading, new.case_id)
    assert "met" in met
    assert (label.case, label.kind, label.other) == (new.reference, "follow_up_of", pair[1])
    back = merge(desk, (pair[1], new.reference))
    assert [item.key for item in back.items] == [ACCESS, ERASURE]


def test_a_split_leaves_something_in_either_case(desk, pair) -> None:
    def split(*rights):
        return split_case(desk.database, pair[0], rights, by=(SAM, desk.now))

    with pytest.raises(Permanent, match="at least one right"):
        split(ACCESS)
    with pytest.raises(Permanent, match="asks for no erasure, objection:marketing"):
        split(ERASURE, (Right.OBJECTION, Scope.MARKETING))
    merge(desk, (pair[1], pair[0]))
    with pytest.raises(Permanent, match="closed"):
        split(ACCESS)


@BOTH_ENGINES
@pytest.mark.parametrize("kind", RelationKind)
def test_a_label_changes_neither_case(desk, pair, kind: RelationKind) -> None:
    before = desk.cases()
    tasks, letters = desk.tasks(), desk.letters()
    for _ in range(2):
        relate_cases(desk.database, *(pair[0], kind, pair[1]), remove=False, by=(SAM, desk.now))
    assert (desk.cases(), desk.tasks(), desk.letters()) == (before, tasks, letters)
    with desk.database.reading() as reading:
        for case in before:
            (label,) = relations_of(reading, case.case_id)
            assert (label.case, label.kind, label.other) == (pair[0], kind, pair[1])
    relate_cases(desk.database, pair[0], kind, pair[1], remove=True, by=(SAM, desk.now))
    with pytest.raises(Permanent, match="no such relation"):
        relate_cases(desk.database, pair[0], kind, pair[1], remove=True, by=(SAM, desk.now))
    assert desk.cases() == before


def test_what_was_corrected_after_a_merge_goes_back_with_its_right(desk, pair) -> None:
    merge(desk, pair)
    desk.now += timedelta(hours=1)
    wrong = Wrong(not_asked=ERASURE)
    correct_case(desk.database, desk.profile, pair[0], wrong, by=(SAM, desk.now))
    alone = undo(desk, pair[1])
    assert [str(item.state) for item in alone.items] == ["received", "not_a_request"]
    with desk.database.reading() as reading:
        assert get_case(reading, alone.case_id).due is not None
