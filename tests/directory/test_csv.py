"""Files of the directory and of suppressed addresses: every bad line has its number and one reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.csv_source import CsvSource
from directory.settings import DirectorySettings
from directory.suppression_csv import suppression_lines
from privacy.directory import LeadRecord, PersonRecord, WorkspaceRecord
from privacy.errors import Permanent
from privacy.suppression import SuppressionList

WORDS = DirectorySettings().words
HEADER = "record,workspace,address,name\n"


def lines_of(path):
    return list(CsvSource(path, WORDS).read(None).lines)


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "people.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def test_lines_are_read_by_the_names_of_their_columns(file):
    path = file(
        "\ufeffAddress, RECORD ,workspace,name\r\n"
        ',workspace,w1,"Shop, Elsewhere & ""Sons"""\r\n'
        "\r\n"
        "olivia@customer.example,owner,w1,Olivia\r\n"
        "anne@person.example,lead,w1,"
    )
    workspace, owner, lead = lines_of(path)
    assert workspace.record == WorkspaceRecord(workspace="w1", name='Shop, Elsewhere & "Sons"')
    assert isinstance(owner.record, PersonRecord)
    assert (owner.place, owner.record.name) == (4, "Olivia")
    assert lead.record == LeadRecord(workspace="w1", address="anne@person.example")


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (b"lead,w1", "has 2 fields, the first line names 4"),
        (b"lead,w1,a@b.example,Anne,more", "has 5 fields"),
        (b"lead,w1,anne,", "address: is not an address"),
        (b"lead,w1,\xff@b.example,", "is not UTF-8"),
        (b'lead,w1,a@b.example,"Anne', "has a quote"),
        (b'lead,w1,a@b.example,"An"ne', "has a quote"),
        (b"lead,w1,a@b.example,Anne\rBob", "has a quote"),
        (b"lead,w1,a@b.example," + b"x" * 9_000, "is longer than 8192 octets"),
        (b"lead,w1,a@b.example," + b"x" * 90_000, "is longer than 8192 octets"),
    ],
)
def test_a_bad_line_is_told_and_the_lines_around_it_are_read(file, line, wrong):
    good = b"lead,w1,anne@person.example,\n"
    first, bad, last = lines_of(file(HEADER.encode() + good + line + b"\n" + good))
    assert (first.place, bad.place, last.place) == (2, 3, 4)
    assert (first.wrong, last.wrong) == (None, None)
    assert bad.wrong is not None
    assert bad.wrong.startswith(wrong)
    assert bad.record is None


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "has to name the columns, record, address"),
        ("record;workspace;address\n", "record, address among them"),
        ("record,workspace\n", "address among them"),
        ("record,address,phone\n", "unknown column 3"),
        ("record,address,record\n", "a column twice"),
        (b"\xff\xfe\n", "has to name the columns"),
    ],
)
def test_a_file_without_its_header_is_no_list(file, content, says):
    with pytest.raises(Permanent, match=says):
        lines_of(file(content))


def test_a_file_may_name_the_billing_contact_of_a_workspace(file):
    path = file(
        "record,workspace,address,billing_contact\nworkspace,w1,,accounts@customer.example\n"
    )
    (line,) = lines_of(path)
    assert line.record.billing_contact == "accounts@customer.example"


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Permanent, match="cannot be read"):
        lines_of(tmp_path / "nobody.csv")


@given(st.binary(max_size=300))
def test_whatever_a_file_holds_each_line_is_read_or_told(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "any.csv"
    path.write_bytes(HEADER.encode() + content)
    for line in lines_of(path):
        assert (line.record is None) != (line.wrong is None)


def test_suppressed_addresses_are_read(file):
    path = file("address,list\nanne@person.example,\nbob@person.example,erasure\nbob,\na,b,c\n")
    first, second, third, fourth = suppression_lines(path, SuppressionList.MARKETING)
    assert (first.address, first.on) == ("anne@person.example", SuppressionList.MARKETING)
    assert second.on is SuppressionList.ERASURE
    assert (third.place, third.wrong) == (4, "address: is not an address")
    assert fourth.wrong == "has 3 fields, the first line names 2"
