"""The tables of whoever signs in at the desk: accounts, their sessions, and links that wait to be used."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from storage import api_rows  # noqa: F401 - tokens belong to accounts: whoever knows these tables knows those
from storage.columns import Codes, Count, Flag, Id, Plain, UtcDateTime
from storage.rows import STRICT, Row, key_column, table_of


def _of_account() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["account_id"], ["account.account_id"])


class AccountRow(Row, table=True):
    """Somebody who may sign in. With the row its data key goes, and with that address and name."""

    __tablename__ = "account"
    __table_args__ = (STRICT,)
    account_id: UUID = key_column()
    address_key: bytes = Field(unique=True)  # find_account
    sealed_address: bytes
    sealed_name: bytes
    roles: tuple[str, ...] = Field(sa_type=Codes)
    regions: tuple[str, ...] = Field(sa_type=Codes)  # none: every region of this desk
    language: str = Field(sa_type=Plain)
    added_at: datetime = Field(sa_type=UtcDateTime)
    sealed_second: bytes | None  # secret of the second factor; NULL: they have none
    second_step: int | None = Field(sa_type=Count)  # last step whose code was taken; NULL: none was
    recovery: tuple[str, ...] = Field(sa_type=Codes)  # keyed hashes of codes that were not used yet


class SignInLinkRow(Row, table=True):
    """A mailed link; used once it is gone."""

    __tablename__ = "sign_in_link"
    __table_args__ = (
        _of_account(),
        Index("ix_sign_in_link_account", "account_id"),  # removal of an account
        STRICT,
    )
    link_key: bytes = Field(primary_key=True)  # take_link
    account_id: UUID = Field(sa_type=Id)
    expires_at: datetime = Field(sa_type=UtcDateTime)


class DeskSessionRow(Row, table=True):
    """A session of a browser; the secret of its cookie is nowhere."""

    __tablename__ = "desk_session"
    __table_args__ = (
        _of_account(),
        Index("ix_desk_session_account", "account_id"),  # sessions_of, end_sessions
        STRICT,
    )
    session_key: bytes = Field(primary_key=True)  # find_session
    session_id: UUID = Field(sa_type=Id, unique=True)  # how its owner names it
    account_id: UUID = Field(sa_type=Id)
    begun_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    second_due: bool = Field(sa_type=Flag)  # the second factor is still to come
    sealed_flash: bytes | None  # what the next page tells; NULL: nothing


ACCOUNT = table_of(AccountRow)
SIGN_IN_LINK = table_of(SignInLinkRow)
DESK_SESSION = table_of(DeskSessionRow)
