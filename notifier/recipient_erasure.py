"""Has SendGrid erase what it holds of recipients: POST /v3/recipients/erasejob, in batches as its contract limits them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from notifier.posting import Answer, Posting, post
from notifier.system_settings import SystemSettings
from notifier.system_webhook import require_taken
from privacy.errors import Permanent, Retryable
from privacy.ports import CallReceipt

PATH = "/v3/recipients/erasejob"
MOST_ADDRESSES = 5_000  # in one request
MOST_OCTETS = 256_000  # of one request
AROUND = len(b'{"email_addresses":[]}')
BETWEEN = len(b",")
LONGEST_JOB = 100
ACCEPTED = 202


class RecipientErasure:
    """SendGrid's erasure of recipients. A job is only accepted; SendGrid says nowhere when it is done."""

    def __init__(self, settings: SystemSettings) -> None:
        self._settings = settings

    def send(self, name: str, body: str) -> CallReceipt:  # noqa: ARG002 - SendGrid knows no id of ours
        """Ask for the addresses in a message of ours to be erased; returns the ids of the jobs as what shows it.

        Raises Retryable and Permanent. The same addresses again make another job, which finds nothing.
        """
        addresses = json.loads(body)["data"]["subject"]["address"]
        jobs = [self._erase(batch) for batch in batches_of(addresses)]
        return CallReceipt(evidence=f"SendGrid job {', '.join(jobs)}")

    def _erase(self, addresses: Sequence[str]) -> str:
        settings = self._settings
        key = settings.api_key.get_secret_value() if settings.api_key else ""
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        if settings.on_behalf_of:
            headers["on-behalf-of"] = settings.on_behalf_of
        answer = post(
            Posting(
                url=f"{settings.sendgrid_host}{PATH}",
                body=_body(addresses),
                headers=headers,
                seconds=settings.seconds,
                ca_file=settings.ca_file,
            )
        )
        require_taken(answer)
        return _job_in(answer)


def batches_of(addresses: Sequence[str]) -> Iterator[list[str]]:
    """Yield the addresses, each once, in lists that fit into one request."""
    batch: list[str] = []
    size = AROUND
    for address in dict.fromkeys(addresses):
        more = len(json.dumps(address).encode()) + BETWEEN
        if batch and (len(batch) == MOST_ADDRESSES or size + more > MOST_OCTETS):
            yield batch
            batch, size = [], AROUND
        batch.append(address)
        size += more
    if batch:
        yield batch


def _body(addresses: Sequence[str]) -> bytes:
    return json.dumps({"email_addresses": list(addresses)}, separators=(",", ":")).encode()


def _job_in(answer: Answer) -> str:
    """Return the id of the job. What says 200 and names no job is not SendGrid."""
    if answer.status != ACCEPTED:
        raise Permanent(f"answered-{answer.status}")
    try:
        job = json.loads(answer.body)["job_id"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Retryable("accepted-without-a-job") from None
    if not isinstance(job, str) or not job.isprintable() or not 0 < len(job) <= LONGEST_JOB:
        raise Retryable("accepted-without-a-job")
    return job
