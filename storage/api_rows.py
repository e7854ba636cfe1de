"""The tables of the JSON API: tokens of accounts, and answers that are given again when a program asks twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import Field

from storage.columns import Codes, Count, Id, Plain, UtcDateTime
from storage.rows import STRICT, Row, table_of


class ApiTokenRow(Row, table=True):
    """A token of an account; the token itself is nowhere."""

    __tablename__ = "api_token"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["account.account_id"]),
        Index("ix_api_token_account", "account_id"),  # tokens_of, drop_tokens
        STRICT,
    )
    token_key: bytes = Field(primary_key=True)  # find_token
    token_id: UUID = Field(sa_type=Id, unique=True)  # how its owner names it
    account_id: UUID = Field(sa_type=Id)
    label: str = Field(sa_type=Plain)
    scopes: tuple[str, ...] = Field(sa_type=Codes)
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL: it never was


class ApiAnswerRow(Row, table=True):
    """What was answered under one idempotency key of one token."""

    __tablename__ = "api_answer"
    __table_args__ = (ForeignKeyConstraint(["token_id"], ["api_token.token_id"]), STRICT)
    token_id: UUID = Field(sa_type=Id, primary_key=True)
    answer_key: bytes = Field(primary_key=True)
    asked: bytes  # keyed hash of what was asked: address and body
    status: int | None = Field(sa_type=Count)  # NULL: the answer is not there yet
    sealed_answer: bytes | None
    at: datetime = Field(sa_type=UtcDateTime)


API_TOKEN = table_of(ApiTokenRow)
API_ANSWER = table_of(ApiAnswerRow)
