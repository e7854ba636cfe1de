"""What the operator says about our own check of senders."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from intake.name_service import split_port


class Verify(StrEnum):
    """Whether senders of a mailbox are checked by ourselves."""

    OFF = "off"
    DNS = "dns"


def _nameserver(text: str) -> str:
    try:
        split_port(text)
    except ValueError:
        raise ValueError("an IP address, with a port where it is not 53") from None
    return text


Nameserver = Annotated[str, AfterValidator(_nameserver)]
Domain = Annotated[
    str,
    StringConstraints(
        to_lower=True, pattern=r"^[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+$", max_length=253
    ),
]


class AuthenticitySettings(BaseModel):
    """How senders are checked where a mailbox has `verify = "dns"`, and how `explain --dns` and `check` ask the DNS."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    nameservers: tuple[Nameserver, ...] = Field(
        default=(),
        description="Addresses of the name servers, such as `192.0.2.53` or `127.0.0.1:5353`; "
        "default those of the system.",
    )
    question_seconds: float = Field(
        default=2.0, gt=0, le=2, description="Longest wait for one answer, in seconds."
    )
    message_seconds: float = Field(
        default=3.0,
        gt=0,
        le=3,  # with one more answer for each of the 50 mails of a batch it stays below the lease
        description="Longest wait for all answers about one mail, in seconds.",
    )
    sealers: tuple[Domain, ...] = Field(
        default=(),
        description="Domains whose ARC seal counts: lists and forwarders that are trusted to say what they saw "
        "before they changed a mail.",
    )
