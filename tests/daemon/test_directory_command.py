"""`rightsdesk directory` and what `cases show` and `check` say of it."""

from pathlib import Path

import pytest

from daemon.directory_watch import DirectoryWatch
from daemon.settings import load_settings
from daemon.wiring import open_desk
from servers.ports import free_port
from servers.product import SECRET, Product

HEADER = "record,workspace,person,address,name,plan,region,locale,cancelled_since\n"
PEOPLE = (
    "workspace,w1,,,Shop,pro,eu-west-1,en,\n"
    "owner,w1,p1,olivia@customer.example,Olivia,,,en,\n"
    "lead,w1,,anne@example.org,,,,,\n"
)
ACTOR = ("--actor", "sam@autocloz.example")
ERASURE = b"""From: Anne <anne@example.org>
To: privacy@autocloz.example
Subject: My data
Message-ID: <c1@example.org>

Please delete all personal data that you hold about me.
"""
ARRIVED = ("--received-at", "2026-11-20T10:00:00Z")


@pytest.fixture
def people(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(HEADER + PEOPLE)
    return path


@pytest.fixture
def mail(tmp_path: Path) -> str:
    path = tmp_path / "1.eml"
    path.write_bytes(ERASURE)
    return str(path)


def test_a_file_is_taken_in_and_shown_to_staff_alone(run, people) -> None:
    (form,) = run("directory", "import", str(people), "--json").rows
    assert (form["workspaces"], form["people"], form["leads"], form["wrong"]) == (1, 1, 1, 0)
    shown = run("directory", "show", "Olivia@customer.example", *ACTOR)
    assert shown.code == 0
    assert "owner of w1 Shop (pro, eu-west-1, en)" in shown.out
    (lead,) = run("directory", "show", "anne@example.org", *ACTOR, "--json").rows
    assert [one["workspace"] for one in lead["lead_of"]] == ["w1"]
    nobody = run("directory", "show", "bob@example.org", *ACTOR)
    assert (nobody.code, nobody.out.splitlines()[0]) == (1, "not in the directory")


def test_nobody_is_shown_to_nobody(run, people) -> None:
    run("directory", "import", str(people))
    done = run("directory", "show", "olivia@customer.example")
    assert (done.code, done.out) == (2, "")
    assert "--actor" in done.err
    assert run("directory", "show", "olivia", *ACTOR).code == 2


def test_bad_lines_are_told_with_their_number_and_end_with_1(run, people) -> None:
    people.write_text(HEADER + "owner,w9,,olivia@customer.example,,,,,\nlead\n" + PEOPLE)
    done = run("directory", "import", str(people), *ACTOR)
    assert done.code == 1
    assert done.out.splitlines() == [
        "line 2: workspace: is not listed above this line, and never was",
        "line 3: has 1 fields, the first line names 9",
        "took 1 workspaces, 1 lines of people, 1 leads; left out 2 bad lines, so nobody was marked as left",
    ]
    first, second, summary = run("directory", "import", str(people), "--json").rows
    assert [first["line"], second["line"], summary["wrong"]] == [2, 3, 2]


@pytest.mark.parametrize(
    ("content", "says"), [(None, "cannot be read"), ("a,b\n", "name the columns")]
)
def test_a_file_that_is_no_list_changes_nothing(run, people, content, says) -> None:
    if content is None:
        people.unlink()
    else:
        people.write_text(content)
    done = run("directory", "import", str(people))
    assert done.code == 1
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_whose_data_it_is_stands_in_the_case(run, people, mail) -> None:
    reference = str(run("import", mail, *ARRIVED, "--json").rows[0]["case"])
    before = run("cases", "show", reference)
    assert "directory: not looked up, there is none" in before.out
    (form,) = run("directory", "import", str(people), "--json").rows
    assert form["cases_looked_up"] == 1
    assert "directory: processor (lead-of-one-workspace)" in run("cases", "show", reference).out
    (shown,) = run("cases", "show", reference, "--json").rows
    (found,) = shown["directory"]
    assert (shown["role"], found["role"], found["waits"]) == ("unknown", "processor", False)
    assert [one["role"] for one in found["rights"]] == ["processor"]


def test_sync_needs_a_source(run) -> None:
    done = run("directory", "sync")
    assert (done.code, done.err) == (
        2,
        "rightsdesk: directory.source: is none, so there is nothing to read\n",
    )


def says_of_directory(run) -> tuple[str, str]:
    rows = [row for row in run("check", "--json").rows if row["item"] == "directory"]
    return str(rows[0]["standing"]), str(rows[0]["says"])


@pytest.fixture
def product(monkeypatch):
    with Product() as running:
        set_source(monkeypatch, running.url)
        running.records = [
            {"record": "workspace", "workspace": "w1", "plan": "pro"},
            {"record": "lead", "workspace": "w1", "address": "anne@example.org"},
            {"record": "owner", "workspace": "w1", "address": "olivia@customer.example"},
        ]
        yield running


def set_source(monkeypatch, url: str) -> None:
    for name, value in (
        ("SOURCE", "endpoint"),
        ("ENDPOINT__URL", url),
        ("ENDPOINT__SECRET", SECRET),
    ):
        monkeypatch.setenv(f"RIGHTSDESK_DIRECTORY__{name}", value)


def test_the_endpoint_is_read_on_demand(run, product) -> None:
    assert says_of_directory(run)[0] == "warning"
    (form,) = run("directory", "sync", "--json").rows
    assert (form["changed"], form["workspaces"], form["people"], form["leads"]) == (True, 1, 1, 1)
    assert run("directory", "sync").out == "the source says that nothing changed\n"
    standing, says = says_of_directory(run)
    assert (standing, says.split(";")[0]) == ("ok", "source endpoint")
    assert product.complaints == []


def test_a_source_out_of_reach_ends_with_3_and_check_says_so(run, monkeypatch) -> None:
    set_source(monkeypatch, f"http://127.0.0.1:{free_port()}/directory")
    done = run("directory", "sync")
    assert (done.code, len(done.err.splitlines())) == (3, 1)
    standing, says = says_of_directory(run)
    assert standing == "warning"
    assert "out of reach" in says
    assert "cases wait (directory-never-read)" in says


def test_without_any_directory_check_says_what_that_means(run) -> None:
    standing, says = says_of_directory(run)
    assert standing == "ok"
    assert says.startswith("none: whose data it is stays unknown")


def test_the_daemon_reads_the_source_when_it_is_time_and_looks_up_who_waited(
    run, product, mail, tmp_path
) -> None:
    reference = str(run("import", mail, *ARRIVED, "--json").rows[0]["case"])
    (before,) = run("cases", "show", reference, "--json").rows
    assert [one["waits"] for one in before["directory"]] == [True]
    desk = open_desk(load_settings(home=str(tmp_path / "home")))
    try:
        watch = DirectoryWatch(desk)
        assert watch.look() is False
        assert watch.look() is False
    finally:
        desk.close()
    assert len(product.questions) == 1
    (after,) = run("cases", "show", reference, "--json").rows
    assert [one["role"] for one in after["directory"]] == ["processor"]


def test_a_daemon_that_is_stopped_ends_its_reading_without_trouble(run, product, tmp_path) -> None:
    run("cases", "list")
    desk = open_desk(load_settings(home=str(tmp_path / "home")))
    try:
        watch = DirectoryWatch(desk)
        watch.stop()
        watch.look()
    finally:
        desk.close()
    assert "out of reach" not in says_of_directory(run)[1]
    assert len(product.questions) == 1
