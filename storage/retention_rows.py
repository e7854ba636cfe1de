"""The tables of the runs that destroy what is kept no longer: a run is resumed until it has its certificate."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlmodel import Field

from privacy.forgetting import DataClass
from storage.columns import Count, OneOf, Plain, UtcDateTime
from storage.rows import SMALL, STRICT, Row, index_where, key_column, one_of, table_of


class RetentionRunRow(Row, table=True):
    """One run. Its periods are counted back from `begun_at`, however often it was resumed."""

    __tablename__ = "retention_run"
    __table_args__ = (
        # open_run: one at a time, whoever began it
        index_where("ix_retention_run_open", "begun_at", where="ended_at IS NULL"),
        STRICT,
    )
    run_id: UUID = key_column()
    begun_at: datetime = Field(sa_type=UtcDateTime)
    begun_by: str = Field(sa_type=Plain)
    ended_at: datetime | None = Field(sa_type=UtcDateTime)  # NULL, as the next two: it goes on
    certificate: str | None = Field(sa_type=Plain)  # the text that is signed
    signature: bytes | None


class RetentionBatchRow(Row, table=True):
    """What one transaction of a run destroyed: written in that transaction."""

    __tablename__ = "retention_batch"
    __table_args__ = (one_of("data_class", DataClass), SMALL)
    run_id: UUID = key_column()
    number: int = Field(primary_key=True, sa_type=Count)
    data_class: DataClass = Field(sa_type=OneOf(DataClass))
    count: int = Field(sa_type=Count)
    digest: str = Field(sa_type=Plain)  # over the ids


RETENTION_RUN = table_of(RetentionRunRow)
RETENTION_BATCH = table_of(RetentionBatchRow)
