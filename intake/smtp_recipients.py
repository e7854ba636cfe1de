"""Which addresses are ours: the only recipients that the SMTP listener accepts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

POSTMASTER = "postmaster"


class OurMailboxes:
    """The mailboxes of ours in the order that decides to which of them a message belongs."""

    def __init__(self, mailboxes: Sequence[str]) -> None:
        self._by_key = {mailbox.casefold(): mailbox for mailbox in mailboxes}
        self._domains = {key.rpartition("@")[2] for key in self._by_key}
        self._order = list(self._by_key.values())

    @property
    def first(self) -> str:
        """The mailbox that postmaster's mail goes to, and that a stranger is pointed at."""
        return self._order[0]

    def find(self, address: str) -> str | None:
        """Return the mailbox an envelope recipient means, None when it is not ours.

        Case does not matter, a plus part neither. Postmaster is always there, with a domain of ours or
        without any (RFC 5321 section 4.5.1).
        """
        local, at, domain = address.casefold().rpartition("@")
        if not at:
            return self.first if domain == POSTMASTER else None
        if local == POSTMASTER and domain in self._domains:
            return self.first
        return self._by_key.get(f"{local.partition('+')[0]}@{domain}")

    def belongs_to(self, recipients: Iterable[str]) -> str:
        """Return the one mailbox of a message to several recipients: the first in our own order."""
        found = {self.find(recipient) for recipient in recipients}
        return next(mailbox for mailbox in self._order if mailbox in found)
