"""STARTTLS at the SMTP listener."""

import ssl

import pytest
import trustme

from intake.listener_settings import ListenerSettings
from privacy.errors import Permanent
from servers.smtp_talk import ANNE, PRIVACY, Ledger, listening, talking


@pytest.fixture
def authority():
    return trustme.CA()


@pytest.fixture
def files(authority, tmp_path):
    certificate = authority.issue_cert("localhost")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    certificate.private_key_pem.write_to_path(str(key))
    for number, part in enumerate(certificate.cert_chain_pems):
        part.write_to_path(str(chain), append=number > 0)
    return {"tls_certificate": chain, "tls_key": key}


@pytest.fixture
def trust(authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


async def start_tls(talk, trust):
    assert (await talk.say("STARTTLS")).startswith("220 ")
    await talk.writer.start_tls(trust, server_hostname="localhost")


async def test_mail_comes_in_over_tls(files, trust):
    ledger = Ledger()
    async with listening(ledger, **files) as listener, talking(listener) as talk:
        assert "STARTTLS" in await talk.say("EHLO client.example")
        await start_tls(talk, trust)
        assert "AUTH" not in await talk.say("EHLO client.example")
        assert (await talk.mail(b"Subject: over TLS")).startswith("250 ")
    assert len(ledger.kept) == 1


async def test_it_takes_nothing_in_the_clear_where_tls_is_required(files, trust):
    async with listening(require_tls=True, **files) as listener, talking(listener) as talk:
        assert (await talk.say(f"MAIL FROM:<{ANNE}>")).startswith("530 ")
        await start_tls(talk, trust)
        await talk.say("EHLO client.example")
        assert (await talk.mail(b"Subject: now")).startswith("250 ")


async def test_a_command_smuggled_in_before_the_handshake_is_not_run(files, trust):
    async with listening(**files) as listener, talking(listener) as talk:
        await talk.send(b"STARTTLS\r\nEHLO mallory.example\r\nMAIL FROM:<m@mallory.example>\r\n")
        assert (await talk.reply()).startswith("220 ")
        await talk.writer.start_tls(trust, server_hostname="localhost")
        assert (await talk.say(f"RCPT TO:<{PRIVACY}>")).startswith("503 ")


async def test_a_failed_handshake_gives_the_place_back(files):
    async with listening(max_connections=1, **files) as listener:
        async with talking(listener) as talk:
            assert (await talk.say("STARTTLS")).startswith("220 ")
            await talk.send(b"this is no handshake\r\n" * 10)
            while await talk.reader.read(1000):
                pass
        await listener.door.empty.wait()
        async with talking(listener) as talk:
            assert (await talk.mail(b"Subject: next")).startswith("250 ")


async def test_an_unreadable_certificate_is_said_plainly(tmp_path):
    nothing = tmp_path / "missing.pem"
    with pytest.raises(Permanent, match="tls_certificate"):
        async with listening(tls_certificate=nothing, tls_key=nothing):
            pass


def test_tls_is_off_unless_asked_for():
    assert ListenerSettings(mailboxes=(PRIVACY,)).tls_certificate is None
