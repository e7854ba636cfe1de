"""What kind of mail it is: the table from signals to a kind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from privacy.screening import (
    BULK_WORDS,
    BULK_WORDS_OF_LISTS,
    STRONG_ORDER,
    WORDS_BESIDE_BULK,
    WORDS_ENOUGH,
    Kind,
    Signal,
    Strength,
    screen,
)

signals = st.builds(
    Signal,
    name=st.sampled_from(["auto-submitted", "list-id", "subject", "x-loop", "precedence"]),
    strength=st.sampled_from(Strength),
    suggests=st.sampled_from(Kind),
    points=st.integers(0, 4),
)


def strong(kind: Kind) -> Signal:
    return Signal(name=f"strong-{kind}", strength=Strength.STRONG, suggests=kind)


BULK = Signal(name="list-unsubscribe", strength=Strength.WEAK_BULK, suggests=Kind.BULK)
NO_REPLY = Signal(name="no-reply-sender", strength=Strength.WEAK_BULK, suggests=Kind.BULK)
WORDING = Signal(name="subject-wording", strength=Strength.WEAK_WORDING, suggests=Kind.AUTO_REPLY)


def test_a_mail_without_any_sign_is_a_person_s() -> None:
    screening = screen(())
    assert (screening.kind, screening.no_automatic_letter) == (Kind.PERSON, ())


@pytest.mark.parametrize("kind", STRONG_ORDER)
def test_one_strong_sign_decides(kind: Kind) -> None:
    screening = screen((strong(kind),))
    assert (screening.kind, screening.no_automatic_letter) == (kind, (f"strong-{kind}",))


@pytest.mark.parametrize(
    ("stronger", "weaker"),
    [(a, b) for i, a in enumerate(STRONG_ORDER) for b in STRONG_ORDER[i + 1 :]],
)
def test_two_strong_signs_are_decided_by_the_order_of_the_table(
    stronger: Kind, weaker: Kind
) -> None:
    assert screen((strong(weaker), strong(stronger))).kind is stronger


def test_every_kind_but_a_person_has_its_place_in_the_order() -> None:
    assert set(STRONG_ORDER) == set(Kind) - {Kind.PERSON}
    assert len(STRONG_ORDER) == len(set(STRONG_ORDER))


def test_list_headers_alone_leave_a_service_s_request_a_request_whose_letter_waits() -> None:
    screening = screen((BULK, NO_REPLY))
    assert screening.kind is Kind.PERSON
    assert screening.no_automatic_letter == (BULK.name, NO_REPLY.name)


def test_wording_alone_makes_no_machine() -> None:
    screening = screen((WORDING, WORDING))
    assert (screening.kind, screening.no_automatic_letter) == (Kind.PERSON, ())


def test_a_weak_sign_of_each_sort_makes_a_machine() -> None:
    screening = screen((BULK, WORDING))
    assert (screening.kind, len(screening.no_automatic_letter)) == (Kind.AUTO_REPLY, 2)


def test_a_strong_sign_of_a_person_does_not_outweigh_two_weak_ones() -> None:
    assert screen((strong(Kind.PERSON), BULK, WORDING)).kind is Kind.AUTO_REPLY


def words(kind: Kind, points: int) -> Signal:
    name = f"text: {kind}, {points}"
    return Signal(name=name, strength=Strength.WORDS, suggests=kind, points=points)


@pytest.mark.parametrize(("kind", "enough"), WORDS_ENOUGH)
def test_enough_words_make_a_machine_without_any_header(kind: Kind, enough: int) -> None:
    assert screen((words(kind, enough),)).kind is kind
    assert screen((words(kind, 1), words(kind, enough - 1))).kind is kind
    assert screen((words(kind, enough - 1),)).kind is Kind.PERSON


@pytest.mark.parametrize(("kind", "enough"), WORDS_ENOUGH)
def test_what_speaks_for_a_person_is_taken_off_and_the_letter_waits(
    kind: Kind, enough: int
) -> None:
    screening = screen((words(kind, enough), words(Kind.PERSON, 1)))
    assert screening.kind is Kind.PERSON
    assert screening.no_automatic_letter == (f"text: {kind}, {enough}",)


def test_no_words_of_a_person_outweigh_a_strong_sign() -> None:
    assert screen((strong(Kind.AUTO_REPLY), words(Kind.PERSON, 9))).kind is Kind.AUTO_REPLY


def test_fewer_words_are_enough_beside_a_bulk_sign() -> None:
    some = words(Kind.AUTO_REPLY, WORDS_BESIDE_BULK)
    assert screen((some,)).kind is Kind.PERSON
    assert screen((some, BULK)).kind is Kind.AUTO_REPLY


def test_a_newsletter_needs_its_words_and_a_bulk_sign() -> None:
    newsletter = words(Kind.BULK, BULK_WORDS)
    assert screen((newsletter, BULK)).kind is Kind.BULK
    assert screen((newsletter,)).kind is Kind.PERSON
    assert screen((newsletter, BULK, words(Kind.PERSON, 1))).kind is Kind.PERSON


@given(st.lists(signals, max_size=8))
def test_every_sign_that_was_hit_is_recorded(hit: list[Signal]) -> None:
    screening = screen(tuple(hit))
    assert screening.reasons == tuple(signal.name for signal in hit)
    assert set(screening.no_automatic_letter) <= set(screening.reasons)


@given(st.lists(signals, max_size=8))
def test_what_is_not_a_person_s_never_gets_a_letter_by_itself(hit: list[Signal]) -> None:
    screening = screen(tuple(hit))
    assert screening.kind is Kind.PERSON or screening.no_automatic_letter


@given(st.lists(signals, max_size=8), signals)
def test_one_more_sign_never_lets_a_letter_out(hit: list[Signal], more: Signal) -> None:
    if screen(tuple(hit)).no_automatic_letter:
        assert screen((*hit, more)).no_automatic_letter


@given(st.lists(signals, max_size=8), st.randoms())
def test_the_order_in_which_signs_are_read_does_not_matter(
    hit: list[Signal], random: object
) -> None:
    shuffled = list(hit)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert screen(tuple(shuffled)).kind is screen(tuple(hit)).kind


def test_fewer_words_of_a_newsletter_do_where_several_signs_of_a_list_stand() -> None:
    offer = words(Kind.BULK, BULK_WORDS_OF_LISTS)
    assert screen((offer, BULK, NO_REPLY)).kind is Kind.BULK
    assert screen((offer, BULK)).kind is Kind.PERSON
    assert screen((offer, BULK, NO_REPLY, words(Kind.PERSON, 1))).kind is Kind.PERSON


def test_the_words_of_a_newsletter_outweigh_fewer_words_of_an_answering_machine() -> None:
    away, newsletter = words(Kind.AUTO_REPLY, WORDS_BESIDE_BULK), words(Kind.BULK, BULK_WORDS)
    assert screen((away, newsletter, BULK)).kind is Kind.BULK
    assert screen((away, words(Kind.BULK, WORDS_BESIDE_BULK), BULK)).kind is Kind.AUTO_REPLY


def test_a_newsletter_with_a_few_words_of_an_answering_machine_is_bulk() -> None:
    machine, newsletter = words(Kind.AUTO_REPLY, 3), words(Kind.BULK, BULK_WORDS)
    assert screen((machine, newsletter, BULK, NO_REPLY)).kind is Kind.BULK
    assert screen((machine, newsletter, BULK)).kind is Kind.AUTO_REPLY


def test_own_text_is_taken_off_an_automatic_reply_and_off_nothing_else() -> None:
    own = Signal(name="own", strength=Strength.OWN_TEXT, suggests=Kind.PERSON, points=2)
    assert screen((words(Kind.AUTO_REPLY, 4), own)).kind is Kind.PERSON
    assert screen((words(Kind.AUTO_REPLY, 5), own)).kind is Kind.AUTO_REPLY
    assert screen((words(Kind.BOUNCE, 4), own)).kind is Kind.BOUNCE
