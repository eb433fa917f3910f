"""Words of the glossary where they stand: by mouse, keyboard and finger, in pictures and in paragraphs."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from cvxdnn.app.glossary import TERMS, anchor, meaning
from tests.browser.waiting import SLOW, wait_until

SHOWN = ".meaning:popover-open"
SAID = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((it) => it.shadowRoot ? all(it.shadowRoot) : [it]);
  const words = all(document).filter((it) => it.matches(".term, [data-term], a[href*='glossary#']"));
  const meaning = (it) => it.getRootNode().getElementById(it.getAttribute("aria-describedby"));
  return words.map((it) => meaning(it)?.textContent ?? it.outerHTML);
}"""
"""The meaning of every marked word of the page, at one moment."""


def open_depth(page: Page, address: str) -> None:
    """A page with words in tiles, in a paragraph and in a table."""
    page.goto(f"{address}/depth")
    expect(page.locator(".tile .term").first).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)


def words(page: Page) -> list[tuple[Locator, str]]:
    """One in the picture's numbers, and one in the sentence below the heading."""
    paragraph = page.locator(".st-key-heading a.term", has_text="landscape")
    return [(page.locator(".tile .term", has_text="valley").first, "valley"), (paragraph, "landscape")]


def test_a_word_says_its_meaning_to_a_mouse(new_page, address):
    page = new_page()
    open_depth(page, address)
    for word, name in words(page):
        word.hover()
        expect(page.locator(SHOWN)).to_have_text(meaning(name))
        page.mouse.move(2, 2)
        expect(page.locator(SHOWN)).to_have_count(0)
    for word, _ in words(page):  # from one to the next: never two at once
        word.hover()
    expect(page.locator(SHOWN)).to_have_text(meaning("landscape"))


def test_a_word_says_its_meaning_to_who_uses_keys(new_page, address):
    page = new_page()
    open_depth(page, address)
    for word, name in words(page):
        word.focus()
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Tab")
        expect(word).to_be_focused()
        expect(page.locator(SHOWN)).to_have_text(meaning(name))
        described = word.evaluate(
            "(it) => it.getRootNode().getElementById(it.getAttribute('aria-describedby')).textContent"
        )
        assert described == meaning(name)
        page.keyboard.press("Escape")
        expect(page.locator(SHOWN)).to_have_count(0)


def test_a_word_says_its_meaning_to_a_finger(new_page, address):
    page = new_page(width=390, height=844, touch=True)
    open_depth(page, address)
    for word, name in words(page):
        word.tap()
        expect(page.locator(SHOWN)).to_have_text(meaning(name))
        box = page.locator(SHOWN).bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        page.locator(".st-key-heading h1").tap()
        expect(page.locator(SHOWN)).to_have_count(0)
    assert page.url.endswith("/depth"), "the first tap on a link must not follow it"


@pytest.mark.parametrize(
    ("name", "last"), [("", ".legend .term"), ("batch_norm", ".tile .term"), ("path", ".tile .term")]
)
def test_every_marked_word_is_described(new_page, address, name, last):
    page = new_page()
    page.goto(f"{address}/{name}")
    expect(page.locator(last).first).to_be_visible(timeout=SLOW)
    expect(page.locator("[data-testid='stStatusWidget']")).to_have_count(0, timeout=SLOW)
    meanings = [term.meaning for term in TERMS]
    page.wait_for_function(
        f"(meanings) => ({SAID})().every((said) => meanings.includes(said))", arg=meanings, timeout=SLOW
    )
    assert len(page.evaluate(SAID)) > 5


def test_what_stands_beside_an_entry_of_the_legend_is_no_part_of_it(new_page, address):
    page = new_page()
    page.goto(address)
    knots = page.locator(".legend .entry[data-name='knots']")
    expect(knots).to_have_attribute("aria-pressed", "true", timeout=SLOW)
    question = page.get_by_role("button", name="What is: knot")
    question.hover()
    expect(page.locator(SHOWN)).to_have_text(meaning("knot"))
    question.click()
    expect(knots).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("name", ["tube", "β in your units"])
def test_an_entry_has_an_address(new_page, address, name):
    page = new_page()
    at = name.replace(" ", "-")
    page.goto(f"{address}/glossary#{at}")
    entry = page.locator(f"#{at}")
    expect(entry).to_be_in_viewport(timeout=SLOW)
    named, wanted = page.locator("[data-testid='stMain'] [id]"), {anchor(term) for term in TERMS}
    wait_until(
        page, lambda: wanted <= set(named.evaluate_all("(all) => all.map((it) => it.id)")), "all terms are there"
    )
    sentence = page.get_by_text(re.compile(re.escape(meaning(name)[:40])))
    expect(sentence.first).to_be_visible()
