"""What staff say of a request counts; the words that the rules found stay its ground."""

from dataclasses import replace

import pytest

from core_values import asking
from privacy.by_hand import BY_HAND, as_told, claim_by_hand, is_utf8
from privacy.rights import Classification, Lane, Right, Scope

FOUND = asking(Right.ERASURE)
OBJECTION = (Right.OBJECTION, Scope.MARKETING)


def test_without_a_word_of_staff_the_rules_stand() -> None:
    assert as_told(FOUND, ()) == FOUND
    assert as_told(FOUND, (), Lane.CHILDREN) == replace(FOUND, lane=Lane.CHILDREN)


def test_a_right_that_both_see_keeps_its_words_and_the_others_have_none() -> None:
    doubted = replace(FOUND, needs_human=True)
    told = as_told(doubted, [OBJECTION, (Right.ERASURE, None), OBJECTION])
    assert [claim.key for claim in told.rights] == [OBJECTION, (Right.ERASURE, None)]
    assert told.rights[1] == FOUND.rights[0]
    by_hand = told.rights[0]
    assert (by_hand.quote, by_hand.start, by_hand.end, by_hand.reason) == ("", 0, 0, BY_HAND)
    assert not told.needs_human


def test_what_staff_do_not_name_is_not_asked() -> None:
    assert [claim.right for claim in as_told(FOUND, [(Right.ACCESS, None)]).rights] == [
        Right.ACCESS
    ]


@pytest.mark.parametrize("lane", Lane)
def test_a_right_leads_into_the_lane_of_rights_and_out_of_no_lane_with_its_own_rules(
    lane: Lane,
) -> None:
    kept = {Lane.COMPLAINT, Lane.CHILDREN, Lane.SECURITY_INCIDENT, Lane.REGULATOR, Lane.RIGHTS}
    told = as_told(Classification(lane=lane), [(Right.ACCESS, None)])
    assert told.lane is (lane if lane in kept else Lane.RIGHTS)


def test_a_claim_about_words_bears_their_place() -> None:
    claim = claim_by_hand((Right.ACCESS, None), quote="my file", start=7)
    assert (claim.quote, claim.start, claim.end) == ("my file", 7, 14)


def test_bytes_of_a_command_line_that_are_no_text_are_told() -> None:
    assert is_utf8("café \u2014 \U0001f600")
    assert not is_utf8("caf\udce9")
