from dataclasses import replace
from datetime import date

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.exc import IntegrityError

from privacy.audit import AuditEvent, AuditKind
from privacy.errors import Permanent
from privacy.suppression import Suppression, SuppressionList, SuppressionReason
from storage.audit import append, events_of, verify_chain
from storage.case_events import case_events
from storage.cases import add_cases, clock_events, find_case, mark_acknowledged, set_date
from storage.database import _open_engine, schema_version, upgrade
from storage.extensions import Extension, add_extension
from storage.ids import new_id
from storage.reminders import claim_due_cases
from storage.schema import MIGRATIONS, REVISIONS, migrate
from storage.suppressions import add_suppressions, lists_with, suppress_for_customer
from storage.tables import Row


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Give the URL of an empty database: here the way to the schema is what is tested."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'rightsdesk.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def settings(make, database_url):
    return make.settings_for(database_url)


@pytest.fixture
def engine(settings):
    made = _open_engine(settings, None)
    yield made
    made.dispose()


def tables(engine):
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def move(engine, target):
    with engine.begin() as connection:
        migrate(connection, target)


def test_migrations_go_up_down_and_up_again(settings, engine):
    for _ in range(2):
        upgrade(settings)
        assert tables(engine) == set(Row.metadata.tables)
        assert schema_version(settings) == REVISIONS[-1]
        move(engine, "base")
        assert tables(engine) == set()
        assert schema_version(settings) == "none"


def test_models_and_migrations_agree(settings, engine):
    upgrade(settings)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, Row.metadata) == []


def test_the_migrated_schema_is_the_one_of_the_models_to_the_letter(tmp_path, make):
    migrated, declared = tmp_path / "migrated.db", tmp_path / "declared.db"
    upgrade(make.settings_for(f"sqlite:///{migrated}"))
    engine = create_engine(f"sqlite:///{declared}")
    Row.metadata.create_all(engine)
    assert statements(migrated) == statements(declared)
    engine.dispose()


def statements(path):
    engine = create_engine(f"sqlite:///{path}")
    question = (
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'"
    )
    with engine.connect() as connection:
        found = {name: words(sql) for name, sql in connection.execute(text(question))}
    engine.dispose()
    return found


def words(sql):
    """Tell a statement whatever the order of its constraints."""
    return sorted(sql.replace(",", " ").replace("(", " ").replace(")", " ").split())


def test_every_table_of_sqlite_is_strict(tmp_path, make):
    path = tmp_path / "strict.db"
    upgrade(make.settings_for(f"sqlite:///{path}"))
    tables = [sql for name, sql in statements(path).items() if name in Row.metadata.tables]
    assert len(tables) == len(Row.metadata.tables)
    assert all("STRICT" in sql for sql in tables)


def test_the_listed_revisions_are_those_of_the_folder():
    script = ScriptDirectory(str(MIGRATIONS))
    assert [one.revision for one in script.walk_revisions()][::-1] == list(REVISIONS)


def test_an_upgrade_of_a_current_database_changes_nothing(settings):
    upgrade(settings)
    upgrade(settings)
    assert schema_version(settings) == REVISIONS[-1]


def set_revision(engine, revision):
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :r"), {"r": revision})


def test_a_newer_schema_is_refused_and_named(settings, engine, open_it):
    upgrade(settings)
    set_revision(engine, "0999")
    with pytest.raises(Permanent, match=r"0999.*newer"):
        open_it()
    with pytest.raises(Permanent, match=r"0999.*newer"):
        upgrade(settings)


def test_an_old_schema_names_the_command_that_helps(settings, open_it, monkeypatch):
    upgrade(settings)
    monkeypatch.setattr("storage.schema.REVISIONS", (*REVISIONS, "9999"))
    with pytest.raises(Permanent, match="rightsdesk db upgrade"):
        open_it()


def test_a_migration_that_fails_leaves_nothing_behind(settings, engine, monkeypatch):
    def stop(connection, target):
        migrate(connection, target)
        raise ValueError("stopped")

    monkeypatch.setattr("storage.database.migrate", stop)
    with pytest.raises(ValueError, match="stopped"):
        upgrade(settings)
    assert tables(engine) == set()
    assert schema_version(settings) == "none"


def test_sqlite_refuses_values_of_another_type(tmp_path, make):
    upgrade(make.settings_for(f"sqlite:///{tmp_path / 'strict.db'}"))
    engine = create_engine(f"sqlite:///{tmp_path / 'strict.db'}")
    mark = text("INSERT INTO database_mark (name, value) VALUES ('a', 'text is no BLOB')")
    with engine.connect() as connection, pytest.raises(IntegrityError):
        connection.execute(mark)
    engine.dispose()


