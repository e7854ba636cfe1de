"""The charset ladder and header words."""

import pytest

from intake.charset import decode_text
from intake.encoded_words import decode_header

GERMAN = "Bitte löschen Sie alle Daten, die Sie über mich gespeichert haben. Schöne Grüße aus Köln."


@pytest.mark.parametrize(
    ("data", "declared", "text", "rung"),
    [
        (b"plain words", "us-ascii", "plain words", "ascii"),
        (GERMAN.encode(), "utf-8", GERMAN, "declared:utf-8"),
        (GERMAN.encode(), "", GERMAN, "utf-8"),
        (GERMAN.encode("cp1252"), "ISO-8859-1", GERMAN, "declared:cp1252"),
        ("Preis: 5 €".encode("cp1252"), "iso-8859-1", "Preis: 5 €", "declared:cp1252"),
        ("請刪除朱镕基".encode("gb18030"), '"GB2312"', "請刪除朱镕基", "declared:gb18030"),
        ("삭제해 주세요".encode("cp949"), "ks_c_5601-1987", "삭제해 주세요", "declared:cp949"),
        ("удалите данные".encode("koi8-r"), "KOI8-R", "удалите данные", "declared:koi8-r"),
        ("削除してください".encode("iso2022_jp"), "", "削除してください", "escape:iso2022_jp_ext"),
        (
            "削除してください".encode("iso2022_jp"),
            "utf-8",
            "削除してください",
            "escape:iso2022_jp_ext",
        ),
        ("delete my data".encode("utf-16"), "", "delete my data", "declared:utf-16"),
        (b"+ADw-script+AD4-", "utf-7", "<script>", "declared:utf-7"),
    ],
)
def test_each_rung_of_the_ladder_carries(data, declared, text, rung):
    assert decode_text(data, declared) == (text, rung)


def test_bytes_without_a_label_are_detected():
    text, rung = decode_text(GERMAN.encode("cp1252"))
    assert text == GERMAN
    assert rung.startswith("detected:")


def test_utf8_with_one_broken_byte_stays_utf8():
    data = GERMAN.encode() + b"\xff" + GERMAN.encode()
    text, rung = decode_text(data, "utf-8")
    assert text == GERMAN + "\ufffd" + GERMAN
    assert rung == "replaced:utf-8"


@pytest.mark.parametrize(
    "name",
    ["idna", "zlib", "hex", "rot13", "undefined", "unicode_escape", "punycode", 'ut\0f-8"', ""],
)
def test_a_label_that_is_no_charset_of_mail_is_never_looked_up(name):
    assert decode_text(b"\\ud800 \xff\xfehi", name)[0].endswith("hi")


def test_nul_and_lone_surrogates_become_the_replacement_character():
    assert decode_text("a\0b ü".encode(), "utf-8")[0] == "a\ufffdb ü"
    assert decode_text(b"a+2AA-b", "utf-7")[0] == "a\ufffdb"


def test_noise_ends_at_the_last_rung():
    assert decode_text(bytes(range(128, 256)), "x-nowhere")[1].split(":")[0] in {
        "detected",
        "fallback",
    }


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (b"=?utf-8?Q?L=C3=B6schung?=", "Löschung"),
        (b"=?utf-8?B?TMO2c2No?= =?utf-8?B?dW5n?=", "Löschung"),
        (b"=?utf-8?Q?L=C3?= =?utf-8?Q?=B6schung?=", "Löschung"),
        (b"Re: =?iso-8859-1?q?f=FCr_alle?= now", "Re: für alle now"),
        (b"=?utf-8*de?Q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?utf-8?Q?a=0D=0ABcc:_x=40y.example?=", "a Bcc: x@y.example"),
        (b"=?utf-8?B?!!!!?=", ""),
        (b"=?x-none?Q?hi?=", "hi"),
        (b"=?utf-8?Q?never closed", "=?utf-8?Q?never closed"),
        ("Löschung".encode(), "Löschung"),
        (b"one\r\n two", "one two"),
        (b"a\tb\x00c", "a b c"),
    ],
)
def test_header_words_become_one_clean_line(value, shown):
    assert decode_header(value) == shown


def test_raw_bytes_of_a_header_are_read_like_its_body():
    assert decode_header("Löschung".encode("latin-1"), GERMAN.encode("latin-1")) == "Löschung"


def test_a_megabyte_of_encoded_words_is_cut():
    assert len(decode_header(b" ".join([b"=?utf-8?B?YWFhYWFh?="] * 60_000))) <= 1_000
