"""May a letter go out by itself?"""

import unicodedata
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from privacy.answering import (
    MOST_COUNTED,
    SHORT_TEXT,
    AnswerFacts,
    AnswerHistory,
    AnswerLimits,
    Permission,
    counted_text,
    is_short,
    may_auto_respond,
)
from privacy.messages import Authenticity, AuthenticityLevel

UNCHECKED = Authenticity()
ALIGNED = Authenticity(checked=True, level=AuthenticityLevel.ALIGNED, dmarc="pass")
WEAK = Authenticity(checked=True, level=AuthenticityLevel.WEAK)
FAILED = Authenticity(checked=True, level=AuthenticityLevel.NONE, dmarc="fail")
LIMITS = AnswerLimits()
NOTHING_SENT = AnswerHistory()
STRICTNESS = {Permission.SEND: 0, Permission.WAIT: 1, Permission.NEVER: 2}

FINE = AnswerFacts(
    sender_is_known=True,
    sender_is_ours=False,
    null_envelope=False,
    machine_signs=(),
    suspected_spam=False,
    authenticity=ALIGNED,
    needs_human=False,
    proved_thread=False,
    shared_domain=False,
)

NEVER: dict[str, dict[str, Any]] = {
    "no-believable-sender": {"sender_is_known": False},
    "own-address": {"sender_is_ours": True},
    "null-envelope-sender": {"null_envelope": True},
    "dmarc-fail": {"authenticity": FAILED},
    "suspected-spam": {"suspected_spam": True},
}
WAIT: dict[str, dict[str, Any]] = {
    "machine-or-list-signs": {"machine_signs": ("list-id",)},
    "sender-not-aligned": {"authenticity": WEAK},
    "classification-needs-human": {"needs_human": True},
    "released-by-a-person": {"wait_reasons": ("released-by-a-person",)},
}
EXHAUSTED = {
    "sender-limit": AnswerHistory(to_sender_today=1),
    "domain-limit": AnswerHistory(to_domain_this_hour=20),
    "overall-limit": AnswerHistory(in_all_this_hour=200),
    "same-text-today": AnswerHistory(to_text_of_sender_today=1),
    "text-limit": AnswerHistory(to_text_today=3),
}

facts_strategy = st.builds(
    AnswerFacts,
    sender_is_known=st.booleans(),
    sender_is_ours=st.booleans(),
    null_envelope=st.booleans(),
    machine_signs=st.sampled_from([(), ("list-id",)]),
    suspected_spam=st.booleans(),
    authenticity=st.sampled_from([UNCHECKED, ALIGNED, WEAK, FAILED]),
    needs_human=st.booleans(),
    proved_thread=st.booleans(),
    shared_domain=st.booleans(),
    short_text=st.booleans(),
    wait_reasons=st.sampled_from([(), ("released-by-a-person",)]),
)
histories = st.builds(
    AnswerHistory,
    to_sender_today=st.integers(0, 4),
    to_domain_this_hour=st.integers(0, 250),
    in_all_this_hour=st.integers(0, 250),
    to_text_today=st.integers(0, 25),
    to_text_of_sender_today=st.integers(0, 2),
)


def permission(facts: AnswerFacts, history: AnswerHistory = NOTHING_SENT) -> Permission:
    return may_auto_respond(facts, history, LIMITS).permission


def test_a_letter_with_nothing_against_it_goes_out_and_says_so() -> None:
    decision = may_auto_respond(FINE, NOTHING_SENT, LIMITS)
    assert (decision.permission, decision.reasons) == (Permission.SEND, ("nothing-against-it",))


@pytest.mark.parametrize("reason", NEVER)
def test_nobody_is_answered_by_itself_when(reason: str) -> None:
    decision = may_auto_respond(replace(FINE, **NEVER[reason]), NOTHING_SENT, LIMITS)
    assert decision.permission is Permission.NEVER
    assert reason in decision.reasons


