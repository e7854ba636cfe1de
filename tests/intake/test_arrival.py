"""The instant of arrival: what our own boundary wrote, never what the sender wrote."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.arrival import boundary_received_at
from intake.trace import read_trace_line

OURS = "mx.autocloz.example"
NINE = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)


def mail(*received):
    lines = [f"Received: {value}" for value in received]
    return "\r\n".join((*lines, "From: anne@berg.example", "", "hi")).encode()


@pytest.mark.parametrize(
    "value",
    [
        f"from a.example (a.example [192.0.2.1]) by {OURS} (Postfix) with ESMTPS id 4T1 for <x@y.example>; Mon, 2 Nov 2026 10:00:00 +0100",
        f"from a.example (HELO a) (192.0.2.1)\r\n by {OURS.upper()} with SMTP; 2 Nov 2026 09:00:00 -0000",
        f"from [192.0.2.1] (helo=foo) by {OURS} with esmtps (TLS1.3) tls T (Exim 4.96) id x; Mon, 02 Nov 2026 04:00:00 -0500",
        f"by {OURS} with LMTP id 5; Mon, 2 Nov 2026 09:00:00 GMT",
        f"from by (x) by {OURS} with SMTP id 1; Mon, 2 Nov 2026 09:00:00 +0000 (UTC)",
    ],
)
def test_it_reads_the_usual_forms(value):
    assert boundary_received_at(mail(value), boundary=OURS) == NINE


def test_the_topmost_line_of_the_boundary_counts():
    later = f"from a by {OURS} with SMTP id 1; Mon, 2 Nov 2026 09:00:00 +0000"
    forged = f"from a by {OURS} with SMTP id 1; Fri, 30 Oct 2026 09:00:00 +0000"
    inside = "from mx by store.autocloz.example with LMTP id 2; Mon, 2 Nov 2026 09:00:05 +0000"
    assert boundary_received_at(mail(inside, later, forged), boundary=OURS) == NINE


@pytest.mark.parametrize(
    "value",
    [
        f"from a by {OURS} with SMTP id 1; yesterday",
        f"from a by {OURS} with SMTP id 1; Mon, 99 Nov 2026 09:00:00 +0000",
        f"from a by {OURS} with SMTP id 1; Mon, 2 Nov 99999 09:00:00 +0000",
        f"from a by {OURS} with SMTP id 1; Mon, 2 Nov 2026 09:00:00 +9999",
        f"from a by {OURS} with SMTP id 1",
        f"from a by {OURS}.evil.example with SMTP id 1; Mon, 2 Nov 2026 09:00:00 +0000",
        f"from a (by {OURS}) by evil.example with SMTP id 1; Mon, 2 Nov 2026 09:00:00 +0000",
        f"from {OURS} by evil.example with SMTP id 1; Mon, 2 Nov 2026 09:00:00 +0000",
    ],
)
def test_a_line_that_is_not_ours_or_has_no_date_gives_nothing(value):
    assert boundary_received_at(mail(value), boundary=OURS) is None


def test_an_unreadable_line_of_ours_is_not_replaced_by_an_older_one():
    broken = f"from a by {OURS} with SMTP id 1; yesterday"
    older = f"from a by {OURS} with SMTP id 1; Mon, 2 Nov 2026 09:00:00 +0000"
    assert boundary_received_at(mail(broken, older), boundary=OURS) is None


def test_without_a_configured_boundary_nothing_is_read():
    assert (
        boundary_received_at(
            mail(f"from a by {OURS}; Mon, 2 Nov 2026 09:00:00 +0000"), boundary=None
        )
        is None
    )


@given(st.binary(max_size=300))
def test_any_bytes_are_answered(data):
    assert boundary_received_at(data, boundary=OURS) is None
    assert read_trace_line(data) is None or read_trace_line(data).by
