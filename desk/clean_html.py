"""HTML of strangers made harmless: nothing in it runs, loads or leads anywhere, and addresses are shown as words."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping

import nh3

TAGS = frozenset(
    [
        "a",
        "abbr",
        "address",
        "b",
        "bdi",
        "bdo",
        "big",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "rp",
        "rt",
        "ruby",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
        "wbr",
    ]
)
WITH_CONTENT = frozenset(
    [
        "applet",
        "canvas",
        "embed",
        "frameset",
        "head",
        "iframe",
        "math",
        "noembed",
        "noframes",
        "noscript",
        "object",
        "plaintext",
        "script",
        "select",
        "style",
        "svg",
        "template",
        "textarea",
        "title",
        "video",
        "audio",
        "xmp",
    ]
)
CELL = frozenset({"align", "valign", "width", "height", "bgcolor", "colspan", "rowspan"})
ATTRIBUTES = {
    "*": {"dir", "lang", "style", "title", "align"},
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "font": {"color", "size"},
    "ol": {"start"},
    "table": {"width", "bgcolor", "border", "cellpadding", "cellspacing"},
    "tr": set(CELL),
    "td": set(CELL),
    "th": set(CELL),
}
STYLES = frozenset(
    [
        "background-color",
        "border",
        "color",
        "direction",
        "font-size",
        "font-style",
        "font-weight",
        "margin",
        "padding",
        "text-align",
        "text-decoration",
        "vertical-align",
        "white-space",
        "width",
    ]
)
SHOWN_SCHEMES = frozenset({"http", "https", "mailto", "cid"})
CID = "cid:"
LINK = re.compile(r'<a href="([^"]*)">')
Images = Mapping[str, tuple[str, bytes]]
Fitting = Callable[[str, str, str], str | None]


def clean_html(html: str, images: Images) -> str:
    """Return the HTML with what people read, and the images of the mail itself; links become words."""

    def fitting(tag: str, name: str, value: str) -> str | None:
        if tag == "a":
            return value if name == "href" else None
        return _image(value, images) if (tag, name) == ("img", "src") else value

    return _without_links(_clean(html, TAGS, SHOWN_SCHEMES, fitting))


def _clean(html: str, tags: frozenset[str], schemes: frozenset[str], fitting: Fitting) -> str:
    return nh3.clean(
        html,
        tags=set(tags),
        clean_content_tags=set(WITH_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items() if tag in {"*", *tags}},
        attribute_filter=fitting,
        url_schemes=set(schemes),
        link_rel=None,
        filter_style_properties=set(STYLES),
    )


def _image(source: str, images: Images) -> str | None:
    """Return an image of the mail as it stands in the page itself; any other image is left out."""
    if not source.lower().startswith(CID):
        return None
    found = images.get(source[len(CID) :])
    return None if found is None else f"data:{found[0]};base64,{b64encode(found[1]).decode()}"


def _without_links(cleaned: str) -> str:
    """Where a link leads is said before its words; the second cleaning leaves no link, whatever the first one spelled."""
    shown = LINK.sub(r"<span>[\1] ", cleaned).replace("<a>", "<span>").replace("</a>", "</span>")
    return _clean(shown, TAGS - {"a"}, frozenset({"data"}), lambda _tag, _name, value: value)
