"""A refusal names its ground, and never says that a right is none which the policy gives to everybody."""

import pytest

from casework.answers import WantedAnswer, answer_right
from casework_values import SAM, TestDesk, mail, profile
from privacy.errors import Permanent
from privacy.rights import Right, Scope
from privacy.work import Decision
from responders.answers import ARTICLES, Ground, Reason
from storage.drafts import Draft
from work_values import TERMS

NONE = Reason(ground=Ground.NO_RIGHT, facts="nobody has it here", article=ARTICLES[Ground.NO_RIGHT])


def refuse(desk: TestDesk, right: Right, scope: Scope | None = None) -> None:
    wanted = WantedAnswer(
        reference=desk.case().reference,
        right=right,
        scope=scope,
        decision=Decision.REFUSED,
        reason=NONE,
    )
    answer_right(desk.database, desk.profile, wanted, actor=SAM, now=desk.now)


def refusals(desk: TestDesk) -> list[Draft]:
    return [one for one in desk.drafts() if one.kind == "refusal"]


@pytest.mark.parametrize(
    ("text", "right"),
    [
        (
            "Please send me my data in a format that I can take to another provider.",
            Right.PORTABILITY,
        ),
        ("Please delete all personal data that you hold about me.", Right.ERASURE),
    ],
)
def test_what_the_policy_gives_to_everybody_is_not_refused_as_no_right(
    desk: TestDesk, text: str, right: Right
):
    desk.profile = profile(challenges=TERMS)
    desk.receive_one(mail(f"I live in India. {text}"))
    with pytest.raises(Permanent, match="the policy gives this right to everybody"):
        refuse(desk, right)
    assert refusals(desk) == []


def test_a_right_that_neither_policy_nor_law_gives_can_be_refused(desk: TestDesk):
    desk.profile = profile(challenges=TERMS)
    desk.receive_one(mail("Please restrict the processing of my data until this is settled."))
    refuse(desk, Right.RESTRICTION)
    assert len(refusals(desk)) == 1
