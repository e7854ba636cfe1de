"""The ways to a person when the desk itself fails."""

import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pydantic import ValidationError

from notifier.settings import AlarmSettings, MailAlarmSettings, WebhookAlarmSettings
from notifier.webhook import MailAlarm, WebhookAlarm
from privacy.errors import Permanent, Retryable
from servers.ports import free_port
from servers.smtp_sink import CUT, SmtpSink

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Hook(BaseHTTPRequestHandler):
    """Remembers what was posted and answers with the status of the moment."""

    status = 204
    seen: list

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, json.loads(body)))
        if self.server.status is None:
            self.server.released.wait()
            return
        self.send_response(self.server.status)
        self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@contextmanager
def hook(status=204):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    server.seen, server.status, server.released = [], status, threading.Event()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.released.set()
        server.shutdown()
        thread.join()
        server.server_close()


def alarm_at(port, **settings):
    url = f"http://127.0.0.1:{port}/hooks/secret-token"
    return WebhookAlarm(WebhookAlarmSettings(url=url, **settings))


def test_a_webhook_alarm_is_posted_as_json():
    with hook() as server:
        alarm_at(server.server_port).send("mailbox-not-read", "privacy@ since 11:00")
    expected = {"subject": "mailbox-not-read", "text": "mailbox-not-read\nprivacy@ since 11:00"}
    assert server.seen == [("/hooks/secret-token", expected)]


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, Retryable), (503, Retryable), (429, Retryable), (404, Permanent), (302, Permanent)],
)
def test_a_webhook_that_does_not_take_the_alarm_is_a_failure(status, error):
    with hook(status) as server, pytest.raises(error) as trouble:
        alarm_at(server.server_port).send("subject", "text")
    assert "secret" not in str(trouble.value)
    assert len(server.seen) == 1


def test_a_webhook_that_hangs_or_is_away_is_a_failure():
    with hook(None) as server, pytest.raises(Retryable):
        alarm_at(server.server_port, timeout_seconds=0.2).send("subject", "text")
    with pytest.raises(Retryable) as trouble:
        alarm_at(free_port()).send("subject", "text")
    assert trouble.value.__cause__ is None
    assert trouble.value.__suppress_context__


def test_no_proxy_of_the_environment_is_asked(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port()}")
    with hook() as server:
        alarm_at(server.server_port).send("subject", "text")
    assert len(server.seen) == 1


@pytest.mark.parametrize(
    "url",
    ["http://chat.example/hook", "ftp://chat.example", "chat.example", "https://", "https://a b"],
)
def test_an_alarm_address_is_encrypted_or_local(url):
    with pytest.raises(ValidationError) as refusal:
        WebhookAlarmSettings(url=url)
    assert "input_value" not in str(refusal.value)


def test_an_alarm_address_is_a_secret():
    settings = WebhookAlarmSettings(url="https://chat.example/secret-token")
    assert "secret-token" not in repr(settings)


def mail_alarm(port):
    return MailAlarm(
        MailAlarmSettings.model_validate(
            {
                "sender": "alarm@autocloz.example",
                "recipient": "sam@autocloz.example",
                "smtp": {"host": "127.0.0.1", "port": port, "security": "plain"},
            }
        ),
        lambda: NOON,
    )


def test_a_mail_alarm_leaves_over_its_own_server():
    with SmtpSink() as sink:
        for _ in range(2):
            mail_alarm(sink.port).send("rightsdesk needs help", "- mailbox <privacy@> & more")
    first, second = sink.letters
    assert first.rcpt_tos == ("sam@autocloz.example",)
    assert first.message["Auto-Submitted"] == "auto-generated"
    assert first.message["Subject"] == "rightsdesk needs help"
    assert "<privacy@> & more" in first.message.get_body(("plain",)).get_content()
    assert "&lt;privacy@&gt; &amp; more" in first.message.get_body(("html",)).get_content()
    assert first.message["Message-ID"] != second.message["Message-ID"]
    assert sink.commands.count("QUIT") == 2


@pytest.mark.parametrize(("verb", "answer"), [("GREETING", CUT), ("RCPT", "451 no"), ("END", CUT)])
def test_a_mail_alarm_that_may_not_have_arrived_is_a_failure(verb, answer):
    with SmtpSink() as sink:
        sink.answer(verb, answer)
        with pytest.raises(Retryable):
            mail_alarm(sink.port).send("subject", "text")


def test_a_mail_alarm_that_is_refused_is_a_failure():
    with SmtpSink() as sink:
        sink.answer("RCPT", "550 5.1.1 no such user")
        with pytest.raises(Permanent):
            mail_alarm(sink.port).send("subject", "text")


def test_alarm_settings_are_checked_when_they_are_read():
    assert (AlarmSettings().webhook, AlarmSettings().mail) == (None, None)
    with pytest.raises(ValidationError):
        MailAlarmSettings.model_validate({"sender": "a b", "recipient": "x@y.example", "smtp": {}})
