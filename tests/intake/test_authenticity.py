"""Only our own boundary's word about the sender counts, and only about the sender that the gate believes."""

import pytest

from intake.authenticity import read_results
from intake.parse import parse_message
from privacy.messages import AuthenticityLevel

OURS = "mx.autocloz.example"
TRACE = f"Received: from x by {OURS} with ESMTPS id 1; Mon, 2 Nov 2026 10:00:00 +0000"
LMTP = f"Received: from {OURS} by {OURS} with LMTP id 2; Mon, 2 Nov 2026 10:00:01 +0000"
FROM = "From: anne@berg.example"
PASSED = "dmarc=pass header.from=berg.example"


def results(*lines, boundary=None, authserv_id=OURS):
    raw = "\r\n".join((*lines, FROM, "Subject: x", "", "hello there")).encode()
    return read_results(parse_message(raw), authserv_id=authserv_id, boundary=boundary)


def line(value):
    return f"Authentication-Results: {value}"


def test_nothing_is_checked_where_no_id_is_configured():
    found = results(line(f"{OURS}; {PASSED}"), TRACE, authserv_id=None)
    assert not found.checked
    assert found.level is AuthenticityLevel.NONE


def test_a_dmarc_pass_for_the_believed_domain_is_aligned():
    found = results(
        line(
            f"{OURS}; spf=fail smtp.mailfrom=x.example; dkim=pass header.d=berg.example; {PASSED}"
        ),
        TRACE,
    )
    assert (found.level, found.dmarc, found.dkim, found.spf) == ("aligned", "pass", "pass", "fail")


@pytest.mark.parametrize(
    ("value", "level"),
    [
        ("dkim=pass header.d=berg.example", "aligned"),
        ("dkim=pass (2048-bit key) header.i=@berg.example header.s=s1", "aligned"),
        ("spf=pass smtp.mailfrom=bounce@berg.example", "aligned"),
        ("dkim=pass header.d=mailer.example", "weak"),
        ("spf=pass smtp.mailfrom=b@mailer.example; dkim=none", "weak"),
        ("dkim=temperror header.d=berg.example; spf=none", "none"),
        ("spf=pass smtp.helo=berg.example", "none"),
        ("none", "none"),
        ("", "none"),
    ],
)
def test_without_dmarc_only_equal_domains_are_aligned(value, level):
    assert results(line(f"{OURS}; {value}"), TRACE).level == level


@pytest.mark.parametrize(
    "value",
    [
        f"mx.evil.example; {PASSED}",
        f"{OURS}.evil.example; {PASSED}",
        f"{OURS.upper()}; {PASSED}",
        f"{OURS} 2; {PASSED}",
        f"i=1; {OURS}; {PASSED}",
        f"{OURS}; dmarc=fail (dmarc=pass) header.from=berg.example",
        f'{OURS}; spf=fail reason="; {PASSED}"',
        f"{OURS}; dmarc=fail header.from=berg.example; {PASSED}",
        f"{OURS}; dmarc\r\n =pass header.from=berg.example;dmarc=fail header.from=berg.example",
        f"{OURS}; dmarc=pass header.from=evil.example",
        f"{OURS}; dmarc=pass",
        f"{OURS}; dmarc=fail header.from=berg.example; dkim=pass header.d=berg.example",
        f"=?utf-8?Q?{OURS}=3B_dmarc=3Dpass?= header.from=berg.example",
    ],
)
def test_a_forged_or_failed_field_gives_nothing(value):
    assert results(line(value), TRACE).level is AuthenticityLevel.NONE


def test_a_field_below_our_trace_line_was_in_foreign_hands():
    assert results(TRACE, line(f"{OURS}; {PASSED}")).level is AuthenticityLevel.NONE
    assert results(TRACE, line(f"{OURS}; {PASSED}"), boundary=OURS).level is AuthenticityLevel.NONE


def test_a_hand_over_inside_our_house_does_not_hide_the_field():
    assert results(LMTP, line(f"{OURS}; {PASSED}"), TRACE, boundary=OURS).level == "aligned"


def test_a_trace_line_of_another_name_hides_the_field_unless_the_boundary_is_configured():
    gateway = (
        "Received: from a by store.autocloz.example with ESMTP id 3; Mon, 2 Nov 2026 10:00:02 +0000"
    )
    field = line(f"{OURS}; {PASSED}")
    assert results(gateway, field, TRACE).level is AuthenticityLevel.NONE
    assert results(gateway, field, TRACE, boundary=OURS).level == "aligned"


def test_a_sender_that_is_not_believed_is_never_aligned():
    found = results(line(f"{OURS}; {PASSED}"), TRACE, "From: anne@berg.example")
    assert found.level is AuthenticityLevel.NONE
    assert found.reasons == ("sender-not-believable",)
