"""How far the domain in From may be believed: every row of both tables decides alone."""

import itertools

import pytest

from privacy.authenticity import SenderEvidence, combine, grade
from privacy.messages import Authenticity, AuthenticityLevel

ANNES = "berg.example"
THEIRS = frozenset({ANNES})
OTHER = frozenset({"evil.example"})
UNCHECKED = Authenticity(reasons=("not-configured",))

ROWS = [
    (SenderEvidence(stated=OTHER, dmarc="pass"), "none", "results-for-another-domain"),
    (SenderEvidence(sealed=True, dmarc="fail"), "aligned", "sealed-by-listed-sealer"),
    (SenderEvidence(dmarc="fail", stated=THEIRS, dkim_domains=THEIRS), "none", "dmarc-fail"),
    (SenderEvidence(dmarc="pass"), "none", "dmarc-pass-without-domain"),
    (SenderEvidence(dmarc="pass", stated=THEIRS), "aligned", "dmarc-pass"),
    (SenderEvidence(dkim="pass", dkim_domains=THEIRS), "aligned", "dkim-aligned"),
    (SenderEvidence(spf="pass", spf_domains=THEIRS), "aligned", "spf-aligned"),
    (SenderEvidence(dkim="pass", dkim_domains=OTHER), "weak", "pass-not-aligned"),
    (SenderEvidence(spf="pass", spf_domains=OTHER, dkim="temperror"), "weak", "pass-not-aligned"),
    (SenderEvidence(dkim="temperror"), "none", "temporary-failure"),
    (SenderEvidence(dmarc="temperror"), "none", "temporary-failure"),
    (SenderEvidence(), "none", "no-pass"),
]


def result(level="none", **values):
    return Authenticity(checked=True, level=AuthenticityLevel(level), **values)


@pytest.mark.parametrize(("evidence", "level", "reason"), ROWS, ids=[row[2] for row in ROWS])
def test_the_first_row_that_is_hit_decides(evidence, level, reason):
    found = grade(evidence, ANNES)
    assert (found.level, found.reasons[0], found.checked) == (level, reason, True)


@pytest.mark.parametrize("evidence", [row[0] for row in ROWS])
def test_nothing_proves_a_sender_whom_the_gate_does_not_believe(evidence):
    assert grade(evidence, None).reasons[0] == "sender-not-believable"
    assert grade(evidence, None).level is AuthenticityLevel.NONE


def test_what_did_not_count_is_told_after_the_reason():
    found = grade(SenderEvidence(dkim="policy", notes=("dkim-length-limited",)), ANNES)
    assert found.reasons == ("no-pass", "dkim-length-limited")
    assert (found.dkim, found.spf, found.dmarc) == ("policy", "none", "none")


SEALED = result("aligned", reasons=("sealed-by-listed-sealer",))
ALIGNED = result("aligned", dmarc="pass")
FAILED = result(dmarc="fail")
WEAK = result("weak", reasons=("pass-not-aligned",))


@pytest.mark.parametrize(
    ("boundary", "own", "expected"),
    [
        (FAILED, UNCHECKED, FAILED),
        (UNCHECKED, WEAK, WEAK),
        (FAILED, SEALED, SEALED),
        (FAILED, ALIGNED, FAILED),
        (ALIGNED, FAILED, FAILED),
        (ALIGNED, WEAK, ALIGNED),
        (WEAK, ALIGNED, ALIGNED),
        (WEAK, result(), WEAK),
    ],
)
def test_of_two_sources_the_first_row_that_is_hit_decides(boundary, own, expected):
    assert combine(boundary, own) is expected


def test_two_sources_that_know_nothing_give_both_their_reasons():
    boundary = result(reasons=("no-trusted-result", "no-pass"))
    own = result(dkim="fail", reasons=("no-pass",))
    assert combine(boundary, own) == result(dkim="fail", reasons=("no-pass", "no-trusted-result"))


def test_no_pair_of_sources_is_aligned_unless_one_of_them_is():
    some = [UNCHECKED, FAILED, WEAK, result(), ALIGNED, SEALED]
    for boundary, own in itertools.product(some, repeat=2):
        aligned = combine(boundary, own).level is AuthenticityLevel.ALIGNED
        assert not aligned or AuthenticityLevel.ALIGNED in {boundary.level, own.level}
