"""DKIM with real keys: what counts as signed, what does not and why, and what an attacker can make it cost."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.dkim_signatures import MAX_SIGNATURES, Refusal, read_signature, read_tags
from intake.parse import parse_message
from intake.verification import Arrival, SenderVerifier
from sender_keys import MemoryDns, Signer, public_record, rsa_key

NOW = datetime.now(UTC)
HEAD = b"From: anne@berg.example\r\nTo: privacy@autocloz.example\r\nSubject: my data\r\nDate: Mon, 02 Nov 2026 10:00:00 +0000\r\n"
MAIL = HEAD + b"\r\nPlease delete my data.\r\n"
KEY = "s._domainkey.berg.example"


@pytest.fixture
def dns():
    return MemoryDns()


@pytest.fixture
def anne(dns):
    return Signer("berg.example", dns)


def check(raw, dns, at=NOW):
    return SenderVerifier(dns=dns).verify(raw, parse_message(raw).sender, Arrival(received_at=at))


def outcome(raw, dns, at=NOW):
    found = check(raw, dns, at)
    return found.level, found.dkim, found.reasons[-1] if len(found.reasons) > 1 else ""


@pytest.mark.parametrize("header", [b"simple", b"relaxed"])
@pytest.mark.parametrize("body", [b"simple", b"relaxed"])
def test_a_signature_of_the_domain_aligns_it(dns, anne, header, body):
    assert check(anne.sign(MAIL, canonicalize=(header, body)), dns).level == "aligned"


def test_an_ed25519_signature_counts(dns):
    signer = Signer("berg.example", dns, key=ed25519.Ed25519PrivateKey.generate())
    assert check(signer.sign(MAIL), dns).level == "aligned"


def test_a_mail_without_subject_needs_none_signed_and_one_added_later_breaks_it(dns, anne):
    bare = MAIL.replace(b"Subject: my data\r\n", b"")
    signed = anne.sign(bare, include_headers=[b"from", b"to"])
    assert check(signed, dns).level == "aligned"
    added = signed.replace(b"To: privacy", b"Subject: all data of Olivia\r\nTo: privacy")
    assert outcome(added, dns) == ("none", "policy", "dkim-does-not-sign-from-and-subject")


def test_line_ends_of_a_maildir_change_nothing(dns, anne):
    assert check(anne.sign(MAIL).replace(b"\r\n", b"\n"), dns).level == "aligned"


def test_any_one_of_five_signatures_is_enough_and_six_are_not_looked_at(dns, anne):
    good = anne.field(MAIL)
    broken = good.replace(b"bh=", b"bh=AAAA")
    assert check(broken * (MAX_SIGNATURES - 1) + good + MAIL, dns).level == "aligned"
    dns.asked.clear()
    many = check(good * (MAX_SIGNATURES + 1) + MAIL, dns)
    assert (many.level, many.dkim) == ("none", "policy")
    assert KEY not in {name for name, _ in dns.asked}


@pytest.mark.parametrize(
    ("tags", "code"),
    [
        ({"x": str(int(NOW.timestamp()) - 10)}, "dkim-expired"),
        ({"t": str(int(NOW.timestamp()) + 100_000)}, "dkim-from-the-future"),
        ({"l": "5"}, "dkim-length-limited"),
        ({"a": "rsa-sha1"}, "dkim-weak-algorithm"),
        ({"v": "2"}, "dkim-signature-not-readable"),
        ({"q": "http"}, "dkim-signature-not-readable"),
        ({"c": "relaxed/none"}, "dkim-signature-not-readable"),
        ({"i": "@evil.example"}, "dkim-signature-not-readable"),
        ({"i": "@xberg.example"}, "dkim-signature-not-readable"),
        ({"t": "soon"}, "dkim-signature-not-readable"),
        ({"d": "example"}, "dkim-signature-not-readable"),
        ({"d": "berg..example"}, "dkim-signature-not-readable"),
        ({"s": "a b"}, "dkim-signature-not-readable"),
        ({"h": "to:subject"}, "dkim-does-not-sign-from-and-subject"),
        ({"h": "from:to"}, "dkim-does-not-sign-from-and-subject"),
        ({"h": "from:subject" + ":x" * 300}, "dkim-signature-too-long"),
        ({"z": "x" * 9_000}, "dkim-signature-too-long"),
        ({"z": "x" + "\r\n " * 200 + "y"}, "dkim-signature-too-long"),
        ({"bh": "*"}, "dkim-signature-not-readable"),
    ],
)
def test_a_signature_that_may_not_count_asks_for_no_key(dns, anne, tags, code):
    raw = anne.sign_with(MAIL, **tags)
    assert code in check(raw, dns).reasons
    assert check(raw, dns).level == "none"
    assert KEY not in {name for name, _ in dns.asked}


def test_further_tags_that_are_in_order_do_no_harm(dns, anne):
    moment = int(NOW.timestamp())
    raw = anne.sign_with(
        MAIL, t=str(moment), x=str(moment + 60), i="anne@mail.berg.example", z="copy"
    )
    assert check(raw, dns).level == "aligned"


def test_expiry_is_judged_by_arrival_not_by_the_day_of_the_check(dns, anne):
    long_ago = NOW - timedelta(days=400)
    raw = anne.sign_with(MAIL, x=str(int(long_ago.timestamp()) + 60))
    assert check(raw, dns, long_ago).level == "aligned"
    assert check(raw, dns, NOW).level == "none"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        ((), "dkim-no-key"),
        (("v=DKIM1; p=",), "dkim-key-revoked"),
        (("v=DKIM2; p=AAAA",), "dkim-key-not-readable"),
        (("nonsense",), "dkim-key-not-readable"),
        (("{key}", "{key}"), "dkim-key-not-readable"),
        (("{key}; t=y",), "dkim-key-in-test"),
        (("{key}; s=tlsrpt",), "dkim-key-of-another-kind"),
        (("{key}; h=sha1",), "dkim-key-of-another-kind"),
        (("k=ed25519; p=AAAA",), "dkim-key-of-another-kind"),
        (("p=" + "A" * 801,), "dkim-key-too-long"),
        (("p=AAAA",), "dkim-does-not-hold"),
        (("p=*",), "dkim-does-not-hold"),
        (("p=MA0GCSqGSIb3DQEBAQUAAw==",), "dkim-does-not-hold"),
        (("k=rsa; p=éé",), "dkim-does-not-hold"),
    ],
)
def test_a_key_that_may_not_be_used_proves_nothing(dns, anne, record, code):
    raw = anne.sign(MAIL)
    dns.publish(KEY, *(text.replace("{key}", public_record(anne.key)) for text in record))
    found = check(raw, dns)
    assert code in found.reasons
    assert found.level == "none"
    assert found.dkim in {"permerror", "fail"}


def test_a_key_for_the_domain_only_is_not_for_its_subdomains(dns, anne):
    dns.publish(KEY, public_record(anne.key) + "; t=s")
    assert check(anne.sign(MAIL), dns).level == "aligned"
    below = anne.sign_with(MAIL, i="@mail.berg.example")
    assert "dkim-key-for-the-domain-only" in check(below, dns).reasons


def test_a_short_key_proves_nothing(dns):
    signer = Signer("berg.example", dns, key=rsa_key("short", 1024))
    assert check(signer.sign(MAIL), dns).level == "aligned"
    short = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAL" + "A" * 86 + "AwEAAQ=="
    dns.publish(KEY, f"p={short}")
    assert check(signer.sign(MAIL), dns).level == "none"


def test_a_key_that_nobody_answers_for_is_no_failure(dns, anne):
    dns.silent.add(KEY)
    assert outcome(anne.sign(MAIL), dns)[:2] == ("none", "temperror")


@pytest.mark.parametrize(
    "body", [b" " * 1_000_000 + b"x", (b" " * 4_000 + b"x") * 2_000, b"\n" * 1_000_000]
)
def test_what_the_vendor_would_take_minutes_for_holds_at_once(dns, anne, body):
    signed = anne.sign(HEAD + b"\r\nhello\r\n", canonicalize=(b"relaxed", b"relaxed"))
    assert check(signed.replace(b"hello", body), dns).level == "none"


def test_blanks_that_were_signed_still_hold(dns, anne):
    body = b"a  \t b \r\n" + b" " * 500 + b"c\r\n\r\n \r\n"
    for canonicalization in (b"simple", b"relaxed"):
        signed = anne.sign(HEAD + b"\r\n" + body, canonicalize=(b"relaxed", canonicalization))
        assert check(signed, dns).level == "aligned"


def test_nobody_is_asked_about_a_sender_who_is_not_believed(dns, anne):
    raw = anne.sign(b"From: olivia@victim.example\r\n" + MAIL)
    assert check(raw, dns).reasons == ("sender-not-believable",)
    assert dns.asked == []


@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading_of_a_signature(value):
    found = read_signature(b"DKIM-Signature", value, frozenset({b"from"}), NOW)
    assert isinstance(found, Refusal)
    assert read_tags(value) is None or isinstance(read_tags(value), dict)


@given(st.binary(max_size=200), st.integers(min_value=0, max_value=400))
@settings(deadline=None)  # the first one makes a key
def test_no_damage_to_a_signed_mail_breaks_the_check(noise, at):
    dns = MemoryDns()
    raw = Signer("berg.example", dns).sign(MAIL)
    assert check(raw[:at] + noise + raw[at:], dns).reasons
