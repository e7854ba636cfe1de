"""The DNS over a real server: what answers look like, what no answer costs, and what is remembered."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.name_service import MAX_RECORDS, DnsNameService, split_port
from privacy.errors import Retryable
from privacy.ports import RecordKind
from servers.name_server import NameServer

TXT = RecordKind.TXT
PATIENCE = 20.0  # seconds: a busy machine is no silent server
PRINTABLE = "".join(map(chr, range(32, 127)))
LONG = "v=spf1 " + "x" * 400
ZONE = {
    ("berg.example", "TXT"): ['"v=spf1 -all"', '"verification=1"'],
    ("berg.example", "MX"): ["20 b.berg.example.", "10 a.berg.example."],
    ("a.berg.example", "A"): ["192.0.2.1", "192.0.2.2"],
    ("a.berg.example", "AAAA"): ["2001:db8::1"],
    ("1.2.0.192.in-addr.arpa", "PTR"): ["a.berg.example."],
    ("null.example", "MX"): ["0 ."],
    ("pieces.example", "TXT"): [f'"{LONG[:200]}" "{LONG[200:]}"'],
    ("alias.example", "CNAME"): ["berg.example."],
    ("loop.example", "CNAME"): ["back.example."],
    ("back.example", "CNAME"): ["loop.example."],
    ("huge.example", "TXT"): [f'"{n} {"y" * 200}" "{"y" * 200}"' for n in range(120)],
    ("endless.example", "TXT"): [" ".join(f'"{"z" * 250}"' for _ in range(60))],
    ("odd.example", "TXT"): ['"\\200\\255"'],
}


class Clock:
    """A clock that the test moves."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


@pytest.fixture
def server():
    with NameServer(ZONE, silent=["silent.example"], failing=["failing.example"]) as running:
        yield running


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def dns(server, clock):
    return DnsNameService([server.address], seconds=PATIENCE, now=clock)


def hasty(server, clock):
    """Return a service that gives up soon, for names that never answer; `be_patient` before asking others."""
    return DnsNameService([server.address], seconds=0.1, now=clock)


def be_patient(dns):
    dns._seconds = PATIENCE


@pytest.mark.parametrize(
    ("name", "kind", "records"),
    [
        ("berg.example", "MX", ("a.berg.example", "b.berg.example")),
        ("a.berg.example", "AAAA", ("2001:db8::1",)),
        ("1.2.0.192.in-addr.arpa", "PTR", ("a.berg.example",)),
        ("pieces.example", "TXT", (LONG,)),
        ("null.example", "MX", ()),
        ("nowhere.example", "TXT", ()),
        ("a.berg.example", "TXT", ()),
        ("endless.example", "TXT", ()),
        ("odd.example", "TXT", ("\xc8\xff",)),
        ("a..b", "TXT", ()),
        ("x" * 64 + ".example", "TXT", ()),
        (".".join(["y" * 60] * 5), "TXT", ()),
        ("", "TXT", ()),
    ],
)
def test_records_come_as_text_and_what_is_not_there_is_nothing(dns, name, kind, records):
    assert dns.look_up(name, RecordKind(kind)) == records


@pytest.mark.parametrize("name", ["berg.example", "BERG.example.", "alias.example"])
def test_case_final_dot_and_alias_make_no_difference(dns, name):
    assert set(dns.look_up(name, TXT)) == {"v=spf1 -all", "verification=1"}


def test_an_answer_that_is_too_long_for_a_datagram_comes_by_tcp_and_is_cut(dns, server):
    assert len(dns.look_up("huge.example", TXT)) == MAX_RECORDS
    assert server.by_tcp == 1


@pytest.mark.parametrize("name", ["silent.example", "failing.example", "loop.example"])
def test_no_usable_answer_is_no_answer_and_not_an_empty_one(server, clock, name):
    dns = hasty(server, clock)
    with pytest.raises(Retryable):
        dns.look_up(name, TXT)


