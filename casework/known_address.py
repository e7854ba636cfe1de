"""The one address that stands for the person of a case."""

from __future__ import annotations

from privacy.address_change import ChangeState
from privacy.cases import Case
from privacy.challenges import ChallengeState
from storage.address_changes import changes_of
from storage.database import Reading
from storage.identity import challenges_of


def address_of(reading: Reading, case: Case) -> str | None:
    """Return the new address of a change that is in effect, else the one that answered a challenge, else the writing one.

    None for who came by no mail.
    """
    moved = [
        one.new for one in changes_of(reading, [case.case_id]) if one.state is ChangeState.IN_EFFECT
    ]
    if moved:
        return moved[-1]
    answered = [
        one.address
        for one in challenges_of(reading, [case.case_id]).get(case.case_id, ())
        if one.state is ChallengeState.USED
    ]
    return answered[-1] if answered else case.requester


def asked_address(reading: Reading, case: Case) -> str | None:
    """Return the address that was asked last whether the request is theirs, None where nobody was asked."""
    asked = challenges_of(reading, [case.case_id]).get(case.case_id, ())
    return asked[-1].address if asked else None
