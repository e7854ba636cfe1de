"""What evidence proves, and what it never proves."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_values import NOON
from privacy.identity import (
    ANSWERS,
    Evidence,
    EvidenceKind,
    Level,
    is_doubted,
    level_named,
    level_reached,
    login_fits,
)

HERS, HIS = b"anne", b"mallory"
KIND = EvidenceKind


def seen(kind: EvidenceKind, about: bytes | None = HERS) -> Evidence:
    return Evidence(kind=kind, at=NOON, about=about)


def decided(level: Level, *, doubt: bool = False) -> Evidence:
    return Evidence(kind=KIND.STAFF_DECISION, at=NOON, level=level, doubt=doubt)


def test_nothing_is_known_of_somebody_who_only_wrote() -> None:
    assert level_reached([]).level is Level.NONE
    assert level_reached([]).reasons == ("no-evidence",)


def test_a_perfect_looking_sender_proves_no_level() -> None:
    """Mallory pretends, with a From that his own domain signs."""
    reached = level_reached([seen(KIND.ALIGNED_SENDER), seen(KIND.ADDRESS_ON_FILE)])
    assert reached.level is Level.NONE
    assert set(reached.reasons) == {
        "aligned-sender-proves-a-domain",
        "address-on-file-not-answered",
    }


@pytest.mark.parametrize("answer", sorted(ANSWERS))
def test_an_answer_from_the_address_on_file_proves_the_mailbox(answer: EvidenceKind) -> None:
    reached = level_reached([seen(answer), seen(KIND.ADDRESS_ON_FILE)])
    assert reached.level is Level.MAILBOX
    assert "answered-from-address-on-file" in reached.reasons


@pytest.mark.parametrize("answer", sorted(ANSWERS))
def test_an_answer_from_another_address_than_the_one_on_file_proves_nothing(
    answer: EvidenceKind,
) -> None:
    reached = level_reached([seen(answer, HIS), seen(KIND.ADDRESS_ON_FILE, HERS)])
    assert reached.level is Level.NONE
    assert "answered-from-address-not-on-file" in reached.reasons


def test_a_login_proves_the_account() -> None:
    assert level_reached([seen(KIND.SIGNED_IN)]).level is Level.ACCOUNT


@pytest.mark.parametrize("level", list(Level))
def test_staff_can_decide_every_level(level: Level) -> None:
    reached = level_reached([decided(level)])
    assert reached.level is level
    assert reached.reasons == ("staff-decision",)


def test_a_decision_takes_back_what_came_before_it_and_later_proof_counts_again() -> None:
    before = [seen(KIND.CHALLENGE_ANSWERED), seen(KIND.ADDRESS_ON_FILE)]
    suspected = [*before, decided(Level.NONE, doubt=True)]
    assert level_reached(suspected).level is Level.NONE
    assert level_reached([*suspected, seen(KIND.SIGNED_IN)]).level is Level.ACCOUNT


def test_a_decision_is_not_lowered_by_weaker_proof_that_follows() -> None:
    assert level_reached([decided(Level.HIGH), seen(KIND.SIGNED_IN)]).level is Level.HIGH


def test_a_doubt_stands_until_the_next_decision() -> None:
    assert not is_doubted([seen(KIND.SIGNED_IN)])
    assert is_doubted([decided(Level.NONE, doubt=True), seen(KIND.SIGNED_IN)])
    assert not is_doubted([decided(Level.NONE, doubt=True), decided(Level.MAILBOX)])


def test_only_staff_say_a_level_and_staff_always_do() -> None:
    with pytest.raises(ValueError, match="staff"):
        Evidence(kind=KIND.SIGNED_IN, at=NOON, level=Level.HIGH)
    with pytest.raises(ValueError, match="staff"):
        Evidence(kind=KIND.STAFF_DECISION, at=NOON)
    with pytest.raises(ValueError, match="at must be"):
        replace(seen(KIND.SIGNED_IN), at=NOON.replace(tzinfo=None))


def test_an_address_is_in_no_repr() -> None:
    assert "anne" not in repr(seen(KIND.SIGNED_IN))


@pytest.mark.parametrize("level", list(Level))
def test_levels_have_the_names_that_people_use(level: Level) -> None:
    assert level_named(f" l{int(level)} ") is level
    assert level.label == f"L{int(level)}"


def test_another_name_is_no_level() -> None:
    with pytest.raises(ValueError, match="L0, L1, L2, L3"):
        level_named("L4")


EVIDENCE = st.lists(
    st.builds(
        lambda kind, about, level, doubt, minutes: Evidence(
            kind=kind,
            at=NOON + timedelta(minutes=minutes),
            about=about,
            level=level if kind is KIND.STAFF_DECISION else None,
            doubt=doubt,
        ),
        st.sampled_from(KIND),
        st.sampled_from([HERS, HIS, None]),
        st.sampled_from(Level),
        st.booleans(),
        st.integers(0, 100),
    ),
    max_size=8,
)


@given(EVIDENCE)
def test_no_level_without_the_evidence_that_it_stands_for(evidence: list[Evidence]) -> None:
    """The ladder read the other way round, whatever was recorded in whatever order."""
    level = level_reached(evidence).level
    decided = [place for place, one in enumerate(evidence) if one.level is not None]
    later = evidence[decided[-1] + 1 :] if decided else evidence
    answered = {one.about for one in later if one.kind in ANSWERS and one.about}
    on_file = {one.about for one in later if one.kind is KIND.ADDRESS_ON_FILE}
    can_be = {evidence[decided[-1]].level if decided else Level.NONE}
    can_be |= {Level.MAILBOX} if answered & on_file else set()
    can_be |= {Level.ACCOUNT} if any(one.kind is KIND.SIGNED_IN for one in later) else set()
    assert level == max(one for one in can_be if one is not None)


@given(EVIDENCE, EVIDENCE)
def test_more_evidence_never_lowers_a_level_but_by_a_decision(
    evidence: list[Evidence], more: list[Evidence]
) -> None:
    added = [one for one in more if one.level is None]
    assert level_reached([*evidence, *added]).level >= level_reached(evidence).level


@pytest.mark.parametrize(
    ("account", "writing", "asked", "fits"),
    [
        ("Anne@person.example ", "anne@person.example", None, True),
        ("anne@work.example", "anne@person.example", "anne@work.example", True),
        ("mallory@elsewhere.example", "mallory@elsewhere.example", "anne@person.example", False),
        ("anne@person.example", "mallory@elsewhere.example", None, False),
        ("anne@person.example", None, None, False),
    ],
)
def test_a_login_counts_for_the_account_that_was_asked_else_for_the_writers(
    account, writing, asked, fits
):
    assert login_fits(account, writing=writing, asked=asked) is fits
