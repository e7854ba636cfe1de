"""Bytes to text: a ladder of five rungs, and the rung that was used is kept beside the text."""

from __future__ import annotations

import re
from functools import lru_cache

DETECTION_SAMPLE = 20_000  # bytes; more does not make chardet surer
FEW_FAULTS = 0.1  # share of broken characters up to which a declared utf-8 is still believed

# The names that may be declared, without punctuation, and the codec to use. Where a label is commonly used for a
# superset (iso-8859-1 for windows-1252 and the like) the superset reads it, as browsers do (WHATWG Encoding 4.2).
# Everything else (idna, punycode, zlib, unicode_escape …) is no charset of mail and is never looked up.
CODECS: dict[str, str] = {
    **dict.fromkeys(("utf8", "unicode11utf8", "xunicode20utf8", "utf8mb4", "cp65001"), "utf-8"),
    **dict.fromkeys(("utf7", "unicode11utf7", "cp65000"), "utf-7"),
    **dict.fromkeys(("utf16", "ucs2", "iso10646ucs2"), "utf-16"),
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "utf32": "utf-32",
    "utf32le": "utf-32-le",
    "utf32be": "utf-32-be",
    **dict.fromkeys(
        ("iso88591", "latin1", "l1", "windows1252", "cp1252", "xcp1252", "ansi", "cp819"), "cp1252"
    ),
    **dict.fromkeys(("iso88592", "latin2", "l2"), "iso8859-2"),
    **dict.fromkeys(("iso88593", "latin3"), "iso8859-3"),
    **dict.fromkeys(("iso88594", "latin4"), "iso8859-4"),
    **dict.fromkeys(("iso88595", "cyrillic"), "iso8859-5"),
    **dict.fromkeys(("iso88596", "arabic", "iso88596i", "iso88596e"), "iso8859-6"),
    **dict.fromkeys(("iso88597", "greek"), "iso8859-7"),
    **dict.fromkeys(("iso88598", "hebrew", "iso88598i", "iso88598e"), "iso8859-8"),
    **dict.fromkeys(("iso88599", "latin5", "windows1254", "cp1254"), "cp1254"),
    **dict.fromkeys(("iso885910", "latin6"), "iso8859-10"),
    **dict.fromkeys(("iso885911", "tis620", "windows874", "cp874"), "cp874"),
    "iso885913": "iso8859-13",
    "iso885914": "iso8859-14",
    **dict.fromkeys(("iso885915", "latin9", "latin0"), "iso8859-15"),
    "iso885916": "iso8859-16",
    **{
        f"{prefix}{page}": f"cp{page}"
        for prefix in ("windows", "cp", "xcp")
        for page in (1250, 1251, 1253)
    },
    **{
        f"{prefix}{page}": f"cp{page}"
        for prefix in ("windows", "cp")
        for page in (1255, 1256, 1257, 1258)
    },
    **{f"{prefix}{page}": f"cp{page}" for prefix in ("ibm", "cp") for page in (437, 850, 852, 866)},
    **dict.fromkeys(("koi8r", "koi8", "cskoi8r"), "koi8-r"),
    **dict.fromkeys(("koi8u", "koi8ru"), "koi8-u"),
    **dict.fromkeys(("macintosh", "macroman", "xmacroman", "mac"), "mac-roman"),
    **dict.fromkeys(
        ("gb2312", "gbk", "isogb2312", "gb18030", "cp936", "xgbk", "csgb2312", "euccn"), "gb18030"
    ),
    **dict.fromkeys(("hzgb2312", "hz"), "hz"),
    **dict.fromkeys(("big5", "cnbig5", "xxbig5", "cp950"), "cp950"),
    "big5hkscs": "big5hkscs",
    **dict.fromkeys(
        ("ksc56011987", "ksc5601", "euckr", "cp949", "windows949", "uhc", "korean"), "cp949"
    ),
    **dict.fromkeys(("iso2022kr",), "iso2022_kr"),
    **dict.fromkeys(("shiftjis", "sjis", "xsjis", "mskanji", "windows31j", "cp932"), "cp932"),
    **dict.fromkeys(("eucjp", "xeucjp", "ujis"), "euc_jp"),
    **dict.fromkeys(("iso2022jp", "iso2022jpms", "cp50220", "cp50221"), "iso2022_jp_ext"),
    "iso2022jp1": "iso2022_jp_1",
    "iso2022jp2": "iso2022_jp_2",
    "iso2022jp3": "iso2022_jp_3",
}
# Labels that say nothing: the ladder goes on as if there were none.
SAYS_NOTHING = frozenset(
    ("usascii", "ascii", "ansix341968", "xunknown", "unknown8bit", "unknown", "default", "binary")
)
ESCAPED_CODECS = ("iso2022_jp_ext", "iso2022_jp_2", "iso2022_kr")
# In these an ASCII byte need not mean the ASCII character.
NOT_ASCII = frozenset(
    (
        "utf-7",
        "hz",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "iso2022_jp_ext",
        "iso2022_jp_1",
        "iso2022_jp_2",
        "iso2022_jp_3",
        "iso2022_kr",
    )
)
# A run of bytes after an ISO 2022 escape, or before the first one.
ESCAPED_RUN = re.compile(rb"\x1b(?!\$[@B]|\([BJI])|(?:\x1b(\$[@B]|\([BJI]))?([^\x1b]*)")
PUNCTUATION = re.compile(r"[^a-z0-9]")
STRANGE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufffd]")
MOSTLY_WORDS = 0.05  # share of controls and replaced characters that no writing has


