"""Streamlit's own widgets in a real browser: whatever is pressed counts, however quickly."""

from playwright.sync_api import Page, expect

from tests.browser.waiting import SLOW

PAUSES = (40, 120, 200, 300)
"""Milliseconds from one press to the next: some answers of the server come between two of them."""
ANSWERED = 1_500
"""Milliseconds after which the answer to the last press may have taken something back."""


def test_keys_pressed_one_right_after_the_other_all_move_a_slider(page: Page, address: str) -> None:
    page.goto(f"{address}/?restarts=1")
    depth = page.locator(".st-key-group_depth").get_by_role("slider")
    expect(depth).to_have_value("2", timeout=SLOW)
    key, value = "ArrowRight", "6"
    for pause in PAUSES:
        for _ in range(4):
            depth.press(key)
            page.wait_for_timeout(pause)
        page.wait_for_timeout(ANSWERED)
        expect(depth, f"a press every {pause} ms").to_have_value(value)
        key, value = ("ArrowLeft", "2") if value == "6" else ("ArrowRight", "6")


def test_choices_pressed_one_right_after_the_other_are_all_taken(page: Page, address: str) -> None:
    page.goto(f"{address}/sweep")
    widths = page.locator(".st-key-sweep_widths")
    buttons = [widths.get_by_role("button", name=width, exact=True) for width in ("10", "20", "50", "100")]
    chosen = "true"
    for pause in PAUSES:
        chosen = "false" if chosen == "true" else "true"
        for button in buttons:
            button.click(timeout=SLOW)
            page.wait_for_timeout(pause)
        page.wait_for_timeout(ANSWERED)
        for button in buttons:
            expect(button, f"a press every {pause} ms").to_have_attribute("aria-pressed", chosen)
