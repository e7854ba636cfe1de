"""Single letters over a way out for many: the outcome of a batch of one, in the words of the outbox."""

from __future__ import annotations

from privacy.errors import OutcomeUnknown, Permanent, Retryable
from privacy.messages import OutboundMessage
from privacy.ports import BatchTransport, Handover, SendReceipt


class SingleLetters:
    """Hands over one letter at a time, see `Transport`."""

    def __init__(self, batch: BatchTransport) -> None:
        self.name = batch.name
        self._batch = batch

    def send(self, message: OutboundMessage) -> SendReceipt:
        """Hand one mail over. Raises Permanent, Retryable or OutcomeUnknown."""
        (outcome,) = self._batch.send_many([message])
        if outcome.state is Handover.REFUSED:
            raise Permanent(outcome.answer)
        if outcome.state is Handover.DEFERRED:
            raise Retryable(outcome.answer, after=outcome.after)
        if outcome.state is Handover.UNKNOWN:
            raise OutcomeUnknown(outcome.answer)
        return SendReceipt(provider_id=outcome.provider_id, answer=outcome.answer)

    def check(self) -> str:
        """Say in one line that mail could leave now. Raises Permanent or Retryable."""
        return self._batch.check()

    def close(self) -> None:
        """Let go of connections."""
        self._batch.close()
