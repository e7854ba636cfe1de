"""Mails sign-in links, apart from the page that was asked: its answer takes the same time whoever asks."""

from __future__ import annotations

import queue
from collections.abc import Callable

import structlog

from casework.sign_in_letter import sign_in_mail
from casework.signing_in import SessionTerms, forget_sessions, make_link
from daemon.clock import utc_now
from daemon.wiring import Desk
from privacy.errors import PrivacyError
from privacy.ports import Transport

MOST_WAITING = 200

log = structlog.get_logger(__name__)


class SignInMail:
    """A short queue of addresses, and the step that makes and mails one link."""

    def __init__(self, desk: Desk, transport: Transport, terms: SessionTerms) -> None:
        self._desk = desk
        self._transport = transport
        self._terms = terms
        self._waiting: queue.Queue[str] = queue.Queue(MOST_WAITING)
        self.wake: Callable[[], None] = lambda: None

    def ask(self, address: str) -> None:
        """Take an address; when too many wait it is dropped, and its owner asks again."""
        try:
            self._waiting.put_nowait(address)
        except queue.Full:
            log.warning("sign_in_links_dropped")
            return
        self.wake()

    def work(self) -> bool:
        """Mail one link, to whoever has an account; returns whether one waited."""
        try:
            address = self._waiting.get_nowait()
        except queue.Empty:
            return False
        try:
            self._mail(address)
        except PrivacyError as error:  # nothing is tried again: whoever waits asks again
            log.warning("sign_in_link_not_sent", error=type(error).__name__)
        return True

    def close(self) -> None:
        """Let go of the way out."""
        self._transport.close()

    def _mail(self, address: str) -> None:
        made = make_link(self._desk.database, address, self._terms, now=utc_now())
        forget_sessions(self._desk.database, self._terms, now=utc_now())
        if made is not None:
            url = self._desk.settings.web.own_url
            self._transport.send(sign_in_mail(made, self._desk.services.desk, page_url=url))
