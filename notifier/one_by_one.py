"""A batch over a way out that takes single letters: for the built-in mailbox, and wherever many is few."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from notifier.filling import Filler
from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.messages import OutboundMessage
from privacy.ports import Handover, Outcome, Transport


class OneByOne:
    """Hands a batch over letter by letter; the first trouble of the way ends it for the rest."""

    most = 100
    tells_delivery = False

    def __init__(self, transport: Transport) -> None:
        self.name = transport.name
        self._transport = transport

    def send_many(self, messages: Sequence[OutboundMessage]) -> list[Outcome]:
        """Hand the letters over, see `BatchTransport`."""
        filler = Filler()
        outcomes: list[Outcome] = []
        for place, message in enumerate(messages):
            outcome = self._send(message, filler)
            outcomes.append(outcome)
            if outcome.lane:
                rest = messages[place + 1 :]
                return outcomes + [_deferred(one, outcome.answer, outcome.after) for one in rest]
        return outcomes

    def check(self) -> str:
        """Say in one line that mail could leave now. Raises Permanent or Retryable."""
        return self._transport.check()

    def close(self) -> None:
        """Let go of connections."""
        self._transport.close()

    def _send(self, message: OutboundMessage, filler: Filler) -> Outcome:
        message_id = message.message_id
        try:
            receipt = self._transport.send(filler.fill(message))
        except Permanent as error:
            return Outcome(message_id=message_id, state=Handover.REFUSED, answer=str(error))
        except Retryable as error:
            return _deferred(message, str(error), error.after)
        except OutcomeUnknown as error:
            return Outcome(message_id=message_id, state=Handover.UNKNOWN, answer=str(error))
        return Outcome(
            message_id=message_id,
            state=Handover.ACCEPTED,
            answer=receipt.answer,
            provider_id=receipt.provider_id,
        )


def _deferred(message: OutboundMessage, answer: str, after: timedelta | None) -> Outcome:
    return Outcome(
        message_id=message.message_id,
        state=Handover.DEFERRED,
        answer=answer,
        after=after,
        lane=True,
    )
