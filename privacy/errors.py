"""Errors by what the caller can do about them (house rule 11)."""

from __future__ import annotations

from datetime import timedelta


class PrivacyError(Exception):
    """Base of all errors that cross a seam between two rooms.

    The text never holds personal data: it names a rule, a setting or an id.
    """


class Permanent(PrivacyError):
    """The same attempt will fail again: a person or a changed setting is needed."""


class WrongSetting(Permanent):
    """What the operator configured cannot work; the text names the setting."""


class Retryable(PrivacyError):
    """The attempt may succeed later.

    `after` is how long the other side asked us to wait, or None when it did not say.
    """

    def __init__(self, message: str, *, after: timedelta | None = None) -> None:
        super().__init__(message)
        self.after = after


class OutcomeUnknown(PrivacyError):
    """The connection broke after the other side may have accepted the work.

    A repeat could be a second copy, so the caller looks for a trace first (RFC 5321 section 6.1).
    """
