"""A model beside a desk of the tests: settings, witness, ledger, and a matter to hear it about."""

from datetime import timedelta

from casework.witness import Matter, Witness
from casework_values import NOON
from classifier.minimising import minimise_parts
from classifier.model_client import ModelClient
from classifier.model_settings import ModelSettings, Use
from classifier.personal_spans import Known
from classifier.rules import classify_text
from privacy.zero_retention import Assurance
from storage.model_calls import calls_since

VAGUE = "Hello, can you make me vanish from there? Regards"
LONG_AGO = NOON - timedelta(days=30)


def settings_for(server, **changes):
    values = {
        "use": Use.WITNESS,
        "assurance": Assurance.LOCAL,
        "model": "m",
        "base_url": server.url,
        "skip_when_sure": False,
    }
    return ModelSettings(**(values | changes))


def witness_for(desk, settings, client=None, **changes):
    made = Witness(
        settings, client or ModelClient(settings), region="default", clock=desk.clock, **changes
    )
    made.pause = lambda _seconds: None  # nobody of the tests waits between two attempts
    return made


def with_model(desk, server, **changes):
    desk.witness = witness_for(desk, settings_for(server, **changes))
    return desk


def calls(desk):
    with desk.database.reading() as reading:
        return calls_since(reading, LONG_AGO)


def matter(inbound_id=None, text=VAGUE, **changes):
    parts = minimise_parts({"text": text}, Known(), most_characters=8000)
    return Matter(rules=classify_text("", text), parts=parts, inbound_id=inbound_id, **changes)
