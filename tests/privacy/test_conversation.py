"""What a reply moves: one table, from the gravest that it can say to nothing at all."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import asking, case
from privacy.cases import ItemState, RequestItem
from privacy.conversation import (
    MOVES,
    STOPS,
    TAKEN_BACK_BY_MAIL,
    Move,
    MoveKind,
    ReplyFacts,
    against_taking_back,
    move_of,
)
from privacy.replies import Command, Said, Topic
from privacy.rights import Right

TODAY = date(2026, 11, 25)
LATER = date(2027, 6, 1)
OPEN = case(asking(Right.ERASURE, Right.ACCESS)).items


def items(*states: ItemState) -> tuple[RequestItem, ...]:
    return tuple(replace(item, state=state) for item, state in zip(OPEN, states, strict=False))


def facts(*topics: Topic, said: Said | None = None, **changes: object) -> ReplyFacts:
    values: dict[str, object] = {
        "said": said or Said(topics=frozenset(topics)),
        "items": OPEN,
        "is_open": True,
        "today": TODAY,
        "languages": frozenset({"en", "de"}),
        "aligned": True,
    }
    return ReplyFacts(**(values | changes))  # type: ignore[arg-type]


def command(word: Command, language: str | None = None, **changes: object) -> ReplyFacts:
    return facts(said=Said(command=word, language=language), **changes)


@pytest.mark.parametrize(
    ("given_facts", "kind", "reason"),
    [
        (facts(Topic.COMPLAINT), MoveKind.COMPLAIN, "complains-about-us"),
        (facts(complains=True), MoveKind.COMPLAIN, "complains-about-us"),
        (
            facts(Topic.DISPUTE, items=items(ItemState.FULFILLED), is_open=False),
            MoveKind.DISPUTE,
            "disputes-our-answer",
        ),
        (facts(Topic.DISPUTE), MoveKind.READ, "continues-a-case"),
        (facts(Topic.THANKS), MoveKind.RECORD, "thanks-only"),
        (facts(Topic.THANKS, is_open=False), MoveKind.RECORD, "thanks-only"),
        (facts(Topic.THANKS, carries_more=True), MoveKind.READ, "continues-a-case"),
        (facts(Topic.THANKS, urgent=True), MoveKind.READ, "continues-a-case"),
        (facts(Topic.WHERE, is_open=False), MoveKind.APART, "case-is-closed"),
        (command(Command.LANG, "de"), MoveKind.SPEAK, "asks-for-a-language"),
        (command(Command.LANG, "ja"), MoveKind.READ, "continues-a-case"),
        (command(Command.LANG, "de", aligned=False), MoveKind.READ, "continues-a-case"),
        (
            command(Command.STOP, items=items(ItemState.COOLING_OFF), carries_more=True),
            MoveKind.WITHDRAW,
            "stops-an-erasure",
        ),
        (
            command(Command.STOP, items=items(ItemState.COOLING_OFF), aligned=False),
            MoveKind.ASK_STAFF,
            "stops-an-erasure-unsure",
        ),
        (command(Command.STOP), MoveKind.READ, "continues-a-case"),
        (command(Command.WITHDRAW), MoveKind.WITHDRAW, "takes-it-back"),
        (facts(Topic.WITHDRAWAL, Topic.THANKS), MoveKind.WITHDRAW, "takes-it-back"),
        (facts(Topic.CORRECTION), MoveKind.ASK_STAFF, "was-misunderstood"),
        (facts(Topic.CORRECTION, asks_anew=True), MoveKind.ASK_STAFF, "was-misunderstood"),
        (facts(Topic.NARROWED), MoveKind.NOTE, "wants-less"),
        (facts(Topic.NARROWED, asks_anew=True), MoveKind.ADD, "asks-for-more"),
        (facts(asks_anew=True), MoveKind.ADD, "asks-for-more"),
        (facts(Topic.WHERE, today=LATER), MoveKind.READ, "asks-where-it-stands-late"),
        (facts(Topic.WHERE), MoveKind.STATUS, "asks-where-it-stands"),
        (command(Command.STATUS), MoveKind.STATUS, "asks-where-it-stands"),
        (facts(Topic.WHERE, aligned=False), MoveKind.READ, "continues-a-case"),
        (facts(Topic.WHERE, items=()), MoveKind.READ, "continues-a-case"),
        (
            facts(Topic.WHERE, items=items(ItemState.NOT_A_REQUEST)),
            MoveKind.READ,
            "continues-a-case",
        ),
        (facts(), MoveKind.READ, "continues-a-case"),
    ],
)
def test_the_first_row_that_holds_decides(
    given_facts: ReplyFacts, kind: MoveKind, reason: str
) -> None:
    found = move_of(given_facts)
    assert (found.kind, found.reason) == (kind, reason)


def test_a_letter_that_answers_half_of_a_reply_leaves_the_rest_to_a_person() -> None:
    asked = Said(topics=frozenset({Topic.WHERE}), rest=7)
    assert move_of(facts(said=asked)).says_more
    assert move_of(facts(Topic.WHERE, carries_more=True)).says_more
    assert not move_of(facts(Topic.WHERE)).says_more


@pytest.mark.parametrize(
    ("given_facts", "why"),
    [
        (facts(Topic.WITHDRAWAL, aligned=False), "sender-not-aligned"),
        (facts(Topic.WITHDRAWAL, asks_anew=True), "asks-for-something-too"),
        (facts(Topic.WITHDRAWAL, carries_more=True), "asks-for-something-too"),
        (facts(Topic.WITHDRAWAL, items=items(ItemState.FULFILLED)), "no-such-right"),
        (facts(Topic.WITHDRAWAL, items=items(ItemState.EXECUTING)), "work-has-begun"),
        (facts(Topic.WITHDRAWAL, items=items(ItemState.APPROVED)), "work-has-begun"),
        (facts(Topic.WITHDRAWAL, Topic.WHERE), "not-clear"),
    ],
)
def test_a_withdrawal_that_is_not_carried_out_says_why(given_facts: ReplyFacts, why: str) -> None:
    assert move_of(given_facts) == Move(
        kind=MoveKind.ASK_STAFF, reason=f"takes-it-back-unclear: {why}"
    )


@pytest.mark.parametrize("change", [{"doubtful": True}, {"beyond": 6}])
def test_words_beside_a_withdrawal_make_it_unclear(change: dict) -> None:
    said = replace(Said(topics=frozenset({Topic.WITHDRAWAL})), **change)
    assert against_taking_back(facts(said=said)) == "not-clear"


def test_the_rights_that_are_named_end_and_no_others() -> None:
    said = Said(topics=frozenset({Topic.WITHDRAWAL}), named=frozenset({Right.ERASURE}))
    assert [one.right for one in move_of(facts(said=said)).rights] == [Right.ERASURE]
    other = replace(said, named=frozenset({Right.ERASURE, Right.PORTABILITY}))
    assert against_taking_back(facts(said=other)) == "no-such-right"
    parked = facts(Topic.WITHDRAWAL, items=items(ItemState.PARKED, ItemState.WITHDRAWN))
    assert [one.state for one in move_of(parked).rights] == [ItemState.PARKED]


def test_stop_ends_the_erasure_that_waits_and_nothing_else() -> None:
    known = command(Command.STOP, items=items(ItemState.COOLING_OFF, ItemState.PLANNED))
    assert [one.state for one in move_of(known).rights] == [ItemState.COOLING_OFF]


def test_every_row_has_a_name_of_its_own() -> None:
    names = [reason for reason, _, _ in MOVES]
    assert len(set(names)) == len(names)


saids = st.builds(
    Said,
    topics=st.frozensets(st.sampled_from(Topic)),
    rest=st.integers(0, 9),
    beyond=st.integers(0, 9),
    doubtful=st.booleans(),
    named=st.frozensets(st.sampled_from([Right.ERASURE, Right.ACCESS, Right.OBJECTION])),
    command=st.none() | st.sampled_from(Command),
    language=st.sampled_from([None, "de", "ja"]),
)


@given(
    saids,
    st.lists(st.sampled_from(ItemState), min_size=0, max_size=2),
    st.tuples(*[st.booleans()] * 6),
)
def test_no_right_ends_but_clearly_in_time_and_by_its_person(
    said: Said, states: list[ItemState], flags: tuple[bool, ...]
) -> None:
    names = ("is_open", "aligned", "asks_anew", "complains", "carries_more", "urgent")
    known = facts(said=said, items=items(*states), **dict(zip(names, flags, strict=True)))
    move = move_of(known)
    if move.kind is MoveKind.WITHDRAW:
        assert known.is_open
        assert known.aligned
        assert move.reason == STOPS or not said.doubtful
        assert move.rights
        assert {one.state for one in move.rights} <= TAKEN_BACK_BY_MAIL
    else:
        assert move.rights == ()
    if move.kind in {MoveKind.STATUS, MoveKind.SPEAK}:
        assert known.aligned
        assert known.is_open
