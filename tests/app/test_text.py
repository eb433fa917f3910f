"""Nothing that a message quotes becomes a picture, a link, a formula or a tag."""

import re

from hypothesis import given
from hypothesis import strategies as st

from cvxdnn.app.text import plain


@given(st.text())
def test_escaping_adds_backslashes_and_nothing_else(text):
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", plain(text)) == text


@given(st.text(alphabet="![](){}<>:/$`*_~#|\\&ab h", max_size=40))
def test_no_character_that_begins_markup_is_left_bare(text):
    assert not re.search(r"(?<!\\)(?:\\\\)*[!\[\](){}<>:$`*_~#|&]", plain(text))


def test_a_picture_and_an_address_are_read_as_they_were_written():
    assert plain("![x](http://a.b/c)") == r"\!\[x\]\(http\://a.b/c\)"
