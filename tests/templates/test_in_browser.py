"""Every letter in every language, in a real browser, on the narrowest telephone, by day and by night."""

import pytest

from responders.previewing import preview
from templates import languages
from templates.declarations import declarations

NARROW = 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", languages())
def test_no_letter_is_wider_than_a_narrow_screen(browser, language, scheme):
    context = browser.new_context(
        viewport={"width": NARROW, "height": 640}, color_scheme=scheme, java_script_enabled=True
    )
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    too_wide = []
    for letter in declarations():
        page.set_content(preview(letter, language).html)
        if page.evaluate("document.documentElement.scrollWidth") > NARROW:
            too_wide.append(letter)
    context.close()
    assert too_wide == []
    assert asked == []
