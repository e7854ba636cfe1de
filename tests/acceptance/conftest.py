"""What acceptance tests share: a server that takes the desk's letters, and a free port for its listener."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from acceptance.configs import imap_desk, listener_desk
from acceptance.desk_process import DeskProcess
from servers.dovecot import Dovecot
from servers.ports import free_port
from servers.smtp_sink import SmtpSink


@pytest.fixture
def sink() -> Iterator[SmtpSink]:
    """Give a mail server that takes every letter and keeps it."""
    with SmtpSink() as running:
        yield running


@pytest.fixture
def mailbox(dovecot: Dovecot) -> str:
    """Give the address of an empty mailbox of the desk."""
    return dovecot.new_user("privacy")


@pytest.fixture
def imap_process(
    dovecot: Dovecot, mailbox: str, sink: SmtpSink, database_url: str, tmp_path: Path
) -> Iterator[DeskProcess]:
    """Give a desk that reads the mailbox; it is not started yet."""
    process = DeskProcess(tmp_path / "home", imap_desk(dovecot, mailbox, sink, database_url))
    yield process
    process.close()


@pytest.fixture
def listener_port() -> int:
    """Give a free port for a listener."""
    return free_port()


@pytest.fixture
def listener_process(
    listener_port: int, sink: SmtpSink, database_url: str, tmp_path: Path
) -> Iterator[DeskProcess]:
    """Give a desk that listens for SMTP; it is not started yet."""
    process = DeskProcess(tmp_path / "home", listener_desk(listener_port, sink, database_url))
    yield process
    process.close()
