"""A letter as bytes and back: what is sealed into the outbox and the drafts."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from privacy.messages import Automation, Letter, OutboundMessage
from privacy.rights import Right, Scope
from privacy.stands import CaseStand, RightStand, Stand
from storage.datakeys import load_keys
from storage.failures import CannotUnseal
from storage.readable import ERASED
from storage.sealing import Vault
from storage.transactions import Reading


def seal_message(vault: Vault, owner: UUID, column: str, message: OutboundMessage) -> bytes:
    """Return the message sealed under its case's key."""
    letter = vars(message.letter)
    values = vars(message) | {"letter": letter, "date": message.date.isoformat()}
    if message.stand is not None:
        values["stand"] = asdict(message.stand)
    return vault.seal(owner, column, json.dumps(values, default=date.isoformat).encode())


def unseal_message(vault: Vault, owner: UUID, column: str, sealed: bytes) -> OutboundMessage:
    """Return the message exactly as it was sealed. Raises CannotUnseal, also when another version sealed it."""
    opened = vault.unseal(owner, column, sealed)
    try:
        return _message_of(json.loads(opened))
    except (ValueError, TypeError, KeyError):  # their text would quote the letter
        raise CannotUnseal("the letter has a form that this version does not know") from None


def _message_of(values: dict[str, Any]) -> OutboundMessage:
    return OutboundMessage(
        **values
        | {
            "letter": Letter(**values["letter"]),
            "automation": Automation(values["automation"]),
            "date": datetime.fromisoformat(values["date"]),
            "references": tuple(values["references"]),
            "values": tuple((mark, value) for mark, value in values.get("values", ())),
            "stand": _stand_of(values.get("stand")),  # letters of earlier versions have none
        }
    )


def _stand_of(values: dict[str, Any] | None) -> CaseStand | None:
    if values is None:
        return None
    rights = tuple(
        RightStand(
            right=Right(one["right"]),
            scope=Scope(one["scope"]) if one["scope"] else None,
            stand=Stand(one["stand"]),
            answer_by=date.fromisoformat(one["answer_by"]) if one["answer_by"] else None,
            ground=one["ground"],
        )
        for one in values["rights"]
    )
    return CaseStand(received_on=date.fromisoformat(values["received_on"]), rights=rights)


def readable_messages(
    reading: Reading, column: str, sealed: Iterable[tuple[UUID, bytes]]
) -> list[OutboundMessage]:
    """Return the messages of these (case, sealed) pairs; one that is erased shows that, and no list fails for it."""
    pairs = list(sealed)
    load_keys(reading, [owner for owner, _ in pairs])
    return [_readable(reading.vault, owner, column, bytes(content)) for owner, content in pairs]


def _readable(vault: Vault, owner: UUID, column: str, sealed: bytes) -> OutboundMessage:
    try:
        return unseal_message(vault, owner, column, sealed)
    except CannotUnseal:
        return _ERASED_MESSAGE


_ERASED_MESSAGE = OutboundMessage(
    message_id=ERASED,
    sender=ERASED,
    sender_name="",
    recipient=ERASED,
    envelope_from=ERASED,
    letter=Letter(kind=ERASED, language="und", subject=ERASED, text=ERASED, html=ERASED),
    automation=Automation.GENERATED,
    date=datetime(1970, 1, 1, tzinfo=UTC),
)
