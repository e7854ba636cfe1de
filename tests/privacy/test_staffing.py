"""Somebody always hears of a clock: the owner, whoever has the role, their deputies, the data protection officer."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from privacy.reminders import Audience
from privacy.staffing import Absence, StaffMember, who_hears

DAY = date(2027, 3, 1)
HANDLER, LEAD, DPO = Audience.HANDLER, Audience.LEAD, Audience.DPO


def member(name: str, *roles: Audience, away: str | bool = False) -> StaffMember:
    absence = Absence(first=DAY, last=DAY, deputy=away if isinstance(away, str) else None)
    return StaffMember(
        address=f"{name}@autocloz.example",
        roles=frozenset(roles),
        absences=(absence,) if away else (),
    )


def heard(
    *staff: StaffMember, to=(HANDLER,), owner: str | None = None, day: date = DAY
) -> list[str]:
    found = who_hears(to, owner=owner, staff=staff, day=day)
    return [one.address.partition("@")[0] for one in found]


SAM, TOM = member("sam", HANDLER), member("tom", HANDLER)
OLGA = member("olga", DPO)


def test_everybody_of_the_role_hears_and_nobody_else() -> None:
    assert heard(SAM, TOM, OLGA) == ["sam", "tom"]
    assert heard(SAM, TOM, OLGA, to=(HANDLER, DPO)) == ["sam", "tom", "olga"]
    assert heard() == []


def test_the_owner_of_a_case_hears_for_all_handlers() -> None:
    assert heard(SAM, TOM, OLGA, owner="tom+work@autocloz.example") == ["tom"]
    assert heard(SAM, TOM, OLGA, owner="tom@autocloz.example", to=(HANDLER, DPO)) == ["tom", "olga"]
    assert heard(SAM, TOM, OLGA, owner="gone@autocloz.example") == ["sam", "tom"]
    assert heard(SAM, TOM, OLGA, owner="tom@autocloz.example", to=(DPO,)) == ["olga"]


def test_a_deputy_hears_for_who_is_away_and_so_on() -> None:
    away = member("sam", HANDLER, away="tom@autocloz.example")
    assert heard(away, OLGA, TOM) == ["tom"]
    assert heard(away, OLGA, TOM, day=DAY + timedelta(days=1)) == ["sam", "tom"]
    chain = member("tom", away="lea@autocloz.example")
    assert heard(away, chain, member("lea", LEAD), OLGA) == ["lea"]


def test_where_nobody_is_here_the_officer_hears() -> None:
    one = member("sam", HANDLER, away="tom@autocloz.example")
    other = member("tom", HANDLER, away="sam@autocloz.example")
    assert heard(one, other, OLGA) == ["olga"]
    assert heard(one, other, member("olga", DPO, away=True)) == ["olga"]
    assert heard(one, other) == ["sam", "tom"]
    assert heard(member("lea", LEAD), to=(DPO,)) == ["lea"]


names = st.sampled_from(["a", "b", "c", "d"])
people = st.lists(
    st.builds(
        lambda name, roles, away: member(name, *roles, away=away),
        names,
        st.sets(st.sampled_from(Audience)),
        st.one_of(st.booleans(), names.map(lambda name: f"{name}@autocloz.example")),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda one: one.address,
)


@given(people, st.sets(st.sampled_from(Audience), min_size=1))
def test_somebody_always_hears_and_nobody_twice(
    staff: list[StaffMember], to: set[Audience]
) -> None:
    found = heard(*staff, to=tuple(to))
    assert found
    assert len(set(found)) == len(found)
