"""The About page states what the numbers mean."""

from tests.exhibits.conftest import go_to


def test_about_page_names_the_three_kinds_of_numbers(explore):
    app = explore()
    go_to(app, "about")
    assert not app.exception
    text = " ".join(element.value for element in app.markdown)
    assert all(kind in text for kind in ("exact", "certified", "measured"))