def test_an_answer_is_remembered_for_a_while(dns, server, clock):
    for _ in range(3):
        dns.look_up("berg.example", TXT)
    assert server.asked["berg.example"] == 1
    clock.seconds = 3_601
    dns.look_up("berg.example", TXT)
    assert server.asked["berg.example"] == 2


def test_a_silent_name_is_left_alone_and_asked_again_later(server, clock):
    dns = hasty(server, clock)
    for _ in range(3):
        with pytest.raises(Retryable):
            dns.look_up("silent.example", TXT)
    asked = server.asked["silent.example"]
    server.silent.clear()
    be_patient(dns)
    clock.seconds = 31
    assert dns.look_up("silent.example", TXT) == ()
    assert server.asked["silent.example"] > asked


def test_a_server_that_is_gone_is_left_alone_for_every_name_and_tried_again(server, clock):
    dns = hasty(server, clock)
    names = [f"{number}.gone.example" for number in range(10)]
    server.silent.update(names)
    for name in names:
        with pytest.raises(Retryable):
            dns.look_up(name, TXT)
    with pytest.raises(Retryable):
        dns.look_up("berg.example", TXT)
    assert server.asked["berg.example"] == 0
    be_patient(dns)
    clock.seconds = 31
    assert dns.look_up("berg.example", TXT)


def test_names_that_never_answer_do_not_stop_the_others(server, clock):
    dns = hasty(server, clock)
    for number in range(20):
        dns._seconds = 0.1
        server.silent.add(f"{number}.tarpit.example")
        with pytest.raises(Retryable):
            dns.look_up(f"{number}.tarpit.example", TXT)
        be_patient(dns)
        if number % 5 == 0:
            assert dns.look_up(f"{number}.nowhere.example", TXT) == ()


def test_several_questions_are_asked_at_the_same_time(dns, server):
    waiting = threading.Barrier(3, timeout=10)
    questions = [("berg.example", TXT), ("pieces.example", TXT), ("nowhere.example", TXT)]
    fetch = dns._fetch

    def fetch_together(question):
        waiting.wait()  # breaks unless all three are under way
        return fetch(question)

    dns._fetch = fetch_together
    dns.look_ahead(questions * 2)
    assert [len(dns.look_up(*question)) for question in questions] == [2, 1, 0]
    assert set(server.asked.values()) == {1}


def test_looking_ahead_at_silence_ends_and_is_no_error(server, clock):
    dns = hasty(server, clock)
    dns.look_ahead([("silent.example", TXT), ("berg.example", TXT)])
    be_patient(dns)
    clock.seconds = 3_601
    assert dns.look_up("berg.example", TXT)


@given(st.one_of(st.text(max_size=80), st.text(alphabet=PRINTABLE, max_size=300)))
@settings(max_examples=60, deadline=None)
def test_no_name_breaks_it(name):
    with NameServer({}) as server:
        dns = DnsNameService([server.address], seconds=PATIENCE)
        assert dns.look_up(name, TXT) == ()
        dns.look_ahead([(name, TXT), (name[1:], TXT)])


def test_nobody_listens_there():
    with NameServer({}) as server:
        address = server.address
    with pytest.raises(Retryable):
        DnsNameService([address], seconds=0.2).look_up("berg.example", TXT)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("192.0.2.53", ("192.0.2.53", 53)),
        ("127.0.0.1:5353", ("127.0.0.1", 5353)),
        ("2001:db8::53", ("2001:db8::53", 53)),
        ("[2001:db8::53]:5353", ("2001:db8::53", 5353)),
    ],
)
def test_a_server_is_named_by_address_and_port(text, place):
    assert split_port(text) == place


@pytest.mark.parametrize("text", ["", "ns.example", "192.0.2.53:", "192.0.2.53:99999", "1:2"])
def test_a_server_is_named_by_nothing_else(text):
    with pytest.raises(ValueError):
        split_port(text)
