"""Reads the whole trail in the order of its chains, a page at a time: memory does not grow with it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import UUID

from sqlalchemy import bindparam, select, tuple_

from privacy.audit_checks import ChainLink
from storage.audit import link_of_row
from storage.tables import AUDIT_CHAIN, AUDIT_EVENT
from storage.transactions import Reading

PAGE = 2_000


def links_of_chains(reading: Reading, chains: Sequence[UUID]) -> Iterator[tuple[UUID, ChainLink]]:
    """Yield the links of these chains, which are sorted and have no other chain of the trail between them."""
    if not chains:
        return
    event = AUDIT_EVENT.c
    place = tuple_(event.chain, event.position)
    question = (
        select(AUDIT_EVENT)
        .where(place > tuple_(bindparam("chain", type_=event.chain.type), bindparam("position")))
        .where(event.chain <= bindparam("last", type_=event.chain.type))
        .order_by(event.chain, event.position)
        .limit(PAGE)
    )
    after = {"chain": chains[0], "position": -1, "last": chains[-1]}
    while rows := reading.fetch(question, after).all():
        for row in rows:
            yield row.chain, link_of_row(row)
        after.update(chain=rows[-1].chain, position=rows[-1].position)


def ends_of_chains(reading: Reading, chains: Sequence[UUID]) -> dict[UUID, tuple[int, str]]:
    """Return length and last link of these chains, as they were last kept."""
    end = AUDIT_CHAIN.c
    rows = reading.fetch(select(AUDIT_CHAIN).where(end.chain.in_(chains)))
    return {row.chain: (row.length, row.head) for row in rows}