@pytest.mark.parametrize("reason", WAIT)
def test_the_letter_waits_for_a_person_when(reason: str) -> None:
    decision = may_auto_respond(replace(FINE, **WAIT[reason]), NOTHING_SENT, LIMITS)
    assert (decision.permission, decision.reasons) == (Permission.WAIT, (reason,))


@pytest.mark.parametrize("reason", EXHAUSTED)
def test_the_letter_waits_when_a_limit_is_reached(reason: str) -> None:
    decision = may_auto_respond(FINE, EXHAUSTED[reason], LIMITS)
    assert (decision.permission, decision.reasons) == (Permission.WAIT, (reason,))


@pytest.mark.parametrize("waiting", WAIT.values())
@pytest.mark.parametrize("forbidding", NEVER.values())
def test_what_forbids_beats_what_delays(
    waiting: dict[str, Any], forbidding: dict[str, Any]
) -> None:
    facts = replace(FINE, **(waiting | forbidding))
    assert permission(facts, EXHAUSTED["same-text-today"]) is Permission.NEVER


@given(facts_strategy, histories, st.sampled_from([*NEVER.values(), *WAIT.values()]))
def test_one_more_adverse_fact_never_loosens_the_permission(
    facts: AnswerFacts, history: AnswerHistory, adverse: dict[str, Any]
) -> None:
    if facts.authenticity is FAILED and "authenticity" in adverse:
        adverse = {"authenticity": FAILED}
    worse = replace(facts, **adverse)
    assert STRICTNESS[permission(worse, history)] >= STRICTNESS[permission(facts, history)]


@given(facts_strategy, histories, histories)
def test_more_letters_sent_never_loosen_the_permission(
    facts: AnswerFacts, one: AnswerHistory, other: AnswerHistory
) -> None:
    more = AnswerHistory(
        to_sender_today=one.to_sender_today + other.to_sender_today,
        to_domain_this_hour=one.to_domain_this_hour + other.to_domain_this_hour,
        in_all_this_hour=one.in_all_this_hour + other.in_all_this_hour,
        to_text_today=one.to_text_today + other.to_text_today,
        to_text_of_sender_today=one.to_text_of_sender_today + other.to_text_of_sender_today,
    )
    assert STRICTNESS[permission(facts, more)] >= STRICTNESS[permission(facts, one)]


@given(facts_strategy, histories)
def test_every_decision_has_a_reason(facts: AnswerFacts, history: AnswerHistory) -> None:
    decision = may_auto_respond(facts, history, LIMITS)
    assert decision.reasons
    assert (decision.permission is Permission.SEND) == (decision.reasons == ("nothing-against-it",))


@given(facts_strategy, histories)
def test_what_could_be_forged_never_goes_out_where_senders_are_checked(
    facts: AnswerFacts, history: AnswerHistory
) -> None:
    if facts.authenticity.checked and facts.authenticity.level is not AuthenticityLevel.ALIGNED:
        assert permission(facts, history) is not Permission.SEND


def test_where_senders_are_not_checked_the_limits_alone_protect() -> None:
    unchecked = replace(FINE, authenticity=UNCHECKED)
    assert permission(unchecked) is Permission.SEND
    assert permission(unchecked, EXHAUSTED["sender-limit"]) is Permission.WAIT


def test_an_unchecked_fail_proves_nothing_in_either_direction() -> None:
    hearsay = Authenticity(checked=False, dmarc="fail", level=AuthenticityLevel.NONE)
    assert permission(replace(FINE, authenticity=hearsay)) is Permission.SEND


def test_a_dmarc_fail_beats_a_level_that_contradicts_it() -> None:
    muddled = replace(ALIGNED, dmarc="fail")
    assert permission(replace(FINE, authenticity=muddled)) is Permission.NEVER


