"""One connection's way through a batch: envelope, content, verdict, the next envelope in the group of the last content."""

from __future__ import annotations

import asyncio

from aiosmtplib import SMTPResponse

from notifier.settings import SubmissionSettings
from notifier.smtp_answers import refusal
from notifier.smtp_batch import Batch, Job, dotted
from notifier.smtp_lane import Lane, LaneLost
from privacy.errors import PrivacyError, Retryable
from privacy.ports import Handover

CLOSING = 421  # RFC 5321 section 4.2.3


class Talk:
    """One connection's way through the batch."""

    def __init__(self, lane: Lane, batch: Batch, settings: SubmissionSettings) -> None:
        self._lane = lane
        self._batch = batch
        self._settings = settings

    async def run(self) -> None:
        """Send until nothing waits or the connection has had its share. Raises LaneLost."""
        job = await self._first()
        while job is not None:
            job = await self._one(job) or await self._first()

    async def _first(self) -> Job | None:
        """Take a letter when the rate allows it and write its envelope."""
        if not (self._has_room and self._batch.wants_more):
            return None
        await asyncio.sleep(self._batch.reserve())
        return self._begin(b"")

    def _begin(self, before: bytes) -> Job | None:
        """Write what is left of the last letter and, in the same group, the envelope of the next one."""
        ready = self._lane.pipelines and self._has_room and self._batch.may_go_on
        if before and ready:
            self._batch.reserve()
        job = self._batch.take(self._lane) if ready or not before else None
        envelope = b"".join(job.commands) if job and self._lane.pipelines else b""
        if job is not None:
            self._lane.begun += 1
        self._lane.write(before + envelope)
        return job

    @property
    def _has_room(self) -> bool:
        return self._lane.begun < self._settings.letters_per_connection

    async def _one(self, job: Job) -> Job | None:
        """Finish a letter whose envelope is on its way; returns the next one, whose envelope is then."""
        try:
            declined = await self._announce(job)
        except LaneLost as error:
            self._batch.give_back(job, str(error))
            raise
        if declined is not None:
            return await self._pass_over(job, declined)
        following = self._begin(dotted(job.content))
        try:
            await self._verdict(job)
        except LaneLost as error:
            if following is not None:
                self._batch.give_back(following, str(error))
            raise
        return following

    async def _announce(self, job: Job) -> PrivacyError | None:
        """Read the answers to the envelope; returns why the letter may not follow. Raises LaneLost."""
        declined: PrivacyError | None = None
        for command in job.commands:
            if not self._lane.pipelines:
                self._lane.write(command)
            answer = await self._lane.answer(self._settings.timeout_seconds)
            verb = command[:4].decode()
            if _is_refusal(answer, wanted=3 if verb == "DATA" else 2):
                declined = declined or refusal(verb, answer)
                if not self._lane.pipelines:
                    break
            elif verb == "DATA" and declined is not None:
                await self._send_nothing(str(declined))
        if not self._lane.in_step:
            raise LaneLost("out-of-step")
        return declined

    async def _send_nothing(self, declined: str) -> None:
        """End a letter for which the server waits though it refused the recipient (RFC 2920 section 3.1).

        Where it refused the sender and took the recipient, an empty letter could reach somebody: no dot is sent.
        """
        if " RCPT:" not in declined:
            raise LaneLost("out-of-step")
        self._lane.write(b".\r\n")
        await self._lane.answer(self._settings.verdict_seconds)

    async def _pass_over(self, job: Job, declined: PrivacyError) -> Job | None:
        """Note a refused letter and go on with a clean envelope."""
        self._lane.settled += 1
        session = isinstance(declined, Retryable) and _wants_other_session(str(declined))
        self._batch.declined(job, declined, lane=session)
        following = self._begin(b"RSET\r\n")
        try:
            await self._cleared()
        except LaneLost as error:
            if following is not None:
                self._batch.give_back(following, str(error))
            raise
        return following

    async def _cleared(self) -> None:
        """Read the answer to RSET. Raises LaneLost."""
        answer = await self._lane.answer(self._settings.timeout_seconds)
        if _is_refusal(answer, wanted=2):
            raise LaneLost("out-of-step")

    async def _verdict(self, job: Job) -> None:
        """Read what the server says to the content. Raises LaneLost when the connection is of no more use."""
        try:
            verdict = await self._lane.answer(self._settings.verdict_seconds)
        except LaneLost as error:
            self._batch.note(job, Handover.UNKNOWN, f"smtp: {error} after the letter was sent")
            raise
        self._lane.settled += 1
        kind = verdict.code // 100
        if kind == 2:  # noqa: PLR2004 - RFC 5321 section 4.2.1
            self._batch.accepted(job, verdict)
        elif kind in {4, 5}:
            self._batch.declined(job, refusal("the letter", verdict), lane=False)
        else:
            self._batch.note(job, Handover.UNKNOWN, f"smtp: answer {verdict.code} to the letter")
            raise LaneLost("out-of-step")
        if verdict.code == CLOSING:
            raise LaneLost("421")


def _is_refusal(answer: SMTPResponse, *, wanted: int) -> bool:
    """Say whether a command was refused. Raises LaneLost where the server closes, or answers another command."""
    if answer.code == CLOSING:
        raise LaneLost("421")
    if answer.code // 100 not in {wanted, 4, 5}:
        raise LaneLost("out-of-step")
    return answer.code // 100 != wanted


def _wants_other_session(reason: str) -> bool:
    """Say whether the server wants TLS or a login: that holds for every letter."""
    return ": 53" in reason
