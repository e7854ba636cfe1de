"""The first login of a mailbox: a person enters a code at the provider (RFC 8628)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from intake.imap_trouble import LoginRefused, MailboxTrouble, Reason
from intake.oauth import client_identity, refusal, tokens_from
from intake.oauth_http import Answer, post_form
from intake.settings import OAuthSettings
from privacy.ports import Clock, OAuthTokens, TokenStore

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
USUAL_INTERVAL_SECONDS = 5  # where the answer does not say (RFC 8628 section 3.2)
SLOWER = timedelta(seconds=5)  # added at each slow_down (section 3.5)
LONGEST_LIFE_SECONDS = 3600


@dataclass(frozen=True, kw_only=True)
class DevicePrompt:
    """What to show to the person: the code, and the page where it is entered."""

    user_code: str
    verification_uri: str
    expires_at: datetime
    interval: timedelta
    device_code: str = field(repr=False)


def start_device_login(settings: OAuthSettings, now: datetime) -> DevicePrompt:
    """Ask the provider for a code. Raises Permanent or Retryable."""
    if settings.device_authorization_url is None:
        raise LoginRefused("oauth.device_authorization_url is not set")
    form = {"client_id": settings.client_id}
    if settings.scope:
        form["scope"] = settings.scope
    answer = post_form(settings.device_authorization_url, form, settings)
    if not answer.ok:
        raise refusal(answer)
    return _prompt(answer, now)


def wait_for_consent(
    settings: OAuthSettings,
    prompt: DevicePrompt,
    *,
    clock: Clock,
    pause: Callable[[timedelta], None],
) -> OAuthTokens:
    """Ask until the person has agreed, and return the tokens; not faster than allowed.

    Raises Permanent when the person declines or the code runs out.
    """
    interval = prompt.interval
    while True:
        pause(interval)
        if clock() >= prompt.expires_at:
            raise LoginRefused("the code was not entered in time")
        try:
            answer = _ask(settings, prompt)
        except MailboxTrouble:  # section 3.5: on a timeout ask less often
            interval += SLOWER
            continue
        code = None if answer.ok else answer.text("error")
        if code == "slow_down":
            interval += SLOWER
        elif code != "authorization_pending":
            return tokens_from(answer, refresh_token=None, now=clock())


def log_in_mailbox(
    settings: OAuthSettings,
    mailbox: str,
    store: TokenStore,
    *,
    clock: Clock,
    show: Callable[[DevicePrompt], None],
    pause: Callable[[timedelta], None],
) -> None:
    """Carry a person through the login of a mailbox, and keep its tokens."""
    prompt = start_device_login(settings, clock())
    show(prompt)
    store.save(mailbox, wait_for_consent(settings, prompt, clock=clock, pause=pause))


def _ask(settings: OAuthSettings, prompt: DevicePrompt) -> Answer:
    form = {"grant_type": GRANT, "device_code": prompt.device_code, **client_identity(settings)}
    return post_form(settings.token_url, form, settings)


def _prompt(answer: Answer, now: datetime) -> DevicePrompt:
    device_code, user_code = answer.text("device_code"), answer.text("user_code")
    # Google's older answers name the page verification_url.
    page = answer.text("verification_uri") or answer.text("verification_url")
    if device_code is None or user_code is None or page is None:
        raise MailboxTrouble(Reason.TOKEN)
    life = answer.seconds("expires_in", default=600, most=LONGEST_LIFE_SECONDS)
    interval = answer.seconds("interval", default=USUAL_INTERVAL_SECONDS, most=60)
    return DevicePrompt(
        user_code=user_code,
        verification_uri=page,
        expires_at=now + timedelta(seconds=life),
        interval=timedelta(seconds=interval),
        device_code=device_code,
    )
