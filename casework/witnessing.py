"""Chooses the messages about which the model is heard, and gives it their new words without what is personal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from casework.batch_view import MessageAtWork
from casework.witness import Matter, Witness
from classifier.minimising import minimise_parts, people_of
from classifier.model_settings import ModelSettings
from privacy.messages import ParsedMessage
from privacy.rights import Classification
from privacy.screening import Kind
from storage.database import Database


def hear_model(
    witness: Witness, database: Database, at_work: Sequence[MessageAtWork]
) -> list[MessageAtWork]:
    """Return the messages, in order, with what the model adds to those about which it is heard."""
    wanted = [message for message in at_work if is_wanted(message, witness.settings)]
    if not wanted:
        return list(at_work)
    heard = witness.hear(database, [_matter(message, witness.settings) for message in wanted])
    changed = dict(zip((message.inbound_id for message in wanted), heard, strict=True))
    return [_with(message, changed.get(message.inbound_id)) for message in at_work]


def is_wanted(message: MessageAtWork, settings: ModelSettings) -> bool:
    """Whether the model is heard: a person's new words that will be worked, where the rules are not sure."""
    claimed, reading = message.claimed, message.reading
    will_be_worked = not claimed.history or claimed.released
    written = reading.screening.kind is Kind.PERSON and bool(reading.message.new_text.strip())
    return will_be_worked and written and not is_settled(reading.classification, settings)


def is_settled(rules: Classification, settings: ModelSettings) -> bool:
    """Whether the rules are sure of the rights that they found, and that is enough."""
    return settings.skip_when_sure and rules.asks and not rules.needs_human


def words_of(message: ParsedMessage) -> dict[str, str]:
    """Return the new words, and the subject line where it is not that of an older mail."""
    answers = message.in_reply_to or message.references
    return {"subject": "" if answers else message.subject, "text": message.new_text}


def _matter(message: MessageAtWork, settings: ModelSettings) -> Matter:
    parsed = message.reading.message
    return Matter(
        rules=message.reading.classification,
        parts=minimise_parts(
            words_of(parsed), people_of(parsed), most_characters=settings.most_characters
        ),
        inbound_id=message.inbound_id,
        case_id=message.claimed.case_id,
    )


def _with(message: MessageAtWork, classification: Classification | None) -> MessageAtWork:
    if classification is None:
        return message
    return replace(message, reading=replace(message.reading, classification=classification))
