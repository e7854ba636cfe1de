"""The table of what is being written about a new version of the policy, before it is a notice."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from storage.columns import Plain, UtcDateTime
from storage.rows import STRICT, Row, table_of


class NoticeManuscriptRow(Row, table=True):
    """What authors wrote about a version so far. It stays when the notice is drafted, so that it can be drafted anew."""

    __tablename__ = "notice_manuscript"
    __table_args__ = (STRICT,)
    version: str = Field(primary_key=True, sa_type=Plain)
    replaces: str = Field(sa_type=Plain)
    reason: str = Field(sa_type=Plain)
    terms: str = Field(sa_type=Plain)  # JSON; '' until somebody said them
    words: str = Field(sa_type=Plain)  # JSON: by language
    writers: str = Field(sa_type=Plain)  # JSON: addresses of staff, none of whom approves it
    changed_at: datetime = Field(sa_type=UtcDateTime)


NOTICE_MANUSCRIPT = table_of(NoticeManuscriptRow)