def test_cases_that_are_open_already_are_watched_after_the_upgrade(settings, engine, make, open_it):
    database = open_it()
    with database.transaction() as transaction:
        add_cases(transaction, [make.case()], now=make.now)
    move(engine, "0002")
    upgrade(settings)
    with database.transaction() as transaction:
        (watched,) = claim_due_cases(transaction, now=make.now, limit=5)
    assert len(watched.clocks) == 2


def test_what_happened_to_older_cases_is_told_by_the_upgrade(settings, engine, make, open_it):
    database, case = open_it(), make.case()
    item = case.items[0]
    later = replace(item.due, on=date(2026, 5, 4))
    extension = Extension(
        item_id=item.item_id,
        case_id=case.case_id,
        message_id_key=b"e" * 32,
        asked_at=make.now,
        asked_by="sam@autocloz.example",
        latest_at=make.now,
        due=later,
        told_at=make.now,
    )
    with database.transaction() as transaction:
        add_cases(transaction, [case], now=make.now)
        mark_acknowledged(transaction, case.case_id, message_id_key=b"a" * 32, at=make.now)
        add_extension(transaction, extension)
        set_date(transaction, case.case_id, ("respond", item.item_id), later, at=make.now)
    move(engine, "0003")
    upgrade(settings)
    with database.reading() as reading:
        found = case_events(reading, case.case_id)
        dates = clock_events(reading, case.case_id)
    assert [(one.kind, one.item_id, one.author, one.letter) for one in found] == [
        ("received", None, None, None),
        *(("right_added", one.item_id, None, None) for one in case.items),
        ("acknowledged", None, None, b"a" * 32),
        ("extension_notified", item.item_id, "sam@autocloz.example", b"e" * 32),
    ]
    assert found[0].at == case.received_at
    told = [one.due.on for one in dates if one.due and one.message_id_key == b"e" * 32]
    assert told == [later.on]
    with database.reading() as reading:
        assert find_case(reading, case.reference).items[0].due == later


def test_a_chain_ends_before_what_an_older_schema_does_not_know(settings, engine, make, open_it):
    database = open_it()
    case, ours = new_id(), new_id()
    newer = (
        AuditKind.ROLE_FOUND,
        AuditKind.IDENTITY_ASKED,
        AuditKind.WORK_STEP,
        AuditKind.CASE_HELD,
    )
    kinds = [AuditKind.CASE_OPENED, *newer, AuditKind.TASK_DONE]
    events = [AuditEvent(chain=case, kind=kind, at=make.now, actor="daemon") for kind in kinds]
    events.append(AuditEvent(chain=ours, kind=AuditKind.SUPPRESSED, at=make.now, actor="daemon"))
    with database.transaction() as transaction:
        append(transaction, events)
    move(engine, "0003")
    upgrade(settings)
    with database.transaction() as transaction:
        assert [one.kind for one in events_of(transaction, case)] == [AuditKind.CASE_OPENED]
        assert events_of(transaction, ours) == []
        append(transaction, events)
        assert verify_chain(transaction, case)
        assert verify_chain(transaction, ours)


def test_whoever_left_the_updates_is_kept_from_them_by_an_older_schema_too(
    settings, engine, make, open_it
):
    database = open_it()
    both, one = "both@kite.example", "one@kite.example"
    left = [(both, SuppressionList.UPDATES), (both, SuppressionList.MARKETING)]
    entries = [
        Suppression(
            address=address,
            on=on,
            reason=SuppressionReason.UNSUBSCRIBED,
            added_at=make.now,
            added_by="one-click",
        )
        for address, on in [*left, (one, SuppressionList.UPDATES)]
    ]
    with database.transaction() as transaction:
        add_suppressions(transaction, entries)
    move(engine, "0010")
    upgrade(settings)
    with database.reading() as reading:
        lists = lists_with(reading, [both, one])
    assert lists == dict.fromkeys((both, one), (SuppressionList.MARKETING,))


def test_what_a_customer_wants_kept_away_is_kept_from_everybody_by_an_older_schema(
    settings, engine, make, open_it
):
    database = open_it()
    anne = "anne@kite.example"
    with database.transaction() as transaction:
        for workspace in (new_id(), new_id()):
            suppress_for_customer(
                transaction, workspace, anne, case_id=new_id(), by="customer", now=make.now
            )
    move(engine, "0019")
    upgrade(settings)
    with database.reading() as reading:
        assert lists_with(reading, [anne]) == {anne: (SuppressionList.MARKETING,)}
