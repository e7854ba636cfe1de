"""Our own check as a whole: alignment by the owner's record, lists with and without a seal, a DNS that is gone."""

from datetime import UTC, datetime

import dkim
import pytest

from intake.dmarc import organizational_domain
from intake.parse import parse_message
from intake.verification import MAX_QUESTIONS, Arrival, Bounded, SenderVerifier
from privacy.errors import Retryable
from privacy.messages import SmtpClient
from privacy.ports import RecordKind
from sender_keys import MemoryDns, Signer

NOW = datetime.now(UTC)
OWNER = "_dmarc.berg.example"
MAIL = (
    b"From: anne@berg.example\r\nTo: privacy@autocloz.example\r\nSubject: my data\r\n"
    b"Date: Mon, 02 Nov 2026 10:00:00 +0000\r\n\r\nPlease delete my data.\r\n"
)
CLIENT = SmtpClient(address="192.0.2.10", helo="out.berg.example")
SAW_IT_PASS = "mx.list.example; dmarc=pass header.from=berg.example"


@pytest.fixture
def dns():
    dns = MemoryDns()
    dns.publish(OWNER, "v=DMARC1; p=reject")
    return dns


def check(raw, dns, client=None, envelope_from="anne@berg.example", sealers=()):
    verifier = SenderVerifier(dns=dns, sealers=frozenset(sealers))
    arrival = Arrival(received_at=NOW, client=client, envelope_from=envelope_from)
    return verifier.verify(raw, parse_message(raw).sender, arrival)


@pytest.mark.parametrize(
    ("domain", "organization"),
    [
        ("berg.example", "berg.example"),
        ("mail.my-bank.example", "my-bank.example"),
        ("a.b.berg.co.uk", "berg.co.uk"),
        ("co.uk", "co.uk"),
        ("anne.github.io", "anne.github.io"),
        ("victim.internal", "victim.internal"),
        ("xn--vctim-4va.example", "xn--vctim-4va.example"),
        ("1_2.example", "1_2.example"),
    ],
)
def test_the_organization_is_what_stands_below_the_public_suffix(domain, organization):
    assert organizational_domain(domain) == organization


@pytest.mark.parametrize(
    ("record", "signer", "dmarc"),
    [
        ("v=DMARC1; p=none", "berg.example", "pass"),
        ("v=DMARC1; p=none", "mail.berg.example", "pass"),
        ("v=DMARC1; p=none; adkim=s", "mail.berg.example", "none"),
        ("v=DMARC1; p=none", "evil.example", "none"),
        ("v=DMARC1; p=none", "xberg.example", "none"),
        ("v=DMARC1; p=nonsense", "mail.berg.example", "none"),
        ("v=DMARC1", "mail.berg.example", "none"),
        ("v=DMARC2; p=none", "mail.berg.example", "none"),
        ("p=none; v=DMARC1", "mail.berg.example", "none"),
    ],
)
def test_the_owner_s_record_says_how_near_a_signature_must_be(dns, record, signer, dmarc):
    dns.publish(OWNER, record)
    found = check(Signer(signer, dns).sign(MAIL), dns)
    assert found.dmarc == dmarc
    assert (found.level == "aligned") is (dmarc == "pass")


def test_two_records_of_the_owner_are_none(dns):
    dns.publish(OWNER, "v=DMARC1; p=none", "v=DMARC1; p=reject")
    assert check(Signer("mail.berg.example", dns).sign(MAIL), dns).dmarc == "none"


def test_neighbours_under_a_public_suffix_are_strangers(dns):
    dns.publish("_dmarc.olivia.github.io", "v=DMARC1; p=none")
    raw = Signer("mallory.github.io", dns).sign(MAIL.replace(b"berg.example", b"olivia.github.io"))
    assert check(raw, dns).level == "weak"


def test_only_who_knows_the_client_may_say_that_dmarc_fails(dns):
    assert check(MAIL, dns).dmarc == "none"
    assert "spf-not-asked" in check(MAIL, dns).reasons
    assert check(MAIL, dns, CLIENT).dmarc == "fail"
    assert check(MAIL, dns, CLIENT).reasons[0] == "dmarc-fail"


def test_what_only_our_stricter_rules_refuse_is_no_fail(dns):
    limited = Signer("berg.example", dns).sign(MAIL, length=True)
    assert check(limited, dns, CLIENT).dmarc == "none"
    assert check(limited, dns, CLIENT).level == "none"
    strangers = Signer("evil.example", dns).sign(MAIL, length=True)
    assert check(strangers, dns, CLIENT).dmarc == "fail"


@pytest.mark.parametrize("silent", ["s._domainkey.berg.example", "berg.example", OWNER, "*"])
def test_a_dns_that_does_not_answer_is_never_a_fail(dns, silent):
    raw = Signer("berg.example", dns).sign(MAIL).replace(b"my data", b"his data")
    dns.silent.add(silent)
    if silent == "s._domainkey.berg.example":
        raw = raw.replace(b"his data", b"my data")
    found = check(raw, dns, CLIENT)
    assert found.dmarc == "temperror"
    assert found.level == "none"
    assert found.reasons[0] == "temporary-failure"


def test_an_equal_domain_needs_no_record(dns):
    dns.silent.add(OWNER)
    assert check(Signer("berg.example", dns).sign(MAIL), dns).reasons[0] == "dkim-aligned"


def through_a_list(dns, results=SAW_IT_PASS):
    """Return Anne's signed mail as a list sends it on: with its words in the body, and its seal."""
    raw = Signer("berg.example", dns).sign(MAIL) + b"-- \r\nYou get this from a list.\r\n"
    return Signer("list.example", dns).seal(raw, results)


