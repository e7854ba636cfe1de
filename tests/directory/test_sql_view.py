"""A view of the product's database: read only, workspaces first, within its time."""

import pytest
from sqlalchemy import create_engine, text

from directory.settings import DirectorySettings, SqlViewSettings
from directory.sql_view import SqlViewSource
from privacy.directory import LeadRecord, PersonRecord, Standing, WorkspaceRecord
from privacy.errors import Permanent, Retryable, WrongSetting
from servers.ports import free_port

WORDS = DirectorySettings().words
TABLE = """CREATE TABLE people (record TEXT, workspace TEXT, person TEXT, address TEXT, name TEXT, plan TEXT,
region TEXT, locale TEXT, cancelled_since {day})"""
VIEW = "CREATE VIEW rightsdesk_directory AS SELECT * FROM people"
ROWS = """INSERT INTO people (record, workspace, address, cancelled_since) VALUES
('lead', 'w1', 'anne@person.example', NULL), ('owner', 'w1', 'olivia@customer.example', NULL),
('workspace', 'w1', NULL, '2026-11-01'), ('member', NULL, 'sam@customer.example', NULL)"""
ENDLESS = """CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
SELECT 'lead' AS record, 'w1' AS workspace, '' AS person, 'a@b.example' AS address, '' AS name, '' AS plan,
'' AS region, '' AS locale, NULL AS cancelled_since FROM n WHERE i < 0"""


@pytest.fixture
def product(database_url):
    """Give the URL of the product's database, once on each engine."""
    day = "TEXT" if database_url.startswith("sqlite") else "DATE"
    engine = create_engine(database_url)
    with engine.begin() as connection:
        for statement in (TABLE.format(day=day), VIEW, ROWS, ENDLESS):
            connection.execute(text(statement))
    engine.dispose()
    return database_url


def source_at(url, **changes):
    return SqlViewSource(SqlViewSettings(**({"url": url} | changes)), WORDS)


def lines_of(url, **changes):
    return list(source_at(url, **changes).read(None).lines)


def test_workspaces_come_first_and_bad_rows_have_a_reason(product):
    first, *rest = lines_of(product)
    assert isinstance(first.record, WorkspaceRecord)
    assert (first.place, str(first.record.cancelled_since)) == (1, "2026-11-01")
    records = [line.record for line in rest]
    assert LeadRecord(workspace="w1", address="anne@person.example") in records
    (owner,) = [one for one in records if isinstance(one, PersonRecord)]
    assert owner.standing is Standing.OWNER
    assert [line.wrong for line in rest if line.wrong] == ["workspace: is missing"]


def test_a_view_that_names_the_privacy_contact_is_read_with_it(product):
    engine = create_engine(product)
    with engine.begin() as connection:
        connection.execute(
            text(
                "CREATE VIEW later AS SELECT *, 'privacy@customer.example' AS privacy_contact, "
                "'accounts@customer.example' AS billing_contact FROM people"
            )
        )
    engine.dispose()
    first, *_ = lines_of(product, view="later")
    assert first.record.privacy_contact == "privacy@customer.example"
    assert first.record.billing_contact == "accounts@customer.example"
    assert lines_of(product)[0].record.privacy_contact == ""
    assert lines_of(product)[0].record.billing_contact == ""


def test_the_transaction_can_change_nothing(product):
    source = source_at(product, view="people")
    source._question = lambda *_: text("DELETE FROM people RETURNING *")
    with pytest.raises((Permanent, Retryable)):
        list(source.read(None).lines)
    assert len(lines_of(product)) == 4


def test_a_view_that_is_not_there_names_what_is_wanted(product):
    with pytest.raises((Permanent, Retryable), match="directory view") as trouble:
        lines_of(product, view="elsewhere")
    assert "SELECT" not in str(trouble.value)


def test_a_view_that_never_ends_is_cut_off(product):
    with pytest.raises(Retryable, match="too slow"):
        lines_of(product, view="endless", seconds=0.5)


def test_a_reading_that_takes_too_long_in_all_ends(product):
    with pytest.raises(Retryable, match=r"sql.seconds|too slow"):
        lines_of(product, seconds=1e-9)


def test_a_database_that_is_not_there_is_out_of_reach_and_shows_no_password(tmp_path):
    urls = (
        f"postgresql://user:pass-word@127.0.0.1:{free_port()}/none",
        f"sqlite:///{tmp_path / 'none.db'}",
    )
    for url in urls:
        with pytest.raises(Retryable, match="out of reach") as trouble:
            lines_of(url)
        assert "pass-word" not in str(trouble.value)


@pytest.mark.parametrize("url", ["mysql://u:p@127.0.0.1/x", "sqlite://", "not a URL"])
def test_other_databases_are_refused(url):
    with pytest.raises(WrongSetting, match=r"directory.sql.url"):
        lines_of(url)
