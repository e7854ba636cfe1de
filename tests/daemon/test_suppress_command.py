"""`rightsdesk suppress`: what importers ask before they upload."""

from pathlib import Path

import pytest

ACTOR = ("--actor", "sam@autocloz.example")
ANNE, BOB = "anne@person.example", "bob@person.example"


def test_a_suppressed_address_ends_the_check_with_1(run) -> None:
    assert run("suppress", "add", ANNE, *ACTOR).out == "1 on the list marketing\n"
    done = run("suppress", "check", "Anne@Person.example", BOB, "--json")
    assert done.code == 1
    assert done.rows == [
        {
            "address": "Anne@Person.example",
            "valid": True,
            "suppressed": True,
            "lists": ["marketing"],
        },
        {"address": BOB, "valid": True, "suppressed": False, "lists": []},
    ]
    assert run("suppress", "check", BOB).code == 0
    assert run("suppress", "check", ANNE, "--list", "erasure").code == 0


def test_addresses_come_from_stdin_as_well(run) -> None:
    run("suppress", "add", ANNE, "--list", "erasure", "--reason", "erasure", *ACTOR)
    done = run("suppress", "check", stdin=f"{BOB}\n\n {ANNE} \n".encode())
    assert done.code == 1
    assert done.out.splitlines() == [
        f"{BOB}  not suppressed",
        f"{ANNE}  suppressed: erasure",
    ]


def test_what_is_no_address_is_said_and_ends_with_1(run) -> None:
    done = run("suppress", "check", "anne", BOB)
    assert (done.code, done.out.splitlines()[0]) == (1, "anne  not an address")
    assert done.err == "rightsdesk: some of these are not addresses\n"


def test_lists_show_counts_and_hashes_and_never_an_address(run) -> None:
    assert run("suppress", "list").out == "nothing\n"
    run("suppress", "add", ANNE, BOB, *ACTOR)
    (counted,) = run("suppress", "list", "--json").rows
    assert (counted["list"], counted["addresses"]) == ("marketing", 2)
    done = run("suppress", "list", "--list", "marketing", "--json", "--limit", "1")
    (entry,) = done.rows
    assert set(entry) == {"list", "key", "reason", "added_at"}
    assert (entry["reason"], len(str(entry["key"]))) == ("by_hand", 64)
    assert "person.example" not in done.out


@pytest.mark.parametrize(
    "words", [("add", ANNE), ("add", "anne", *ACTOR), ("add", ANNE, "bob", *ACTOR)]
)
def test_adding_needs_a_member_of_staff_and_addresses(run, words) -> None:
    done = run("suppress", *words)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert run("suppress", "list").out == "nothing\n"


def test_a_file_is_taken_in_and_its_bad_lines_are_told(run, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(f"address,list\n{ANNE},\nnobody,\n{BOB},analytics\n")
    done = run("suppress", "import", str(path), *ACTOR)
    assert done.code == 1
    assert done.out.splitlines() == [
        "line 3: address: is not an address",
        "took 2 addresses, left out 1 bad lines",
    ]
    assert run("suppress", "import", str(path), *ACTOR, "--json").rows == [
        {"line": 3, "reason": "address: is not an address"},
        {"taken": 2, "wrong": 1},
    ]
    assert run("suppress", "check", BOB, "--list", "analytics").code == 1
    missing = run("suppress", "import", str(tmp_path / "none.csv"), *ACTOR)
    assert (missing.code, len(missing.err.splitlines())) == (1, 1)


def test_a_link_is_printed_for_whoever_may_get_updates(run, tmp_path: Path) -> None:
    example = (Path(__file__).parents[2] / "daemon" / "example.toml").read_text()
    config = tmp_path / "updates.toml"
    page = '[web]\nenabled = true\n[sending]\npage_url = "https://privacy.autocloz.example/"\n'
    config.write_text(example + "\n" + page)
    given = ("--config", str(config))
    run("suppress", "add", ANNE, *ACTOR, *given)
    done = run("suppress", "link", ANNE, BOB, "anne", "--language", "fr", "--json", *given)
    assert done.code == 1
    links = [row["link"] for row in done.rows]
    assert (links[0], links[2]) == (None, None)
    assert links[1].startswith("https://privacy.autocloz.example/unsubscribe/fr/updates/")
    assert run("suppress", "link", BOB, *given).code == 0


def test_without_a_page_there_is_no_link(run) -> None:
    done = run("suppress", "link", BOB)
    assert done.code == 2
    assert "sending.page_url" in done.err
