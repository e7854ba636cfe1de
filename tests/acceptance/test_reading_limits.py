"""A mail that takes more than it may: the daemon lives, a person is called, the clock runs, and it can be read later."""

import json
import urllib.error
import urllib.request
from base64 import encodebytes

import pytest

from acceptance.configs import listener_desk
from acceptance.desk_process import DeskProcess, wait_until
from acceptance.letters import erasure, send
from privacy.deciding import Outcome
from servers.ports import free_port
from servers.smtp_sink import SmtpSink

SENDER = "anne@example.org"
LITTLE = "\n[reading]\nmemory_mb = 8\n"


def large_request() -> bytes:
    """A request with a picture of 6.5 MB, as they come every day."""
    request = erasure(SENDER, "<large@example.org>")
    head, body = request.split(b"\r\n\r\n", 1)
    head = head.replace(b"text/plain; charset=utf-8", b"multipart/mixed; boundary=b")
    picture = b"\r\n".join(
        [
            *(b"Content-Type: image/png", b"Content-Transfer-Encoding: base64", b""),
            encodebytes(b"\x89PNG" + b"\0" * 6_500_000).replace(b"\n", b"\r\n"),
        ]
    )
    return b"\r\n".join([head, b"", b"--b", b"", body, b"--b", picture, b"--b--", b""])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_mail_that_breaks_the_limits_is_a_stub_with_a_clock_until_the_limits_are_raised(
    listener_process: DeskProcess, listener_port: int, sink: SmtpSink, database_url: str
) -> None:
    web_port = free_port()
    web = f"\n[web]\nenabled = true\nport = {web_port}\n"
    config = listener_desk(listener_port, sink, database_url, more=web)
    listener_process.config_file.write_text(config + LITTLE)
    listener_process.start()
    send(listener_port, SENDER, "privacy@autocloz.example", large_request())
    send(listener_port, SENDER, "privacy@autocloz.example", erasure(SENDER, "<small@example.org>"))
    (row,) = wait_until(listener_process.aside, what="the quarantine")  # type: ignore[misc]
    assert (row.outcome, row.reason) == (Outcome.QUARANTINED, "not-parsed-memory-limit")
    assert sink.wait_for(1)[0].message["In-Reply-To"] == "<small@example.org>"
    assert health_codes(web_port) == ["mail-in-quarantine"]
    assert len(listener_process.cases()) == 2
    assert listener_process.stop() == 0

    tried = ("quarantine", "retry", str(row.inbound_id), "--actor", "sam@autocloz.example")
    assert listener_process.command(*tried).returncode == 1  # nothing was mended
    listener_process.config_file.write_text(config)
    done = listener_process.command(*tried)
    assert (done.returncode, done.stdout) == (0, "tried again: case\n")
    assert listener_process.aside() == []
    assert {case.reference for case in listener_process.cases()} >= {row.case_reference}
    assert all(case.rights for case in listener_process.cases())


def health_codes(port: int) -> list[str]:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=20)
    with refused.value as answer:
        return list(json.load(answer)["codes"])
