"""Whether a letter of ours left a trace in the mailbox's Sent folder."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta

from intake.imap_client import ImapConnection
from intake.imap_session import TokenSource, sent_folder, session
from intake.settings import MailboxSettings
from privacy.errors import Permanent, Retryable
from privacy.ports import Clock

# Ids that we make ourselves: nothing else is looked for, whatever a caller hands over.
OWN_ID = re.compile(r"<[A-Za-z0-9][A-Za-z0-9._+=-]{0,200}@[A-Za-z0-9.-]{1,253}>")
LOOK_BACK = timedelta(days=2)  # SEARCH SINCE knows days only, in the server's zone
MOST_MESSAGES = 5_000


class SentFolder:
    """Looks for our own Message-IDs among the mail that lately came into the Sent folder."""

    def __init__(self, settings: MailboxSettings, tokens: TokenSource | None, clock: Clock) -> None:
        self._settings, self._tokens, self._clock = settings, tokens, clock

    def was_sent(self, message_ids: Sequence[str]) -> frozenset[str]:
        """Return those ids of which the Sent folder holds a mail. Raises Retryable.

        The ids stay here: the headers of recent mail are fetched and compared, none is asked for.
        """
        own = frozenset(one for one in message_ids if OWN_ID.fullmatch(one))
        if not own:
            return frozenset()
        try:
            return own & self._recent_ids()
        except Permanent as error:  # for the question at hand it is just not known
            raise Retryable("the Sent folder cannot be read") from error

    def _recent_ids(self) -> frozenset[str]:
        with session(self._settings, self._tokens, self._clock()) as connection:
            folder = sent_folder(self._settings, connection.list_folders())
            if folder is None:
                return frozenset()
            connection.examine(folder)
            headers = self._recent_headers(connection)
        return frozenset(
            found
            for header in headers
            for found in OWN_ID.findall(header.decode("ascii", "replace"))
        )

    def _recent_headers(self, connection: ImapConnection) -> list[bytes]:
        uids = connection.search_since((self._clock() - LOOK_BACK).date())
        return connection.fetch_message_ids(uids[-MOST_MESSAGES:])
