"""What a message asks for, as values."""

from core_values import asking, claim
from privacy.rights import Classification, Lane, Right, Scope


def test_it_knows_every_right_that_the_policy_grants_to_everybody() -> None:
    """Policy P14."""
    granted = {
        Right.ACCESS,
        Right.RECTIFICATION,
        Right.ERASURE,
        Right.PORTABILITY,
        Right.OBJECTION,
        Right.WITHDRAW_CONSENT,
    }
    assert set(Right) - granted == {
        Right.RESTRICTION,
        Right.AUTOMATED_DECISION,
    }  # and two more by law


def test_the_first_right_asked_for_names_the_message() -> None:
    assert asking(Right.ERASURE, Right.ACCESS).primary == "erasure"


def test_the_lane_names_a_message_that_asks_for_no_right() -> None:
    assert Classification(lane=Lane.POLICY_QUESTION).primary == "policy_question"


def test_an_objection_to_marketing_is_not_the_same_as_a_general_one() -> None:
    general, marketing = claim(Right.OBJECTION), claim(Right.OBJECTION, Scope.MARKETING)
    assert general.key != marketing.key


def test_two_wordings_of_one_right_are_the_same_request() -> None:
    assert claim(quote="delete me").key == claim(quote="erase my account").key


def test_the_person_s_words_are_not_shown() -> None:
    shown = repr(asking(Right.ERASURE))
    assert "delete me" not in shown
    assert "erasure" in shown
