"""The glossary: what the words of the pages mean, where they stand.

    meaning    of a term, in one sentence, as the help of a widget
    explained  Markdown in which the first of each term leads to its entry
    marked     HTML in which it says its meaning when it is pointed at, has the focus or is tapped
    script     all of it for the browser, where ``assets/common/terms.js`` does the same in pictures

Names are found as whole words, the longest first, whatever their case, with an s behind them or without.
"""

import html
import json
import re
from collections.abc import Callable

from cvxdnn.app.glossary.terms import SYMBOLS, TERMS, Term

__all__ = ["ADDRESS", "SYMBOLS", "TERMS", "Term", "anchor", "explained", "found", "marked", "meaning", "script"]

ADDRESS = "glossary"
"""Of the page that lists them."""

_BY_NAME = {name.lower(): term for term in TERMS for name in (term.name, *term.others)}
_NAMES = "|".join(re.escape(name) for name in sorted(_BY_NAME, key=lambda name: (-len(name), name)))
PATTERN = rf"(?<![\w-])({_NAMES})(?:e?s)?(?![\w-])"
"""Of a term in a text; its first group is the name."""

_TERM = re.compile(PATTERN, re.IGNORECASE)
_LEFT_ALONE = r"\$\$[^$]*\$\$|\$[^$]*\$|`[^`]*`|\[[^\]]*\]\([^)]*\)|\*\*[^*]*\*\*|^#.*$"
"""Of Markdown: formulas, code, links, what is bold, and headings."""
_PROSE = re.compile(rf"(?P<alone>{_LEFT_ALONE})|{PATTERN}", re.IGNORECASE | re.MULTILINE)


def term_of(name: str) -> Term:
    """The term that is called so.

    Raises
    ------
    KeyError
        When there is none.
    """
    return _BY_NAME[name.lower()]


def meaning(name: str) -> str:
    """What a term means, with its full stop; KeyError where there is none."""
    return term_of(name).meaning


def anchor(term: Term) -> str:
    """The end of the address of its entry."""
    return term.name.lower().replace(" ", "-")


def found(text: str) -> list[Term]:
    """The terms in a text, each once."""
    return list(dict.fromkeys(term_of(match[1]) for match in _TERM.finditer(text)))


def explained(markdown: str) -> str:
    """The same Markdown, in which the first of each term is a link to its entry; formulas and bold words are kept."""
    return _first_of_each(_PROSE, markdown, lambda words, term: f"[{words}]({ADDRESS}#{anchor(term)})")


def marked(text: str) -> str:
    """The text as HTML with a button around the first of each term, for ``st.html``."""
    return _first_of_each(
        _TERM,
        html.escape(text, quote=False),
        lambda words, term: f'<button type="button" class="term" data-term="{term.name}">{words}</button>',
    )


def _first_of_each(pattern: re.Pattern[str], text: str, replacement: Callable[[str, Term], str]) -> str:
    seen: set[Term] = set()

    def replace(match: re.Match[str]) -> str:
        name = match.groups()[-1]
        if name is None or (term := term_of(name)) in seen:
            return match[0]
        seen.add(term)
        return replacement(match[0], term)

    return pattern.sub(replace, text)


def script() -> str:
    """A module of the browser's: names, meanings, and the pattern by which terms are found."""
    meanings = {term.name: term.meaning for term in TERMS}
    names = {name: term.name for name, term in _BY_NAME.items()}
    told = {"MEANINGS": meanings, "NAMES": names, "PATTERN": PATTERN}
    return "".join(f"export const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in told.items())
