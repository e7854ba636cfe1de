"""What asks for a change of address, and what speaks against one."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.address_change import (
    ChangeState,
    ChangeWords,
    against_change,
    find_change,
    old_address_is_proved,
)
from privacy.identity import Evidence, EvidenceKind, Level

WORDS = ChangeWords(
    before=frozenset({"from", "von"}),
    between=frozenset({"to", "auf"}),
    mentions=("email", "mail address"),
)
A, B, C = "anne@old.example", "anne@new.example", "anne@third.example"
AT = datetime(2026, 11, 23, 12, tzinfo=UTC)
OLD, OTHER = b"old", b"other"


def found(text):
    return find_change(text, WORDS, writing=A)


@pytest.mark.parametrize(
    "text",
    [
        f"Please change my email from {A} to {B}.",
        f"from <{A.upper()}> to: <{B}>",
        f"Bitte ändern Sie meine Adresse von {A} auf {B}",
    ],
)
def test_from_one_to_the_other_is_sure(text):
    change = found(text)
    assert change.is_sure
    assert (change.old, change.new) == (A, B)
    assert A not in repr(change)


@pytest.mark.parametrize(
    "text",
    [
        f"My email is {B}.",
        f"{A} to {B}",
        f"from {A} or {B}",
        f"from {A} to {B}, not {C}",
        f"from {A} to {B} and again {B}",
        f"Do not change it from {A}, I said, to {B}",
        f"from {A}{' ' * 100}to {B}",
        "My email is wrong.",
        "The mail address is wrong",
    ],
)
def test_anything_else_about_addresses_is_not_sure(text):
    assert not found(text).is_sure


@pytest.mark.parametrize("text", ["", "My name is wrong.", f"My name is wrong.\n\nAnne\n{A}"])
def test_what_speaks_of_no_other_address_asks_for_no_change(text):
    assert found(text) is None


@given(st.text(max_size=300))
def test_any_text_has_an_answer(text):
    change = found(text)
    assert change is None or change.is_sure == (change.new is not None)


def answered(about):
    return Evidence(kind=EvidenceKind.CHALLENGE_ANSWERED, at=AT, about=about)


def on_file(about):
    return Evidence(kind=EvidenceKind.ADDRESS_ON_FILE, at=AT, about=about)


def decided(level):
    return Evidence(kind=EvidenceKind.STAFF_DECISION, at=AT, level=level)


PROOFS = {
    "answered from the address on file": ([answered(OLD), on_file(OLD)], True),
    "logged in": ([Evidence(kind=EvidenceKind.SIGNED_IN, at=AT, about=OLD)], True),
    "decided by staff": ([decided(Level.ACCOUNT)], True),
    "nothing": ([], False),
    "another account": ([answered(OTHER), on_file(OTHER)], False),
    "another login": ([Evidence(kind=EvidenceKind.SIGNED_IN, at=AT, about=OTHER)], False),
    "not on file": ([answered(OLD)], False),
    "decided down": ([answered(OLD), on_file(OLD), decided(Level.NONE)], False),
}


@pytest.mark.parametrize("name", PROOFS)
def test_only_what_speaks_for_the_old_address_proves_it(name):
    evidence, proved = PROOFS[name]
    assert old_address_is_proved(evidence, OLD) is proved


@pytest.mark.parametrize("state", ChangeState)
def test_a_change_needs_the_new_address_as_well(state):
    reason = against_change(state, [decided(Level.ACCOUNT)], OLD, contested=False)
    expected = {ChangeState.OBJECTED: "old-address-objected"} | dict.fromkeys(
        (ChangeState.PROVED, ChangeState.TOLD, ChangeState.IN_EFFECT)
    )
    assert reason == expected.get(state, "new-address-not-proved")


def test_neither_a_missing_proof_of_the_old_one_nor_another_change_is_passed_over():
    assert against_change(ChangeState.PROVED, [], OLD, contested=False) == "old-address-not-proved"
    both = against_change(ChangeState.PROVED, [decided(Level.HIGH)], OLD, contested=True)
    assert both == "another-change-is-proved"
