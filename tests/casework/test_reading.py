"""Reading one message without the database."""

from dataclasses import replace

import pytest

from casework.reading import doubted
from intake.parse import parse_message
from made_mails import mail
from privacy.messages import Authenticity, AuthenticityLevel

ALIGNED = Authenticity(checked=True, level=AuthenticityLevel.ALIGNED, dmarc="pass")
ODD = mail(b"Content-Type: multipart/mixed; boundary=never\r\n")


@pytest.mark.edge("E055")
def test_two_readers_that_disagree_lower_the_trust():
    message = parse_message(ODD)
    found = doubted(ALIGNED, message)
    assert found.level is AuthenticityLevel.WEAK
    assert found.reasons == ("second-view-disagrees-parts",)


def test_readers_that_agree_lower_nothing_and_no_trust_stays_none():
    assert doubted(ALIGNED, parse_message(mail())) == ALIGNED
    nothing = replace(ALIGNED, level=AuthenticityLevel.NONE)
    assert doubted(nothing, parse_message(ODD)) == nothing