def test_a_seal_counts_only_of_a_listed_sealer(dns):
    raw = through_a_list(dns)
    assert check(raw, dns, CLIENT).dmarc == "fail"
    assert check(raw, dns, CLIENT, sealers=["other.example"]).level == "none"
    found = check(raw, dns, CLIENT, sealers=["list.example"])
    assert (found.level, found.reasons[0]) == ("aligned", "sealed-by-listed-sealer")


@pytest.mark.parametrize(
    "results",
    [
        "mx.list.example; dmarc=fail header.from=berg.example",
        "mx.list.example; dmarc=pass header.from=evil.example",
        "mx.list.example; dmarc=pass",
        "mx.list.example; dmarc=fail (dmarc=pass) header.from=berg.example",
        "mx.list.example; dmarc=pass header.from=berg.example; dmarc=fail header.from=berg.example",
        "mx.list.example; dkim=pass header.d=berg.example",
        "mx.list.example",
    ],
)
def test_a_seal_counts_only_with_one_pass_of_this_domain(dns, results):
    raw = through_a_list(dns, results)
    assert check(raw, dns, sealers=["list.example"]).level != "aligned"


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: raw.replace(b"delete my data", b"send me all"),
        lambda raw: raw.replace(b"Subject: my data", b"Subject: all data"),
        lambda raw: raw.replace(b"i=1; mx", b"i=2; mx"),
        lambda raw: raw.replace(b"cv=none", b"cv=pass"),
        lambda raw: raw.replace(b"ARC-Seal", b"X-Seal"),
        lambda raw: raw.replace(b"ARC-Seal:", b"ARC-Seal: i=1; a=b\r\nARC-Seal:"),
        lambda raw: b"ARC-Seal: i=9\r\n" + raw,
        lambda raw: b"ARC-Seal: x\r\n" * 20 + raw,
        lambda raw: b"ARC-Seal: i=1;" + b"x" * 9_000 + b"\r\n" + raw,
        lambda raw: raw.replace(b"c=relaxed/relaxed", b"c=relaxed/relaxed; z=" + b":" * 201),
        lambda raw: raw.replace(b"; d=list.example", b"; l=5; d=list.example"),
        lambda raw: raw.replace(b"from : ", b"").replace(b"from:", b"", 1),
    ],
)
def test_a_broken_chain_proves_nothing(dns, damage):
    whole = through_a_list(dns)
    raw = damage(whole)
    assert raw != whole
    assert check(raw, dns, sealers=["list.example"]).level != "aligned"


def test_a_stranger_s_newest_seal_hides_a_listed_one(dns):
    raw = Signer("evil.example", dns).seal(
        through_a_list(dns), SAW_IT_PASS, instance=2, validation="pass"
    )
    assert check(raw, dns, sealers=["list.example"]).level != "aligned"
    assert check(raw, dns, sealers=["list.example", "evil.example"]).level == "aligned"


def test_a_stranger_s_seal_that_hides_its_number_is_seen_all_the_same(dns):
    """The vendor finds i= wherever it stands: Mallory changes the mail and seals it anew, above a listed seal."""
    changed = through_a_list(dns).replace(b"delete my data", b"send me everything")
    mallory = Signer("evil.example", dns)
    raw = mallory.seal(changed, "mx.evil.example", instance=2, validation="pass", hidden=True)
    assert vendor_holds(raw, dns)
    assert check(raw, dns, sealers=["list.example"]).level != "aligned"


def vendor_holds(raw, dns):
    """Tell whether the library alone would be content with a chain."""

    def key(name, **_):
        return dns.look_up(name.decode(), RecordKind.TXT)[0].encode()

    return dkim.arc_verify(raw, dnsfunc=key)[0] == b"pass"


@pytest.mark.parametrize("record", [(), ("p=" + "A" * 900,), ("nonsense",), ("p=AAAA", "p=AAAA")])
def test_a_seal_whose_key_is_not_to_be_used_proves_nothing(dns, record):
    raw = through_a_list(dns)
    dns.publish("s._domainkey.list.example", *record)
    assert check(raw, dns, sealers=["list.example"]).level != "aligned"


def test_a_seal_whose_key_nobody_answers_for_proves_nothing(dns):
    raw = through_a_list(dns)
    dns.silent.add("s._domainkey.list.example")
    assert check(raw, dns, sealers=["list.example"]).level == "none"


def test_one_message_may_ask_only_so_much_and_so_long(dns):
    seconds = [0.0]
    bounded = Bounded(dns, seconds=4.0, now=lambda: seconds[0])
    for _ in range(MAX_QUESTIONS):
        bounded.look_up(OWNER, RecordKind.TXT)
    with pytest.raises(Retryable):
        bounded.look_up(OWNER, RecordKind.TXT)
    slow = Bounded(dns, seconds=4.0, now=lambda: seconds[0])
    seconds[0] = 4.1
    with pytest.raises(Retryable):
        slow.look_up(OWNER, RecordKind.TXT)


def test_looking_ahead_asks_for_the_keys_and_policies_of_believable_senders_only(dns):
    wanted = []
    dns.look_ahead = wanted.extend
    signed = Signer("mail.berg.example", dns).sign(MAIL)
    SenderVerifier(dns=dns).look_ahead([signed, b"From: a, b\r\n\r\nx", signed], NOW)
    assert [name for name, _ in wanted] == ["s._domainkey.mail.berg.example", OWNER]
