"""The glossary: sentences short enough to be read where they stand, and a meaning for every word on the pages."""

import ast
import json
import re
from pathlib import Path

import pytest

from cvxdnn.app.glossary import PATTERN, SYMBOLS, TERMS, anchor, explained, found, marked, meaning, script
from cvxdnn.app.main import PAGES

ROOT = Path(__file__).parents[2]
MOST_WORDS = 30
ON_SCREEN = (
    *("cvxdnn/exhibits/**/*.py", "cvxdnn/app/assets/stage/pictures/*.js", "cvxdnn/app/assets/stage/neurons/words.js"),
    *("cvxdnn/app/assets/editor/*.js", "cvxdnn/app/point_editor/point_editor.html"),
)
SOURCE = "\n".join(path.read_text("utf-8") for pattern in ON_SCREEN for path in sorted(ROOT.glob(pattern)))
SAID = (
    # titles of numbers, rows of tables, signs of legends: what each explains
    ("gap to the best possible network", ["gap", "optimum"]),
    ("certified optimum", ["certified", "optimum"]),
    ("other restarts", ["restart"]),
    ("linear spline", ["linear spline"]),
    ("fewest knots, optimal", ["knot"]),
    ("inside the optimal band", ["band"]),
    ("bends: network, optimum, spline", ["bend", "optimum", "linear spline"]),
    ("held-out error: network, optimum", ["held-out error", "optimum"]),
    ("β in your units", ["β in your units"]),
    ("knots now", ["knot"]),
    ("degrees of freedom", ["degrees of freedom"]),
    ("path norm", ["path norm"]),
    ("weight decay β", ["weight decay"]),
    ("weight layers L", ["depth"]),
    ("deepest valley", ["valley"]),
    ("effective decay λ", ["effective weight decay"]),
    ("stable rank of each", ["stable rank"]),
    ("largest imbalance of two", ["imbalance"]),
    ("alignment of two", ["alignment"]),
    ("rank of the layers", ["rank"]),
    ("norm of the layers", ["norm"]),
    ("value of the dual", ["dual"]),
    ("closed form", ["closed form"]),
    ("channel, closed form", ["channel", "closed form"]),
    ("threshold", ["threshold"]),
    ("soft threshold", ["soft threshold"]),
    ("predicted mean, simplex", ["simplex"]),
    ("means off the simplex", ["simplex"]),
    ("NC1, spread in classes", ["NC1"]),
    ("extreme points", ["extreme point"]),
    ("hull", ["hull"]),
    ("lowest objective", ["objective"]),
    ("duality gap", ["duality gap"]),
    ("local minimum", ["local minimum"]),
    ("local minima found", ["local minimum"]),
    ("network’s pull inside the tube", ["pull of the network", "tube"]),
    ("upper bound", ["upper bound"]),
    ("exact", ["exact"]),
    ("measured", ["measured"]),
)
LETTERS = re.compile(r"(?<![\w{}\\$])([A-Zβλτγα])(?![\w’'=(}])")


@pytest.mark.parametrize("term", TERMS, ids=lambda term: term.name)
def test_a_meaning_is_one_short_sentence_and_leads_on(term):
    assert len(term.meaning.split()) <= MOST_WORDS
    assert re.fullmatch(r"[^\s].*[^.]\.", term.meaning)
    assert not re.search(r"[a-z]\. [A-Z]", term.meaning)
    assert (ROOT / "docs" / f"{term.where}.md").is_file()
    assert (PAGES / f"{term.page or 'explore'}.py").is_file()


def test_names_are_told_apart_and_in_order():
    names = [name.lower() for term in TERMS for name in (term.name, *term.others)]
    assert len(set(names)) == len(names)
    assert [term.name for term in TERMS] == sorted((term.name for term in TERMS), key=str.lower)
    assert len({anchor(term) for term in TERMS}) == len(TERMS)
    with pytest.raises(KeyError):
        meaning("no such word")


@pytest.mark.parametrize(("words", "names"), SAID, ids=lambda value: str(value)[:40])
def test_words_on_screen_are_explained(words, names):
    assert [term.name for term in found(words)] == names


@pytest.mark.parametrize("words", [words for words, _ in SAID])
def test_the_pages_say_these_words(words):
    piece = max(re.split(r"\W*\{.*?\}\W*", words), key=len)
    assert piece in SOURCE


def literals(tree: ast.AST, *names: str) -> list[str]:
    """The texts of these keys and keyword arguments."""
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            pairs = [(getattr(key, "value", None), value) for key, value in zip(node.keys, node.values, strict=True)]
        elif isinstance(node, ast.Call):
            pairs = [(each.arg, each.value) for each in node.keywords]
        else:
            continue
        texts += [value.value for key, value in pairs if key in names and isinstance(value, ast.Constant)]
    return [text for text in texts if isinstance(text, str)]


def test_letters_in_titles_and_legends_are_in_the_list_of_letters():
    known = set(re.findall(r"\w", " ".join(SYMBOLS)))
    files = [ast.parse(path.read_text("utf-8")) for path in ROOT.glob("cvxdnn/exhibits/**/*.py")]
    texts = [text for tree in files for text in literals(tree, "title", "label", "claim")]
    titles = re.findall(r'(?:title: |tileOf\.\w+\(\s*)"([^"]+)"', SOURCE)
    letters = {letter for text in [*texts, *titles] for letter in LETTERS.findall(text)}
    assert len(texts) + len(titles) > 40
    assert letters - {"I", "A"} <= known
    assert {"β", "τ"} <= {letter for text in titles for letter in re.findall(r"\w", text)} | letters


def test_only_the_first_of_each_word_is_marked_and_markdown_is_kept():
    text = "Knots and a knot, **a band**, $\\text{knot}$, [the tube](x), `tube`\n## A tube\nlast tubes"
    assert explained(text) == (
        "[Knots](glossary#knot) and a knot, **a band**, $\\text{knot}$, [the tube](x), `tube`\n## A tube\n"
        "last [tubes](glossary#tube)"
    )
    assert explained("$$\\min\nknot$$ and effective weight decay") == (
        "$$\\min\nknot$$ and [effective weight decay](glossary#effective-weight-decay)"
    )
    assert explained("bands of unknotted bandits, rank-nullity") == (
        "[bands](glossary#band) of unknotted bandits, rank-nullity"
    )


def test_html_is_escaped_around_the_marks():
    assert marked("a <b> & knots") == (
        'a &lt;b&gt; &amp; <button type="button" class="term" data-term="knot">knots</button>'
    )


def test_the_browser_is_told_the_same():
    told = {name: json.loads(text) for name, text in re.findall(r"export const (\w+) = (.*);\n", script())}
    assert told["MEANINGS"] == {term.name: term.meaning for term in TERMS}
    assert set(told["NAMES"].values()) == set(told["MEANINGS"])
    assert told["PATTERN"] == PATTERN
