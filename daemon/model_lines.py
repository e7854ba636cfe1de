"""Hears the model about lines from the command line, which belong to no message and no case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from email.utils import parseaddr

from casework.first_reading import without_history
from casework.witness import Matter, Witness
from casework.witnessing import is_settled
from classifier.minimising import has_capital_nouns, minimise_parts
from classifier.model_settings import Use
from classifier.personal_spans import Known
from classifier.rules import classify_text
from daemon.model_wiring import build_witness
from daemon.settings import SettingsError
from daemon.wiring import Desk
from privacy.errors import Permanent
from privacy.rights import Classification


def witness_of(desk: Desk) -> Witness:
    """Return a witness that is heard, even where the desk only watches it: these lines decide nothing.

    Raises SettingsError where the model is off, Permanent where it may not be asked.
    """
    settings = desk.settings.model
    heard = settings.model_copy(update={"use": Use.WITNESS})
    wanted = settings if settings.use is Use.OFF else heard
    witness = build_witness(wanted, region=desk.settings.region)
    if witness is None:
        raise SettingsError(["model.use: is off, so there is no model to hear"])
    witness.read_proof()
    standing = witness.standing(desk.database)
    if not standing.usable:
        raise Permanent(standing.says)
    return witness


def hear_lines(
    witness: Witness, desk: Desk, lines: Sequence[Mapping[str, object]]
) -> list[Classification]:
    """Return the classification of each line, in order; the model is heard where the rules are not sure."""
    threshold = desk.settings.classifier.threshold
    matters = [_matter(line, witness, threshold) for line in lines]
    settled = [is_settled(matter.rules, witness.settings) for matter in matters]
    unsettled = [matter for matter, done in zip(matters, settled, strict=True) if not done]
    heard = iter(witness.hear(desk.database, unsettled))
    return [
        matter.rules if done else next(heard) for matter, done in zip(matters, settled, strict=True)
    ]


def _matter(line: Mapping[str, object], witness: Witness, threshold: float) -> Matter:
    subject, text = str(line.get("subject") or ""), str(line.get("text") or "")
    name, address = parseaddr(str(line.get("from") or ""))
    known = Known(
        names=(name,), addresses=(address,), nouns_have_capitals=has_capital_nouns(text or subject)
    )
    own = without_history(subject, text)
    return Matter(
        rules=classify_text(subject, own, threshold),
        parts=minimise_parts(
            {"subject": subject, "text": own},
            known,
            most_characters=witness.settings.most_characters,
        ),
    )
