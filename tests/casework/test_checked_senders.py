"""Our own check of senders at work: off it asks nobody, on it decides which letters go out by themselves."""

import dataclasses

import pytest

from casework.held import release_held
from casework_values import DPO, NOON, PRIVACY, SAM, arriving, authenticated, mail, mailbox, profile
from intake.name_service import DnsNameService
from intake.verification import SenderVerifier
from privacy.messages import SmtpClient
from privacy.ports import RecordKind
from sender_keys import MemoryDns, Signer, public_record
from servers.name_server import NameServer

OWNER = "_dmarc.person.example"
CLIENT = SmtpClient(address="192.0.2.10", helo="out.person.example")


@pytest.fixture
def dns():
    dns = MemoryDns()
    dns.publish(OWNER, "v=DMARC1; p=reject")
    return dns


@pytest.fixture
def anne(dns):
    return Signer("person.example", dns)


def checking(**changes):
    boxes = tuple(mailbox(address, verify=True, **changes) for address in (PRIVACY, DPO))
    return profile(mailboxes=boxes)


def signed(signer, number=1):
    """Return Anne's mail, signed at noon of the desk's day."""
    return signer.sign_with(mail(number=number), t=str(int(NOON.timestamp())))


def test_switched_off_it_asks_nobody(desk, dns, anne):
    desk.verifier = SenderVerifier(dns=dns)
    dns.look_ahead = dns.asked.append
    desk.receive_one(signed(anne))
    assert dns.asked == []
    assert len(desk.letters()) == 1


def test_nobody_is_asked_about_history_until_it_is_released(desk, dns, anne):
    desk.profile, desk.verifier = checking(), SenderVerifier(dns=dns)
    dns.look_ahead = dns.asked.append
    (row,) = desk.receive(arriving(signed(anne), history=True))
    assert dns.asked == []
    release_held(desk.database, row.inbound_id, actor=SAM, now=desk.now)
    desk.work()
    assert dns.asked


def test_a_signed_sender_is_answered_and_an_unsigned_one_by_a_person(desk, dns, anne):
    desk.profile, desk.verifier = checking(), SenderVerifier(dns=dns)
    desk.receive_one(signed(anne))
    assert (len(desk.letters()), len(desk.drafts())) == (1, 0)
    desk.receive_one(mail("Please delete all my data now.", number=2, From="bo@person.example"))
    assert desk.draft().reasons == ("sender-not-aligned",)


def test_the_client_is_kept_sealed_until_the_sender_is_checked(desk, dns):
    desk.profile, desk.verifier = checking(), SenderVerifier(dns=dns)
    dns.publish("person.example", "v=spf1 ip4:192.0.2.10 -all")
    desk.receive(arriving(mail(), client=CLIENT, envelope_from="anne@person.example"))
    assert len(desk.letters()) == 1


def test_a_forged_sender_whose_owner_says_so_is_never_answered(desk, dns):
    desk.profile, desk.verifier = checking(), SenderVerifier(dns=dns)
    desk.receive(arriving(mail(), client=CLIENT, envelope_from="x@evil.example"))
    assert "dmarc-fail" in desk.draft().reasons


def test_a_dns_that_is_gone_loses_no_mail(desk, dns, anne):
    desk.profile, desk.verifier = checking(), SenderVerifier(dns=dns)
    dns.silent.add("*")
    row = desk.receive_one(signed(anne))
    assert row.outcome == "case"
    assert desk.draft().reasons == ("sender-not-aligned",)


def test_boundary_and_own_check_are_one_result(desk, dns, anne):
    desk.profile = checking(authserv_id="mx.autocloz.example", boundary="mx.autocloz.example")
    desk.verifier = SenderVerifier(dns=dns)
    desk.receive_one(authenticated(signed(anne), "dmarc=none header.from=person.example"))
    assert len(desk.letters()) == 1


def test_a_batch_is_checked_over_a_real_name_server(desk, anne):
    quoted = f'"{public_record(anne.key)[:200]}" "{public_record(anne.key)[200:]}"'
    zone = {
        ("s._domainkey.person.example", RecordKind.TXT.value): [quoted],
        (OWNER, RecordKind.TXT.value): ['"v=DMARC1; p=reject"'],
    }
    with NameServer(zone) as server:
        verifier = SenderVerifier(dns=DnsNameService([server.address], seconds=20), seconds=60)
        desk.profile, desk.verifier = checking(), verifier
        desk.keep(*(arriving(signed(anne, number)) for number in (1, 2, 3)))
        desk.work()
        assert max(server.asked.values()) == 1
    assert len(desk.cases()) >= 1
    assert len(desk.letters()) == 1


def test_the_client_of_one_delivery_proves_nothing_for_the_envelope_of_another(desk, dns):
    desk.profile, desk.verifier = checking(), SenderVerifier(dns=dns)
    dns.publish("person.example", "v=spf1 ip4:192.0.2.10 -all")
    lie = arriving(mail(), envelope_from="anne@person.example")
    own = dataclasses.replace(lie, client=CLIENT, envelope_from="mallory@evil.example")
    desk.keep(lie, own)
    desk.work()
    assert desk.letters() == []
    assert desk.draft().reasons == ("sender-not-aligned",)
