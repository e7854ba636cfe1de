"""HTML of strangers made harmless: nothing in it runs, loads or leads anywhere, and addresses are shown as words."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping

import nh3

TAGS = frozenset(
    "a abbr address b bdi bdo big blockquote br caption center cite code col colgroup dd del div dl dt em font "
    "h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp small span strike strong sub sup "
    "table tbody td tfoot th thead tr tt u ul var wbr".split()
)
WITH_CONTENT = frozenset(
    "applet canvas embed frameset head iframe math noembed noframes noscript object plaintext script select style "
    "svg template textarea title video audio xmp".split()
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
    "background-color border color direction font-size font-style font-weight margin padding text-align "
    "text-decoration vertical-align white-space width".split()
)
SHOWN_SCHEMES = frozenset({"http", "https", "mailto", "cid"})
CID = "cid:"
LINK = re.compile(r'<a href="([^"]{0,4000})">')
Images = Mapping[str, tuple[str, bytes]]


def clean_html(html: str, images: Images) -> str:
    """Return the HTML with what people read, and the images of the mail itself; links become words."""

    def fitting(tag: str, name: str, value: str) -> str | None:
        return _image(value, images) if (tag, name) == ("img", "src") else value

    cleaned = nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(WITH_CONTENT),
        attributes={tag: set(names) for tag, names in ATTRIBUTES.items()},
        attribute_filter=fitting,
        url_schemes=set(SHOWN_SCHEMES),
        link_rel=None,
        filter_style_properties=set(STYLES),
    )
    return _without_links(cleaned)


def _image(source: str, images: Images) -> str | None:
    """Return an image of the mail as it stands in the page itself; any other image is left out."""
    if not source.lower().startswith(CID):
        return None
    found = images.get(source[len(CID) :])
    return None if found is None else f"data:{found[0]};base64,{b64encode(found[1]).decode()}"


def _without_links(cleaned: str) -> str:
    """Where a link leads is said before its words. What is cleaned spells a link in one way, and no text can look so."""
    shown = LINK.sub(r'<span class="leads">[\1]</span> <span>', cleaned)
    return shown.replace("<a>", "<span>").replace("</a>", "</span>")
