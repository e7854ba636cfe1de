"""`rightsdesk reconcile`: the whole account, also where all is zero."""

from daemon.settings import EXAMPLE

SILENT = """
[[mailboxes]]
address = "elsewhere@autocloz.example"
[mailboxes.imap]
host = "127.0.0.1"
port = 1
password = "x"
"""


def test_an_account_of_nothing_is_still_an_account(run):
    done = run("reconcile")
    assert done.code == 0
    assert "messages: 0 = case 0, held 0, auto 0, bulk 0, spam 0" in done.out
    assert "cases: 0 = sent 0" in done.out
    assert "letters: 0 = waits 0" in done.out


def test_what_came_by_file_is_in_the_account(run, tmp_path):
    (tmp_path / "one.eml").write_bytes(
        b"From: anne@person.example\r\nTo: privacy@autocloz.example\r\nSubject: data\r\n\r\nDelete my data.\r\n"
    )
    run("import", "one.eml")
    rows = {row["of"]: row for row in run("reconcile", "--json").rows}
    assert sum(rows["messages"]["counts"].values()) == 1
    assert [row["unaccounted"] for row in rows.values()] == [[], [], []]


def test_a_mailbox_that_does_not_answer_is_named_and_ends_with_3(run, tmp_path):
    settings = EXAMPLE.read_text() + SILENT
    (tmp_path / "rightsdesk.toml").write_text(settings)
    done = run("reconcile")
    assert done.code == 3
    assert "elsewhere@autocloz.example: COULD NOT BE ASKED" in done.out
