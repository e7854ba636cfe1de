"""Lying and honest mails with real signatures: what is believed of each, through gate, field and our own check."""

import itertools
from datetime import UTC, datetime

import pytest

from intake.authenticity import read_results
from intake.parse import parse_message
from intake.verification import Arrival, SenderVerifier
from privacy.authenticity import combine
from sender_shapes import OUR_MX, published, shapes

DNS = published()
SHAPES = list(shapes(DNS))
ARRIVAL = Arrival(received_at=datetime.now(UTC))  # the signing library signs with the time of day


def believed(raw):
    """Return the sender that is shown and how far its domain is proved, all our means together."""
    message = parse_message(raw)
    said = read_results(message, authserv_id=OUR_MX, boundary=OUR_MX)
    own = SenderVerifier(dns=DNS).verify(raw, message.sender, ARRIVAL)
    return message.sender.address, combine(said, own)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.id)
def test_a_shape_ends_as_it_must(shape):
    address, authenticity = believed(shape.raw)
    assert address in {shape.address, None}
    assert authenticity.level != "aligned" or shape.may_verify
    assert authenticity.reasons
    if shape.family == "honest":
        assert (address, authenticity.level) == (shape.address, "aligned")


def test_all_shapes_are_there_and_the_lying_ones_would_pass_somewhere():
    assert len(SHAPES) == 185
    assert len({shape.id for shape in SHAPES}) == 185
    lying = [shape for shape in SHAPES if not shape.may_verify]
    assert len(lying) >= 120
    signed = [shape for shape in lying if b"DKIM-Signature:" in shape.raw]
    assert len(signed) >= 100


def test_no_second_field_or_trace_line_makes_a_lie_true():
    """Every lying shape again, below a field of ours that says that nothing was proved."""
    field = f"Authentication-Results: {OUR_MX}; dmarc=none header.from=victim.example\r\n"
    for shape in itertools.filterfalse(lambda shape: shape.may_verify, SHAPES):
        assert believed(field.encode() + shape.raw)[1].level != "aligned", shape.id
