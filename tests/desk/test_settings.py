import pytest
from pydantic import ValidationError

from desk.settings import WebSettings


def test_the_pages_are_off_and_on_this_machine_unless_somebody_says_otherwise():
    settings = WebSettings()
    assert not settings.enabled
    assert settings.host == "127.0.0.1"


@pytest.mark.parametrize("wrong", [{"port": 70000}, {"host": ""}, {"colour": "blue"}])
def test_settings_that_cannot_work_are_refused(wrong):
    with pytest.raises(ValidationError):
        WebSettings(**wrong)
