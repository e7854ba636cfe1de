"""Values of the core for its tests: the cast, calendars, laws, messages and cases, each made in one call."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

from privacy.cases import Case, CaseIdentifiers, Origin, open_case
from privacy.deadlines import BusinessCalendar, Due, Period, PeriodUnit, Regime
from privacy.messages import Automation, Letter, OutboundMessage, Sender
from privacy.rights import Classification, Lane, Right, RightClaim, Scope

ANNE = "anne@person.example"
MALLORY = "mallory@elsewhere.example"
PRIVACY = "privacy@autocloz.example"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
EVERY_YEAR = range(1990, 2101)


def calendar(*holidays: date, code: str = "XX", years: range = EVERY_YEAR) -> BusinessCalendar:
    return BusinessCalendar(code=code, version="test", holidays=frozenset(holidays), years=years)


def days(amount: int, *, rule: str = "DAYS") -> Period:
    return Period(amount=amount, unit=PeriodUnit.DAYS, rule=rule)


def months(amount: int) -> Period:
    return Period(amount=amount, unit=PeriodUnit.MONTHS, rolls=True, rule="MONTH")


def hours(amount: int) -> Period:
    return Period(amount=amount, unit=PeriodUnit.HOURS, rule="HOURS")


def business_days(amount: int) -> Period:
    return Period(amount=amount, unit=PeriodUnit.BUSINESS_DAYS, rule="BDAYS")


def regime(
    code: str,
    period: Period,
    *,
    zone: str = "UTC",
    holidays: BusinessCalendar | None = None,
    acknowledge: Period | None = None,
) -> Regime:
    return Regime(
        code=code,
        name=code,
        version="test",
        zone=zone,
        calendar=holidays or calendar(),
        default_period=period,
        periods={},
        acknowledge=acknowledge,
    )


HOUSE = regime("house", days(30), acknowledge=business_days(5))
GDPR = regime("gdpr", months(1), zone="Europe/Dublin")
LAWS = (HOUSE, GDPR)


def claim(
    right: Right = Right.ERASURE, scope: Scope | None = None, quote: str = "delete me"
) -> RightClaim:
    return RightClaim(
        right=right,
        scope=scope,
        confidence=0.9,
        part="text",
        quote=quote,
        start=0,
        end=len(quote),
        reason="en.test",
    )


def asking(*rights: Right, needs_human: bool = False) -> Classification:
    lane = Lane.RIGHTS if rights else Lane.OTHER
    claims = tuple(claim(right) for right in rights)
    return Classification(lane=lane, rights=claims, needs_human=needs_human)


def origin(*, mail: int = 1, received_at: datetime = NOON, sender: str | None = ANNE) -> Origin:
    return Origin(
        inbound_id=UUID(int=mail),
        mailbox=PRIVACY,
        region="eu",
        received_at=received_at,
        sender=Sender(address=sender, display_name="Anne Asks"),
        language="en",
    )


IDENTIFIERS = CaseIdentifiers(case_id=UUID(int=7), number=7, reference="PR-2026-000007-00")


def counter(start: int = 100) -> Callable[[], UUID]:
    """Return a source of ids that never gives one twice."""
    ids = iter(range(start, 2**62))
    return lambda: UUID(int=next(ids))


def case(classification: Classification | None = None, *, regimes: Sequence[Regime] = LAWS) -> Case:
    return open_case(
        IDENTIFIERS,
        origin(),
        classification or asking(Right.ACCESS),
        regimes=regimes,
        new_id=counter(),
    )


def due(on: date, expires_at: datetime, law: str = "house") -> Due:
    return Due(on=on, expires_at=expires_at, regime=law, rule="DAYS", zone="UTC", trace=())


def letter_out(**changes: object) -> OutboundMessage:
    """Return an acknowledgement to Anne, as it would be composed."""
    letter = Letter(
        kind="acknowledgement", language="en", subject="Your request", text="Thank you.", html="<p>"
    )
    values: dict[str, object] = {
        "message_id": "<c.token@autocloz.example>",
        "sender": PRIVACY,
        "sender_name": "Autocloz privacy desk",
        "recipient": ANNE,
        "envelope_from": "privacy+b.token@autocloz.example",
        "letter": letter,
        "automation": Automation.REPLIED,
        "date": NOON,
    }
    return OutboundMessage(**(values | changes))  # type: ignore[arg-type]