@lru_cache(maxsize=256)
def codec_of(label: str) -> tuple[str | None, bool]:
    """Return the codec of a declared label (None if it says nothing), and whether the label is one we know."""
    key = PUNCTUATION.sub("", label[:60].lower())
    codec = CODECS.get(key)
    return codec, codec is not None or not key or key in SAYS_NOTHING


def decode_text(data: bytes, declared: str = "") -> tuple[str, str]:
    """Return the text and the rung: `ascii`, `escape:…`, `declared:…`, `utf-8`, `replaced:…`, `detected:…`,
    `fallback:cp1252`.
    """
    codec = codec_of(declared)[0]
    if data.isascii() and codec not in NOT_ASCII and b"\x1b" not in data[:4096]:
        return data.decode("ascii").replace("\0", "\ufffd"), "ascii"
    text, rung = climb(data, codec)
    return clean(text), rung


def climb(data: bytes, codec: str | None) -> tuple[str, str]:
    """Return the text by the first rung that carries, with the name of the rung."""
    head = data[:4096]
    if b"\x1b$" in head or b"\x1b(" in head:
        return decode_escaped(data, codec)
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) and codec is None:
        codec = "utf-16"
    for candidate, rung in ((codec, f"declared:{codec}"), ("utf-8", "utf-8")):
        text = decode_strictly(data, candidate)
        if text is not None:
            return text, rung
    mended = mend(data) if codec in (None, "utf-8") else None
    if mended is not None:
        return mended, "replaced:utf-8"
    guess = detect(data)
    text = decode_strictly(data, guess)
    if text is not None:
        return text, f"detected:{guess}"
    return data.decode("cp1252", "replace"), "fallback:cp1252"


def mend(data: bytes) -> str | None:
    """Return utf-8 text of which only a few characters are broken, None when it is none."""
    text = data.decode("utf-8", "replace")
    foreign = sum(not char.isascii() for char in text[:DETECTION_SAMPLE])
    broken = text.count("\ufffd", 0, DETECTION_SAMPLE)
    return text if broken <= FEW_FAULTS * foreign else None


def decode_escaped(data: bytes, codec: str | None) -> tuple[str, str]:
    """Return text with ISO 2022 escapes (RFC 1468), whatever the label says; vendor characters are replaced."""
    candidates = (codec, *ESCAPED_CODECS) if codec in NOT_ASCII else ESCAPED_CODECS
    for candidate in candidates:
        text = decode_strictly(data, candidate)
        if text is not None and "\x1b" not in text:
            return text, f"escape:{candidate}"
    vendor = decode_strictly(to_shift_jis(data), "cp932")
    if vendor is not None and "\x1b" not in vendor:
        return vendor, "escape:cp50221"
    return data.decode(ESCAPED_CODECS[0], "replace"), f"replaced:{ESCAPED_CODECS[0]}"


def to_shift_jis(data: bytes) -> bytes:
    """Return ISO-2022-JP as Shift_JIS, row by row: so the characters that vendors added are found in cp932."""
    out: list[bytes] = []
    for run in ESCAPED_RUN.finditer(data):
        escape, content = run[1], run[2] if run[2] is not None else run[0]
        if escape in (b"$B", b"$@"):
            out.extend(map(jis_to_shift_jis, content[::2], content[1::2]))
        elif escape == b"(I":
            out.append(bytes(byte | 0x80 for byte in content))
        else:
            out.append(content)
    return b"".join(out)


def jis_to_shift_jis(row: int, cell: int) -> bytes:
    """Return the two bytes in Shift_JIS of a character in JIS X 0208, by arithmetic."""
    lead = ((row - 0x21) >> 1) + (0x81 if row < 0x5F else 0xC1)  # noqa: PLR2004 the table has two halves
    if row % 2 == 0:
        return bytes((lead & 0xFF, (cell + 0x7E) & 0xFF))
    return bytes((lead & 0xFF, (cell + (0x1F if cell < 0x60 else 0x20)) & 0xFF))  # noqa: PLR2004 0x7F is left out


def decode_strictly(data: bytes, codec: str | None) -> str | None:
    """Return the text, or None when there is no codec or one byte does not fit."""
    if codec is None:
        return None
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError):
        return None


def detect(data: bytes) -> str | None:
    """Return the codec that chardet finds in a sample, None when it is none that mail may use."""
    import chardet

    found = chardet.detect(data[:DETECTION_SAMPLE])["encoding"]
    return codec_of(found)[0] if found else None


def clean(text: str) -> str:
    """Return the text without byte order mark, NUL and lone surrogates (each becomes U+FFFD): databases refuse them."""
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    try:
        text.encode()
    except UnicodeEncodeError:
        text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return text


def looks_binary(text: str) -> bool:
    """Tell whether the text is noise: replaced characters and controls where words should be."""
    head = text[:2_000]
    if head.isprintable() and "\ufffd" not in head:
        return False
    return len(STRANGE.findall(head)) > MOSTLY_WORDS * len(head)