@pytest.mark.parametrize(
    ("facts", "most"),
    [(FINE, 1), (replace(FINE, proved_thread=True), 3)],
    ids=["unproved", "proved"],
)
def test_a_proved_thread_may_have_three_letters_a_day_and_others_one(
    facts: AnswerFacts, most: int
) -> None:
    sent = [permission(facts, AnswerHistory(to_sender_today=n)) for n in range(5)]
    assert sent == [Permission.SEND] * most + [Permission.WAIT] * (5 - most)


@pytest.mark.parametrize(
    ("facts", "most"),
    [(FINE, 20), (replace(FINE, shared_domain=True), 200)],
    ids=["company", "free mail"],
)
def test_a_free_mail_domain_may_have_more_letters_an_hour_than_a_company(
    facts: AnswerFacts, most: int
) -> None:
    limits = AnswerLimits(in_all_per_hour=10_000)
    last = may_auto_respond(facts, AnswerHistory(to_domain_this_hour=most - 1), limits)
    next_one = may_auto_respond(facts, AnswerHistory(to_domain_this_hour=most), limits)
    assert (last.permission, next_one.permission) == (Permission.SEND, Permission.WAIT)


def test_a_limit_of_none_at_all_holds_every_letter() -> None:
    decision = may_auto_respond(FINE, NOTHING_SENT, AnswerLimits(in_all_per_hour=0))
    assert (decision.permission, decision.reasons) == (Permission.WAIT, ("overall-limit",))


@pytest.mark.parametrize(
    ("facts", "most"),
    [(FINE, 3), (replace(FINE, short_text=True), 20)],
    ids=["long text", "short text"],
)
def test_a_text_that_many_people_write_may_be_answered_more_often(
    facts: AnswerFacts, most: int
) -> None:
    sent = [permission(facts, AnswerHistory(to_text_today=n)) for n in (most - 1, most)]
    assert sent == [Permission.SEND, Permission.WAIT]


@pytest.mark.parametrize(
    "other",
    [
        "Please  delete\r\n my data",
        "please delete my data.",
        "> PLEASE delete: my data!",
        "\uff30lease delete my data",
    ],
)
def test_layout_case_and_punctuation_make_no_other_text(other: str) -> None:
    assert counted_text(other, "Request") == counted_text("Please delete my data", "")


@pytest.mark.parametrize(
    "other", ["Please delete my account", "मेरा डेटा हटाएं", "Delete data of customer 12"]
)
def test_other_words_are_another_text(other: str) -> None:
    assert counted_text(other, "") != counted_text("Please delete my data", "")
    assert counted_text("मेरा डेटा हटाओ", "") != counted_text("मेरा डेटा हटाएं", "")


def test_where_there_is_no_text_the_subject_is_counted() -> None:
    assert counted_text(" \n", "Delete my account!") == "delete my account"


def test_what_is_counted_is_bounded() -> None:
    assert len(counted_text("a" * 10 * MOST_COUNTED, "")) == MOST_COUNTED


def test_a_text_is_short_while_many_people_may_write_it() -> None:
    assert is_short("please delete my account and all data that you hold about me")
    assert (is_short("a" * (SHORT_TEXT - 1)), is_short("a" * SHORT_TEXT)) == (True, False)


def letters_and_numbers(text: str) -> str:
    spelled = unicodedata.normalize("NFKC", text).casefold()
    kept = (one if unicodedata.category(one)[0] in "LMN" else " " for one in spelled)
    return " ".join("".join(kept).split())


@given(text=st.text(st.characters() | st.characters(categories=["P", "S", "Z"]), max_size=200))
@example(text="Bitte löschen Sie „alles“ – sofort… हिन्दी 取消")
@example(text="a" + "b".join(map(chr, range(0x2190, 0x2200))) + "c")
def test_a_counted_text_has_every_letter_and_number_and_nothing_else(text):
    assert counted_text("x " + text, "") == letters_and_numbers("x " + text)
