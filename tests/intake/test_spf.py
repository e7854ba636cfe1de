"""SPF by our own evaluation: every mechanism, the limits of the standard, and records that attack the reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.spf import check_spf
from privacy.ports import RecordKind
from sender_keys import MemoryDns

CLIENT = "192.0.2.10"
ANNE = "anne@berg.example"


def result(record, *more, client=CLIENT, sender=ANNE, helo="mail.berg.example", silent=()):
    dns = MemoryDns()
    dns.silent.update(silent)
    dns.publish("berg.example", *([record] if isinstance(record, str) else record))
    for name, kind, *records in more:
        dns.publish(name, *records, kind=RecordKind(kind))
    return check_spf(client, sender, helo, dns)[0]


MX = ("berg.example", "MX", "a.berg.example", "b.berg.example")
B = ("b.berg.example", "A", CLIENT)
OTHER = ("other.example", "TXT", "v=spf1 ip4:192.0.2.0/24 -all")


@pytest.mark.parametrize(
    ("record", "more", "word"),
    [
        ("v=spf1 -all", [], "fail"),
        ("v=spf1 ~all", [], "softfail"),
        ("V=SPF1 ?ALL", [], "neutral"),
        ("v=spf1", [], "neutral"),
        ("v=spf1 +all", [], "pass"),
        ("v=spf1 ip4:192.0.2.10 -all", [], "pass"),
        ("v=spf1 ip4:192.0.2.0/28 -all", [], "pass"),
        ("v=spf1 ip4:192.0.2.128/25 -all", [], "fail"),
        ("v=spf1 ip6:2001:db8::/32 -all", [], "fail"),
        ("v=spf1 a:b.berg.example -all", [B], "pass"),
        ("v=spf1 a:b.berg.example/24 -all", [("b.berg.example", "A", "192.0.2.99")], "pass"),
        ("v=spf1 mx -all", [MX, B], "pass"),
        ("v=spf1 mx:other.example -all", [MX, B], "fail"),
        ("v=spf1 include:other.example -all", [OTHER], "pass"),
        ("v=spf1 include:third.example ~all", [("third.example", "TXT", "v=spf1 -all")], "softfail"),
        ("v=spf1 redirect=other.example", [OTHER], "pass"),
        ("v=spf1 exists:%{i}.%{l}.ok.example -all",
         [("192.0.2.10.anne.ok.example", "A", "127.0.0.2")], "pass"),
        ("v=spf1 exists:%{ir}.%{v}.%{d2}.%{o1}.ok.example -all",
         [("10.2.0.192.in-addr.berg.example.example.ok.example", "A", "127.0.0.2")], "pass"),
        ("v=spf1 ptr -all",
         [("10.2.0.192.in-addr.arpa", "PTR", "mail.berg.example"),
          ("mail.berg.example", "A", CLIENT)], "pass"),
        ("v=spf1 ptr -all",
         [("10.2.0.192.in-addr.arpa", "PTR", "mail.berg.example")], "fail"),
        ("v=spf1 ptr -all", [("10.2.0.192.in-addr.arpa", "PTR", "mail.evil.example")], "fail"),
        (("v=spf10 +all", "v=spf1 -all", "unrelated"), [], "fail"),
        ("v=spf10 +all", [], "none"),
        ("v=spf1 moo=%{d} -all exp=why.berg.example", [], "fail"),
    ],
)  # fmt: skip
def test_a_record_says_who_may_send(record, more, word):
    assert result(record, *more) == word


@pytest.mark.parametrize(
    ("record", "more"),
    [
        (("v=spf1 +all", "v=spf1 -all"), []),
        ("v=spf1 allow -all", []),
        ("v=spf1 all:x.example", []),
        ("v=spf1 ip4:192.0.2.0/33", []),
        ("v=spf1 ip4:192.0.2", []),
        ("v=spf1 ip4:2001:db8::1", []),
        ("v=spf1 a:berg.example/33", []),
        ("v=spf1 include:", []),
        ("v=spf1 include:nowhere.example +all", []),
        ("v=spf1 redirect=nowhere.example", []),
        ("v=spf1 redirect=a.example redirect=b.example", []),
        ("v=spf1 exists:%{x}.example", []),
        ("v=spf1 exists:%{d0}.example", []),
        ("v=spf1 exists:%d.example", []),
        ("v=spf1 -all exp=", []),
        ("v=spf1 a:berg.example\x00", []),
        ("v=spf1 mx -all", [("berg.example", "MX", *(f"m{n}.berg.example" for n in range(11)))]),
        ("v=spf1 " + " ".join(f"exists:n{n}.berg.example" for n in range(3)) + " +all", []),
        ("v=spf1 " + " ".join(["a:b.berg.example"] * 11) + " +all",
         [("b.berg.example", "A", "192.0.2.77")]),
        ("v=spf1 include:berg.example +all", []),
        ("v=spf1 redirect=berg.example", []),
    ],
)  # fmt: skip
def test_a_record_against_the_rules_or_its_limits_is_a_permanent_error(record, more):
    assert result(record, *more) == "permerror"


def test_ten_questions_are_allowed():
    record = "v=spf1 " + " ".join(["a:b.berg.example"] * 10) + " ~all"
    assert result(record, ("b.berg.example", "A", "192.0.2.77")) == "softfail"


@pytest.mark.parametrize(
    ("record", "silent"),
    [
        ("v=spf1 -all", "berg.example"),
        ("v=spf1 a:slow.example -all", "slow.example"),
        ("v=spf1 include:slow.example -all", "slow.example"),
    ],
)
def test_no_answer_is_a_temporary_error_and_no_fail(record, silent):
    assert result(record, silent=[silent]) == "temperror"


def test_a_reverse_name_that_nobody_answers_does_not_match():
    assert result("v=spf1 ptr ~all", silent=["10.2.0.192.in-addr.arpa"]) == "softfail"


@pytest.mark.parametrize(
    ("client", "word"),
    [
        ("2001:db8::5", "pass"),
        ("2001:db8::5%eth0", "pass"),
        ("::ffff:192.0.2.10", "softfail"),
        ("", "none"),
        ("unknown", "none"),
    ],
)
def test_the_family_of_the_client_counts(client, word):
    more = [("b.berg.example", "AAAA", "2001:db8::99")]
    assert result("v=spf1 a:b.berg.example/32//64 ~all", *more, client=client) == word


def test_an_address_that_the_dns_garbles_is_an_error_of_the_record():
    assert result("v=spf1 a:b.berg.example", ("b.berg.example", "A", "nonsense")) == "permerror"


def test_an_ipv6_client_is_spelt_in_nibbles():
    client = "2001:db8::1"
    nibbles = ".".join("20010db8000000000000000000000001")
    more = [(f"{nibbles}.ip6.ok.example", "A", "127.0.0.2")]
    assert result("v=spf1 exists:%{i}.%{v}.ok.example -all", *more, client=client) == "pass"


def test_a_long_macro_is_cut_from_the_left():
    sender = f"{'x.' * 120}anne@berg.example"
    more = [(("x." * 120 + "anne.ok.example")[-253:].partition(".")[2], "A", "127.0.0.2")]
    assert result("v=spf1 exists:%{l}.ok.example -all", *more, sender=sender) in {"pass", "fail"}


@pytest.mark.parametrize(
    ("sender", "helo", "domain"),
    [
        ("", "mail.berg.example", "mail.berg.example"),
        ("anne@BERG.example", "x", "berg.example"),
        ("@", "mail.berg.example", ""),
        ("", "[192.0.2.10]", "[192.0.2.10]"),
    ],
)
def test_the_empty_sender_is_judged_by_the_name_that_the_client_gave(sender, helo, domain):
    dns = MemoryDns({(domain, RecordKind.TXT): ("v=spf1 +all",)})
    is_name = domain.endswith("example")
    assert check_spf(CLIENT, sender, helo, dns) == ("pass" if is_name else "none", domain)


@given(
    st.text(
        alphabet=st.sampled_from("v=spf1 a:/%{}ird.-+~?0123all include:mxexistsptr@"), max_size=80
    )
)
def test_no_record_breaks_the_reader(text):
    words = {"pass", "fail", "softfail", "neutral", "none", "permerror"}
    assert result(f"v=spf1 {text}") in words
