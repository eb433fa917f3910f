"""Whatever a link or a file holds, the app answers with a valid page and a message, and does not grow.

The counts are those that a public host should survive in a day of being probed: 10,000 links, 1,000 files.
"""

import gc
import random
import re
import string
import tracemalloc
from urllib.parse import parse_qs, quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cvxdnn.core.datasets import read_csv
from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.scenario import LIMITS, MAX_PARAMETERS, MAX_POINTS, Scenario
from tests.exhibits.test_explore_page import session_of

NAMES = ["v", "check", "preset", "points", "beta", "loss", *LIMITS, "biases", "optimizer", "hidden", "state", "x"]
NASTY = [
    *("nan", "inf", "-inf", "1e999", "-0", "0x10", "１", "1_000", "", " ", "\0", "\x7f", "\ud7ff", "😀" * 50),
    *("<script>alert(1)</script>", "![x](http://example.org/x.png)", "../../etc/passwd", "{{7*7}}", "%s%n", "' OR 1=1"),
    *("gASVCAAAAAAAAACMBHRlc3SULg==", "cos\nsystem\n(S'id'\ntR.", "__import__('os')", "A" * 10_000, "1" * 400),
]
values = st.sampled_from(NASTY) | st.text(max_size=60) | st.integers().map(str) | st.floats().map(str)
queries = st.dictionaries(
    st.sampled_from(NAMES) | st.text(max_size=8), values | st.lists(values, max_size=3), max_size=8
)
"""What a query string may be parsed into: some names are ours, some values are nasty."""


def is_valid(scenario):
    return (
        1 <= len(scenario.points) <= MAX_POINTS
        and all(low <= getattr(scenario, name) <= high for name, (low, high) in LIMITS.items())
        and scenario.parameters <= MAX_PARAMETERS
    )


@st.composite
def files(draw):
    """Bytes that are a table, nearly a table, or nothing of the kind."""
    numbers = st.floats(allow_nan=False).map(repr) | st.integers().map(str)
    cells = st.sampled_from(NASTY) | numbers | st.text(max_size=20)
    rows = draw(st.lists(st.lists(cells, min_size=1, max_size=3), max_size=12))
    text = draw(st.sampled_from(["\n", "\r\n", "\r"])).join(draw(st.sampled_from(",;\t|")).join(row) for row in rows)
    packed = text.encode(draw(st.sampled_from(["utf-8", "utf-16", "latin-1"])), errors="replace")
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"PK\x03\x04", b"\x80\x04\x95"])) + packed


def random_query(chance):
    """A query from a random number generator: a hundred times faster than Hypothesis, and kept by nobody."""
    letters = string.printable + "äß€😀"
    values = chance.choice(NASTY), "".join(chance.choices(letters, k=30)), repr(chance.gauss(0, 1e3))
    return {chance.choice(NAMES): chance.choice(values) for _ in range(chance.randrange(6))}


def random_file(chance):
    cells = [*NASTY, *(repr(chance.gauss(0, 10)) for _ in range(50))]
    lines = [chance.choice(",;\t").join(chance.choices(cells, k=2)) for _ in range(chance.randrange(20))]
    return "\n".join(lines).encode("utf-8", "replace")


def check_link(query):
    scenario, problem = Scenario.from_query(query)
    assert is_valid(scenario)
    if problem is not None:
        assert scenario == Scenario()
        assert len(problem) < 400
        assert not set(problem) & set("<>[]`$\\\n\0")


def check_file(content):
    problem = ""
    try:
        data = read_csv(content)
    except InvalidInputError as error:
        problem = str(error)
    assert len(problem) < 500
    assert problem or data.x.size == data.y.size >= 1


THOROUGH = settings(deadline=None, database=None, suppress_health_check=list(HealthCheck))
EACH = 100
"""Random inputs for one seed that Hypothesis chooses."""


@settings(THOROUGH, max_examples=1_000)
@given(queries)
def test_a_thousand_links_made_to_be_nasty(query):
    check_link(query)


@settings(THOROUGH, max_examples=100)
@given(st.integers())
def test_ten_thousand_random_links(seed):
    chance = random.Random(seed)
    for _ in range(EACH):
        check_link(random_query(chance))


@settings(THOROUGH, max_examples=300)
@given(st.text(max_size=200) | st.binary(max_size=200).map(quote))
def test_a_query_string_of_any_characters_is_parsed_into_something_harmless(text):
    check_link(parse_qs(text))


@settings(THOROUGH, max_examples=300)
@given(files() | st.binary(max_size=2_000))
def test_three_hundred_files_made_to_be_nasty(content):
    check_file(content)


@settings(THOROUGH, max_examples=10)
@given(st.integers())
def test_a_thousand_random_files(seed):
    chance = random.Random(seed)
    for _ in range(EACH):
        check_file(random_file(chance))


@pytest.mark.parametrize(
    ("check", "make"), [(check_link, random_query), (check_file, random_file)], ids=["links", "files"]
)
def test_memory_does_not_grow_with_the_number_of_attempts(check, make):
    chance = random.Random(0)
    for _ in range(200):
        check(make(chance))
    gc.collect()
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(1_000):
            check(make(chance))
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 100_000  # a hundred bytes an attempt


def shown_texts(app):
    """Everything on the page that is rendered as HTML, and everything that is rendered as Markdown."""
    html = " ".join(element.proto.body for element in app.get("html"))
    messages = [
        element.value for kind in (app.warning, app.error, app.info, app.markdown, app.caption) for element in kind
    ]
    return html, " ".join(messages)


@pytest.mark.parametrize("value", NASTY, ids=range(len(NASTY)))
def test_a_nasty_link_is_answered_with_the_default_page(explore, value):
    for name in ("preset", "points", "hidden"):
        app = explore(**{name: value})
        assert not app.exception
        assert is_valid(session_of(app).scenario)
        html, messages = shown_texts(app)
        assert "<script" not in html + messages
        assert "example.org" not in html + messages


@pytest.mark.parametrize(
    "cell", ["![x](http://example.org/x.png)", "<img src=http://example.org/x.png>", "$\\href{http://example.org}{x}$"]
)
def test_what_a_file_holds_is_quoted_and_not_rendered(explore, cell):
    app = explore()
    app.file_uploader(key="explore_own_file_0").upload("data.csv", f"x,y\n1,{cell}\n".encode(), "text/csv").run()
    assert not app.exception
    html, _ = shown_texts(app)
    assert "example.org" not in html
    message = app.warning[0].value
    assert "example.org" in message  # it says what is wrong,
    assert not re.search(r"(?<!\\)[\[\]<>$:!(]", message.split("unchanged", 1)[1][1:])  # but nothing of it is markup


def test_a_link_cannot_carry_the_state_of_a_training_run(explore):
    app = explore(state="gASVCAAAAAAAAACMBHRlc3SULg==", history="1", frame="x")
    assert session_of(app).run.frame.state is None
    assert "state" not in Scenario().to_query()
