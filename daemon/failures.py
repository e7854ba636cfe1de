"""From an error to the exit code and the one line that a person at the terminal sees."""

from __future__ import annotations

from daemon.settings import SettingsError
from privacy.errors import OutcomeUnknown, Permanent, Retryable, WrongSetting

NO = 1
WRONG_USE = 2
OUT_OF_REACH = 3


def exit_code_of(error: Exception) -> tuple[int, str]:
    """Return exit code and text; an error that is not ours shows its class only, its text may hold mail."""
    if isinstance(error, SettingsError):
        return WRONG_USE, "; ".join(error.lines)
    if isinstance(error, Retryable | OutcomeUnknown):
        return OUT_OF_REACH, str(error)
    if isinstance(error, WrongSetting):
        return WRONG_USE, str(error)
    if isinstance(error, Permanent):
        return NO, str(error)
    return NO, f"unexpected {type(error).__name__}; please report it"
