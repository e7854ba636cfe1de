"""The one place that speaks IMAP: it sends integers, constants and checked folder names only.

One mail could empty a mailbox when a piece of it became an argument of a command: a decoded
Message-ID may hold CR LF and further commands. So no function here takes text of a message.
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any, TypeVar

import imapclient
from imapclient.exceptions import LoginError, ProtocolError

from intake.imap_limits import Lifeline
from intake.imap_trouble import CommandRefused, LoginRefused, MailboxTrouble, Reason
from intake.imap_values import (
    Fetched,
    ListedFolder,
    SelectedFolder,
    in_chunks,
    number32,
    selectable,
    selected_folder,
    utc_or_none,
)
from intake.settings import MIB, MailboxSettings, Mechanism, Security, checked_folder_name

T = TypeVar("T")

PARTIAL_OCTETS = 256 * 1024  # what is kept of an over-size message
HEADER_OCTETS = 64 * 1024  # what is kept of a message that cannot be fetched as a whole
ANSWER_OCTETS = 16 * MIB  # room for the lines around the literals of one answer
LOGOUT_SECONDS = 2.0
EARLY_SECONDS = 0.2  # an idle wait that ends sooner with nothing saw the end of the connection
KEEPALIVE = (("TCP_KEEPIDLE", 60), ("TCP_KEEPINTVL", 30), ("TCP_KEEPCNT", 4))
# RFC 5530: the server's own trouble, not a wrong password. Exchange says it in words.
BUSY = re.compile(
    r"\[(UNAVAILABLE|INUSE|LIMIT|SERVERBUG)\b|authenticated but not connected", re.IGNORECASE
)
TOKEN = re.compile(r"[\x21-\x7e]{1,16000}")
BROKEN_ANSWER = (
    ProtocolError,
    ValueError,
    TypeError,
    LookupError,
    OverflowError,
    AttributeError,
    AssertionError,
    RecursionError,
    MemoryError,
)


class _BoundedImap4(imaplib.IMAP4):
    """imaplib over a socket that can be cut, with a limit on what one answer may hold."""

    def __init__(self, settings: MailboxSettings, lifeline: Lifeline) -> None:
        self._settings, self._lifeline = settings, lifeline
        super().__init__(settings.host, settings.port_number)

    def _create_socket(self, _timeout: float | None = None) -> socket.socket:
        settings = self._settings
        plain = socket.create_connection(
            (settings.host, settings.port_number), settings.connect_timeout_seconds
        )
        self._lifeline.attach(plain)
        _keep_alive(plain)
        if settings.security is not Security.TLS:
            return plain
        return tls_context(settings).wrap_socket(plain, server_hostname=settings.host)

    def read(self, size: int) -> bytes:
        self._spend(size)  # before reading: eight gigabytes are refused when announced
        return super().read(size)

    def readline(self) -> bytes:
        line = super().readline()
        self._spend(len(line))
        return line

    def _spend(self, octets: int) -> None:
        if not self._lifeline.spend(octets):
            raise self.abort("the answer is larger than any that was asked for")


class _Client(imapclient.IMAPClient):  # type: ignore[misc]  # it ships no types
    def __init__(self, settings: MailboxSettings, lifeline: Lifeline) -> None:
        self._mailbox_settings, self._lifeline = settings, lifeline
        super().__init__(
            settings.host,
            settings.port_number,
            ssl=settings.security is Security.TLS,
            timeout=imapclient.SocketTimeout(
                settings.connect_timeout_seconds, settings.read_timeout_seconds
            ),
        )
        self.normalise_times = False  # else INTERNALDATE comes naive, in the machine's zone
        # imapclient sets 5, with which whole messages go to the log, at six times the work.
        self._imap.debug = 0

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - the vendor's name
        return _BoundedImap4(self._mailbox_settings, self._lifeline)


class ImapConnection:
    """One connection to one mailbox. For one thread; only `cut` may come from another."""

    def __init__(self, settings: MailboxSettings) -> None:
        self._settings = settings
        self._lifeline = Lifeline()
        self._client: Any = None

    @property
    def settings(self) -> MailboxSettings:
        """The mailbox that this is a connection to."""
        return self._settings

    def __repr__(self) -> str:
        """Return the name of the server, never the account."""
        return f"ImapConnection({self._settings.host})"

    def open(self) -> None:
        """Connect, with TLS verified before anything is said. Raises MailboxTrouble."""
        self._client = self._run(lambda: _Client(self._settings, self._lifeline))
        if self._client.welcome.startswith(b"* PREAUTH"):
            # RFC 9051 section 11.1: such a greeting can be injected to prevent STARTTLS.
            raise MailboxTrouble(Reason.PREAUTH)
        if self._settings.security is Security.STARTTLS:
            self._run(lambda: self._client.starttls(tls_context(self._settings)))

    def login_with_password(self) -> None:
        """Log in. Raises LoginRefused, or MailboxTrouble when the server is only busy."""
        secret = self._settings.password
        if secret is None:
            raise LoginRefused("no password is set")
        name, password = self._settings.login_name, secret.get_secret_value()
        if self.has("AUTH=PLAIN"):  # base64: any character may be in a password
            self._run(lambda: self._client.plain_login(name, password))
        elif password.isascii() and password.isprintable():
            self._run(lambda: self._client.login(name, password))
        else:
            raise LoginRefused("this password needs a server with AUTH=PLAIN")

    def login_with_token(self, token: str) -> None:
        """Log in with an OAuth access token. Raises like login_with_password."""
        oauth, name = self._settings.oauth, self._settings.login_name
        if oauth is None or not TOKEN.fullmatch(token):
            raise LoginRefused("the access token has an impossible form")
        if oauth.mech is Mechanism.OAUTHBEARER:
            self._run(lambda: self._client.oauthbearer_login(name, token))
        else:
            self._run(lambda: self._client.oauth2_login(name, token))

    def capabilities(self) -> frozenset[str]:
        """Return what the server says it can do, in capitals."""
        found = self._run(self._client.capabilities)
        return frozenset(item.decode("ascii", "replace").upper() for item in found)

    def has(self, capability: str) -> bool:
        """Return whether the server says that it can do this."""
        return capability in self.capabilities()

    def list_folders(self) -> list[ListedFolder]:
        """Folders that can be selected and whose names are safe to send."""
        listed = self._run(self._client.list_folders)
        return [folder for entry in listed for folder in selectable(entry)]

    def examine(self, folder: str) -> SelectedFolder:
        """Open a folder for reading only, so that nothing in it can change."""
        return self._select(folder, read_only=True)

    def select(self, folder: str) -> SelectedFolder:
        """Open a folder for moving mail out of it."""
        return self._select(folder, read_only=False)

    def search_range(self, first: int, last: int) -> list[int]:
        """UIDs from first to last, ascending; those outside that a server adds are left out."""
        found = self._run(lambda: self._client.search(["UID", f"{int(first)}:{int(last)}"]))
        return sorted({uid for uid in found if first <= uid <= last})

    def search_larger(self, first: int, last: int, octets: int) -> list[int]:
        """UIDs from first to last of messages with more than so many octets."""
        wanted = ["UID", f"{int(first)}:{int(last)}", "LARGER", str(int(octets))]
        return sorted(self._run(lambda: self._client.search(wanted)))

    def search_since(self, day: date) -> list[int]:
        """UIDs of mail that arrived on this day or later, ascending."""
        return sorted(self._run(lambda: self._client.search(["SINCE", day])))

    def fetch_sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Size in octets of each message; a message without a usable answer is left out."""
        items = self._fetch_each(uids, b"RFC822.SIZE")
        return {uid: size for uid, size in items if isinstance(size, int) and size >= 0}

    def fetch_dates(self, uids: Sequence[int]) -> dict[int, datetime | None]:
        """INTERNALDATE of each message, in UTC."""
        return {uid: utc_or_none(value) for uid, value in self._fetch_each(uids, b"INTERNALDATE")}

    def fetch_messages(self, uids: Sequence[int]) -> dict[int, Fetched]:
        """Whole messages; a UID without a usable answer is left out. No flag is changed."""
        return self._fetch_bodies(uids, "BODY.PEEK[]", b"BODY[]")

    def fetch_beginning(self, uid: int) -> Fetched | None:
        """Return the first 256 KB of a message, headers included."""
        return self._fetch_bodies([uid], f"BODY.PEEK[]<0.{PARTIAL_OCTETS}>", b"BODY[]<0>").get(uid)

    def fetch_header(self, uid: int) -> Fetched | None:
        """Return the header block of a message, 64 KB at most."""
        item = f"BODY.PEEK[HEADER]<0.{HEADER_OCTETS}>"
        return self._fetch_bodies([uid], item, b"BODY[HEADER]<0>").get(uid)

    def fetch_message_ids(self, uids: Sequence[int]) -> list[bytes]:
        """Return the Message-ID header lines of these messages, as they are."""
        item = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
        answers = (self._fetch(chunk, [item]) for chunk in in_chunks(uids))
        values = (value for answer in answers for data in answer.values() for value in data.items())
        return [body for key, body in values if key.startswith(b"BODY[") and body]

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move messages, whole or not at all; without MOVE and UIDPLUS nothing is touched."""
        name = checked_folder_name(folder)
        for chunk in in_chunks(uids):
            if self.has("MOVE"):
                self._run(partial(self._client.move, chunk, name))
            elif self.has("UIDPLUS"):
                self._copy_and_remove(chunk, name)
            else:  # a plain EXPUNGE also removes what somebody else has marked (RFC 3501 6.4.3)
                raise CommandRefused(Reason.MOVE)

    def wait_for_news(self, seconds: float) -> bool:
        """Idle (RFC 2177) until something new is announced: True, or until the time is over.

        Raises MailboxTrouble when the connection has ended.
        """
        limit = seconds + self._settings.read_timeout_seconds
        return self._run(lambda: self._idle(seconds), seconds=limit)

    def cut(self) -> None:
        """End the connection from any thread; whoever uses it gets MailboxTrouble."""
        self._lifeline.cut()

    def close(self) -> None:
        """Log out if that is still possible, and close."""
        if self._client is not None:
            with contextlib.suppress(MailboxTrouble):
                self._run(self._client.logout, seconds=LOGOUT_SECONDS)
            with contextlib.suppress(OSError, imaplib.IMAP4.error):
                self._client.shutdown()
        self._lifeline.release()

    def _select(self, folder: str, *, read_only: bool) -> SelectedFolder:
        name = checked_folder_name(folder)
        try:
            answer = self._run(lambda: self._client.select_folder(name, readonly=read_only))
        except CommandRefused as refusal:
            raise _about_folder(refusal) from None
        selected = self._run(lambda: selected_folder(answer))
        if selected.uidnext:
            return selected
        return replace(selected, uidnext=self._highest_uid(selected.exists) + 1)

    def _highest_uid(self, exists: int) -> int:
        """UID of the last message: a bare number in SEARCH is a sequence number."""
        if exists < 1:
            return 0
        found = self._run(lambda: self._client.search([str(int(exists))]))
        return self._run(lambda: number32(max(found, default=0)))

    def _fetch_each(self, uids: Sequence[int], item: bytes) -> Iterator[tuple[int, Any]]:
        for chunk in in_chunks(uids):
            for uid, data in self._fetch(chunk, [item]).items():
                yield uid, data.get(item)

    def _fetch_bodies(self, uids: Sequence[int], item: str, key: bytes) -> dict[int, Fetched]:
        answer = self._fetch(uids, [item, "INTERNALDATE"])
        return {
            uid: Fetched(raw=data[key], internaldate=utc_or_none(data.get(b"INTERNALDATE")))
            for uid, data in answer.items()
            if isinstance(data.get(key), bytes)
        }

    def _fetch(self, uids: Sequence[int], items: list[Any]) -> Mapping[int, dict[bytes, Any]]:
        numbers = [int(uid) for uid in uids]  # never a string: imapclient 4 fails after the fact
        answer: Mapping[int, dict[bytes, Any]] = self._run(
            lambda: self._client.fetch(numbers, items)
        )
        return answer

    def _copy_and_remove(self, uids: list[int], folder: str) -> None:
        self._run(lambda: self._client.copy(uids, folder))
        self._run(lambda: self._client.add_flags(uids, [imapclient.DELETED], silent=True))
        self._run(lambda: self._client.uid_expunge(uids))

    def _idle(self, seconds: float) -> bool:
        self._client.idle()
        news = self._listen(seconds)
        _, late = self._client.idle_done()
        return news or _announces(late)

    def _listen(self, seconds: float) -> bool:
        """Wait inside IDLE. Keep-alive lines of the server do not end the wait."""
        if self._has_buffered_answer():
            return False  # idle_done reads it
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            answers = self._client.idle_check(timeout=left)
            if _announces(answers):
                return True
            ended = any(answer[0] == b"BYE" for answer in answers)
            # A dead connection answers "nothing" at once, for ever (imapclient).
            if ended or (not answers and end - time.monotonic() > EARLY_SECONDS):
                raise imaplib.IMAP4.abort("ended while idle")
        return False

    def _has_buffered_answer(self) -> bool:
        """Whether lines came in one packet with the answer to IDLE: no poll would show them."""
        connected = self._client.socket()
        connected.settimeout(0)
        try:
            return bool(self._client._imap.file.peek(1))  # noqa: SLF001 - no public way
        except OSError:
            return False
        finally:
            connected.settimeout(self._settings.read_timeout_seconds)

    def _run(self, action: Callable[[], T], *, seconds: float | None = None) -> T:
        """Run one exchange within the limits; its vendor errors end here.

        The new error is raised outside of the handler: the vendor's text can quote the mail,
        and must not travel along as context.
        """
        settings = self._settings
        octets = settings.max_message_bytes + settings.batch_bytes + ANSWER_OCTETS
        with self._lifeline.limit(
            seconds=seconds or settings.operation_timeout_seconds, octets=octets
        ):
            try:
                return action()
            except (imaplib.IMAP4.error, OSError, *BROKEN_ANSWER) as error:
                trouble = self._trouble(error)
        raise trouble

    def _trouble(self, error: BaseException) -> MailboxTrouble | LoginRefused:
        if self._lifeline.expired:
            return MailboxTrouble(Reason.DEADLINE)
        if isinstance(error, ssl.SSLCertVerificationError):
            return MailboxTrouble(Reason.CERTIFICATE)
        if isinstance(_first(error), imaplib.IMAP4.abort | OSError):
            return MailboxTrouble(Reason.CONNECTION)
        if isinstance(error, BROKEN_ANSWER):
            return MailboxTrouble(Reason.PROTOCOL)
        return _refusal(error)


def tls_context(settings: MailboxSettings) -> ssl.SSLContext:
    """Return a context that verifies chain and name, with the operator's authorities if given."""
    return ssl.create_default_context(cafile=settings.ca_file)


def _first(error: BaseException) -> BaseException | None:
    """Return what went wrong first: imapclient calls a connection that broke during the login a login error too."""
    return error.__context__ if isinstance(error, LoginError) else error


def _refusal(error: BaseException) -> MailboxTrouble | LoginRefused:
    """Tell a NO or BAD apart by its response code; the text itself is not kept."""
    busy = BUSY.search(str(error)) is not None
    if isinstance(error, LoginError):
        return MailboxTrouble(Reason.BUSY) if busy else LoginRefused("the server refused the login")
    return CommandRefused(Reason.BUSY if busy else Reason.REFUSED)


def _about_folder(refusal: CommandRefused) -> CommandRefused:
    return refusal if refusal.reason is Reason.BUSY else CommandRefused(Reason.FOLDER)


def _keep_alive(connected: socket.socket) -> None:
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVE:
        if hasattr(socket, name):  # Linux; other systems keep their own intervals
            connected.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _announces(answers: Sequence[Sequence[object]]) -> bool:
    return any(b"EXISTS" in answer[1:2] or b"RECENT" in answer[1:2] for answer in answers)
