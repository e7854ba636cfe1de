"""What the running desk learns about its letters after they left: by the provider's webhook, and by a bounce."""

import base64
import http.client
import json
import time
from contextlib import closing

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from acceptance.desk_process import DeskProcess, wait_until
from acceptance.letters import erasure, send
from privacy.outgoing import OutgoingState
from servers.ports import free_port
from servers.smtp_sink import SmtpSink
from storage.outbox import LetterRow

ANNE = "anne@person.example"


def acknowledged(desk: DeskProcess, port: int) -> LetterRow:
    """Let Anne write, and wait until her acknowledgement has left."""
    send(port, ANNE, "privacy@autocloz.example", erasure(ANNE, "<1@person.example>"))
    wait_until(lambda: letter_is(desk, OutgoingState.SENT), what="an acknowledgement that left")
    (case,) = desk.cases()
    assert case.acknowledged_at is not None
    return desk.letters()[0]


def letter_is(desk: DeskProcess, state: OutgoingState) -> bool:
    return [letter.state for letter in desk.letters()] == [state]


def assert_came_back(desk: DeskProcess, reason: str) -> None:
    """The letter has failed with its reason, its clock is open, and the command line tells people so."""
    wait_until(lambda: letter_is(desk, OutgoingState.FAILED), what="the letter to have failed")
    assert desk.letters()[0].reason == f"bounced-{reason}"
    (case,) = desk.cases()
    assert case.acknowledged_at is None
    task = json.loads(desk.command("tasks", "list", "--json").stdout)
    assert (task["kind"], task["reason"], task["urgent"]) == ("letter_bounced", reason, True)


def test_a_bounce_event_of_the_provider_reaches_the_letter(
    listener_process: DeskProcess, listener_port: int, sink: SmtpSink
) -> None:
    key, web_port = ec.generate_private_key(ec.SECP256R1()), free_port()
    encoded = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    key_file = listener_process.home / "events.pem"
    key_file.write_bytes(encoded)
    with listener_process.config_file.open("a") as config:
        config.write(f"[web]\nenabled = true\nport = {web_port}\n[outgoing.events]\n")
        config.write(f'public_key_file = "{key_file}"\n')
    listener_process.start()
    letter = acknowledged(listener_process, listener_port)
    event = {
        "event": "bounce",
        "smtp-id": sink.letters[0].message["Message-ID"],
        "sg_event_id": "1",
        "timestamp": int(time.time()),
        "status": "5.1.1",
        "reason": "550 5.1.1 no such user",
    }
    assert event["smtp-id"] == letter.message.message_id
    assert post(web_port, json.dumps([event]).encode(), key) == 204
    assert_came_back(listener_process, "userunknown")
    checked = listener_process.command("check", "--json").stdout.splitlines()
    (line,) = [row for row in map(json.loads, checked) if row["item"] == "event webhook"]
    assert line["says"].startswith("configured")
    assert "@" not in listener_process.log
    assert listener_process.stop() == 0


def post(port: int, body: bytes, key: ec.EllipticCurvePrivateKey) -> int:
    stamp = str(int(time.time()))
    signature = base64.b64encode(key.sign(stamp.encode() + body, ec.ECDSA(SHA256()))).decode()
    headers = {
        "X-Twilio-Email-Event-Webhook-Signature": signature,
        "X-Twilio-Email-Event-Webhook-Timestamp": stamp,
    }
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=20)) as connection:
        connection.request("POST", "/events/sendgrid", body, headers)
        return connection.getresponse().status


def test_a_bounce_without_any_copy_finds_its_letter_by_its_return_path(
    listener_process: DeskProcess, listener_port: int, sink: SmtpSink
) -> None:
    listener_process.start()
    acknowledged(listener_process, listener_port)
    return_path = sink.letters[0].mail_from
    words = "\r\n".join(
        [
            "From: mailer-daemon@mx.person.example",
            f"To: {return_path}",
            "Subject: failure notice",
            "Message-ID: <bounce@mx.person.example>",
            "",
            "I wasn't able to deliver your message to the following addresses.",
            "",
            f"<{ANNE}>:",
            "The mailbox is full.",
            "",
        ]
    )
    send(listener_port, "", return_path, words.encode())
    assert_came_back(listener_process, "mailboxfull")
    assert listener_process.stop() == 0
