"""Links, frames and QR codes of the dialog "Share", and what a view leaves out."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app import address
from cvxdnn.app.share.link import MOST_IN_QR_CODE, frame_code, link_to, qr_code
from cvxdnn.app.view import GROUPS, LEFT_OUT, View, style

PAGE = "https://example.org/app/path"
SETTINGS = st.dictionaries(st.text("abcdefg", min_size=1), st.text(min_size=1), max_size=4)


def entries(link):
    return {name: values[-1] for name, values in parse_qs(urlsplit(link).query, keep_blank_values=True).items()}


NO_ADDRESSES = ["http://[::1", "http://a]b[/", "http://\u2100.example/", "http://a:x/", "javascript:1", "//", None]


@pytest.mark.parametrize("told", NO_ADDRESSES)
def test_what_a_browser_tells_of_its_address_is_an_address_or_left_out(monkeypatch, told):
    monkeypatch.setattr(address.st, "context", SimpleNamespace(url=told))
    assert address.here() == ""
    monkeypatch.setattr(address.st, "context", SimpleNamespace(url=PAGE))
    assert address.here() == PAGE


def test_a_page_with_no_settings_has_a_bare_link():
    assert link_to(PAGE, {}) == PAGE


@given(SETTINGS, st.sampled_from(["page", "wall", "embed"]), st.sets(st.sampled_from(list(GROUPS))))
def test_a_link_holds_every_setting_and_its_view(settings, view, hide):
    found = entries(link_to(PAGE, settings, view=view, hide=hide))
    assert {name: found.pop(name) for name in settings} == settings
    assert set(filter(None, found.pop("hide", "").split(","))) == hide
    assert found == {"page": {}, "wall": {"view": "wall"}, "embed": {"embed": "true"}}[view]


def test_the_view_in_which_the_link_is_made_does_not_travel():
    assert link_to(PAGE, {"view": "wall", "hide": "film", "beta": "0.1"}) == f"{PAGE}?beta=0.1"


def test_names_that_mean_nothing_are_not_hidden():
    assert link_to(PAGE, {}, hide=["nonsense", "film"]) == f"{PAGE}?hide=film"


class Frame(HTMLParser):
    def handle_starttag(self, tag, attributes):
        self.found = tag, dict(attributes)


@given(st.text("abc&\"'<>=? ", max_size=20))
def test_the_code_of_a_frame_is_one_frame_whatever_the_link(text):
    parser, link = Frame(), link_to(PAGE, {"a": text, "b": "2"})
    parser.feed(frame_code(link, 800, 450))
    tag, attributes = parser.found
    assert tag == "iframe"
    assert (attributes["src"], attributes["width"], attributes["height"]) == (link, "800", "450")


def test_a_long_link_has_no_qr_code():
    assert qr_code(f"{PAGE}?points={'x' * MOST_IN_QR_CODE}") is None
    code = qr_code(PAGE)
    assert code is not None
    assert code.startswith("data:image/svg+xml")


def test_different_links_have_different_codes():
    assert qr_code(PAGE) != qr_code(PAGE + "?beta=0.1")


@pytest.mark.parametrize("name", LEFT_OUT)
def test_each_view_hides_its_groups_and_no_other(name):
    last = style(View(name, LEFT_OUT[name])).rpartition("}\n.st-key-group_")[2] if LEFT_OUT[name] else ""
    assert set(re.findall(r"(?:^|st-key-group_)([a-z]+)", last)) == LEFT_OUT[name]


def test_views_leave_out_only_groups_that_have_a_name():
    assert all(hidden <= GROUPS.keys() for hidden in LEFT_OUT.values())
