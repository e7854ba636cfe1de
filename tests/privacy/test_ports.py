"""The small values that cross a seam: no local time gets in, no secret gets out."""

from datetime import datetime

import pytest

from core_values import ANNE, NOON, PRIVACY
from privacy.ports import FolderCursor, NobodyOnFile, OAuthTokens, OnFile, SendReceipt

LOCAL = datetime(2026, 11, 23)  # noqa: DTZ001


def cursor(answer_from: datetime = NOON, *renumbered_at: datetime) -> FolderCursor:
    return FolderCursor(
        mailbox=PRIVACY,
        folder="INBOX",
        uidvalidity=1,
        last_uid=1,
        answer_from=answer_from,
        renumbered_at=renumbered_at,
    )


def test_a_cursor_keeps_only_instants() -> None:
    assert cursor(NOON, NOON).renumbered_at == (NOON,)
    with pytest.raises(ValueError, match="answer_from"):
        cursor(LOCAL)
    with pytest.raises(ValueError, match="renumbered_at"):
        cursor(NOON, NOON, LOCAL)


def test_tokens_of_a_mailbox_are_not_shown() -> None:
    tokens = OAuthTokens(access_token="access-1", refresh_token="refresh-1", expires_at=NOON)
    assert "-1" not in repr(tokens).replace(repr(NOON), "")
    with pytest.raises(ValueError, match="expires_at"):
        OAuthTokens(access_token="a", refresh_token="r", expires_at=LOCAL)


def test_the_other_side_s_answer_may_name_the_recipient_and_is_not_shown() -> None:
    receipt = SendReceipt(provider_id="17", answer=f"250 2.1.5 <{ANNE}> ok")
    assert ANNE not in repr(receipt)


def test_without_a_directory_nobody_is_known_and_nobody_is_unknown() -> None:
    assert NobodyOnFile().look_up(ANNE) is OnFile.UNKNOWN
