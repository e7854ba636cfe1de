"""No personal data in any line of any logger at any level."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from daemon.logs import redact_text, set_up_logs

MARKER = "XYZZY-the-words-of-a-mail"
ADDRESS = "anne.meyer@example.org"
TOKEN = "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="
LIBRARIES = [
    "imapclient.imapclient",
    "mail.log",
    "mailparser.core",
    "httpx2",
    "python_http_client.client",
    "sqlalchemy.engine",
    "asyncio",
    "anthropic",
]


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Give the stream that all loggers write to, with the logging of the tests put back afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level, shows_faults = root.handlers[:], root.level, logging.raiseExceptions
    levels = {name: logging.getLogger(name).level for name in LIBRARIES}
    set_up_logs("DEBUG", stream=stream)
    yield stream
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    logging.raiseExceptions = shows_faults
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize("name", LIBRARIES)
def test_a_library_says_that_it_spoke_and_not_what_it_said(lines: io.StringIO, name: str) -> None:
    library = logging.getLogger(name)
    library.setLevel(logging.DEBUG)
    library.debug("fetched %s from %s", MARKER, ADDRESS)
    try:
        raise ValueError(MARKER)
    except ValueError:
        library.exception("failed for %s", ADDRESS)
    written = lines.getvalue()
    assert MARKER not in written
    assert ADDRESS not in written
    assert [json.loads(line)["logger"] for line in written.splitlines()] == [name, name]
    assert '"error": "ValueError"' in written


def test_our_own_lines_mask_addresses_and_secrets(lines: io.StringIO) -> None:
    structlog.get_logger("casework.test").info("sent", to=ADDRESS, key=TOKEN, count=3)
    line = json.loads(lines.getvalue())
    assert (line["to"], line["key"], line["count"]) == ("[address]", "[secret]", 3)


def test_a_handler_that_a_library_brought_along_is_taken_away(lines: io.StringIO) -> None:
    own = io.StringIO()
    library = logging.getLogger("some.library")
    library.addHandler(logging.StreamHandler(own))
    set_up_logs("DEBUG", stream=lines)
    library.warning("%s", MARKER)
    assert own.getvalue() == ""
    assert MARKER not in lines.getvalue()


def test_an_error_keeps_its_class_and_loses_its_text(lines: io.StringIO) -> None:
    try:
        raise RuntimeError(f"{MARKER} {ADDRESS}")
    except RuntimeError:
        structlog.get_logger("casework.test").exception("failed")
    line = json.loads(lines.getvalue())
    assert line["error"] == "RuntimeError"
    assert MARKER not in lines.getvalue()


def test_a_value_stays_on_one_line_and_short(lines: io.StringIO) -> None:
    structlog.get_logger("casework.test").info("x", value="a\r\nb\x1b[31m" + "c " * 1000)
    assert len(lines.getvalue().splitlines()) == 1
    assert len(json.loads(lines.getvalue())["value"]) <= 300


@pytest.mark.parametrize(
    "address", [ADDRESS, "privacy+c.abc@autocloz.example", "<a@b.example>", "A.B@C.EXAMPLE"]
)
def test_an_address_in_a_text_is_masked(address: str) -> None:
    assert "@" not in redact_text(f"from {address}, to it")


@pytest.mark.parametrize("name", [*LIBRARIES, "casework.test", "apscheduler.scheduler"])
def test_a_line_whose_arguments_do_not_fit_is_written_nowhere(
    lines: io.StringIO, capfd: pytest.CaptureFixture[str], name: str
) -> None:
    logging.getLogger(name).error("%d mails of %s", MARKER, ADDRESS)
    assert MARKER not in lines.getvalue() + "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "address", ['"anne meyer"@person.example', "anne@münchen.example", "анна@почта.example"]
)
def test_an_address_in_any_script_is_masked_whole(address: str) -> None:
    masked = redact_text(f"from {address} to it")
    assert masked == "from [address] to it"
