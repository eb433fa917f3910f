"""What a shareable link carries: named short texts, a version, and a checksum.

Points travel as the float64 numbers themselves, x and y in turn, little-endian, in URL-safe base64: exact,
and about 21 characters a point. A checksum (CRC-32) over all entries tells when a mail program cut the link
short. A link written by hand has neither version nor checksum, and no points. Whether every "&" of a link was written
as "&amp;" on the way, as HTML asks for, makes no difference. What else mail programs do to links (`_repaired`) is
undone where the checksum then fits; nothing is guessed.

Links are hostile until proven otherwise. `unpack` bounds the length of every text and admits only the few
characters that a link of this app can hold before anything is decoded; no later message can then carry markup
from a link onto the page.
"""

import base64
import re
import struct
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice, product
from typing import Any
from urllib.parse import unquote

from cvxdnn.core.exceptions import InvalidInputError

__all__ = ["LONGER", "VERSION", "Points", "from_letters", "pack", "read", "read_points", "refusal", "to_letters"]
__all__ += ["unpack", "write_points"]

Points = tuple[tuple[float, float], ...]

VERSION = "2"
EARLIER = {"1": {"preset": "zigzag"}}
"""What links of earlier versions leave out: the default then."""
_TEXT = re.compile(r"[A-Za-z0-9_.+ -]*")
_MAX_LENGTH = 100
LONGER = {"sketch": 256, "answer": 200, "own": 1_200, "axes": 400}
"""Of single entries: a drawing has up to 40 knots, a prediction of a lesson 48 in all; somebody's own lesson and axes
have words."""
_POINT = struct.Struct("<dd")
_FRAME = ("embed", "embed_options")
"""Entries about the frame around the page."""
_BREAKS = re.compile(r"[\r\n\t\u200b\u00ad]+")
_JUNK = " .,;:!?()[]{}<>'\"`*|\\\u00bb\u201d\u2019"
"""What a sentence around a link puts at its end; no entry of a link ends so."""
_MOST_READINGS, _LONGEST = 128, 20_000
"""Of a damaged link: how many are tried, and of how many characters."""


def to_letters(packed: bytes) -> str:
    """Bytes as an entry of a link: in URL-safe base64, without the padding at its end."""
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def from_letters(text: str) -> bytes:
    """The bytes that `to_letters` wrote; ValueError where they are none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def write_points(points: Points) -> str:
    """The points as URL-safe text, exact for every float64."""
    return to_letters(b"".join(_POINT.pack(x, y) for x, y in points))


def read_points(text: str) -> Points:
    """The points that `write_points` wrote.

    Raises
    ------
    InvalidInputError
        When `text` is not a whole number of points in base64.
    """
    try:
        packed = from_letters(text)
    except ValueError as error:
        raise InvalidInputError("its points are garbled; copy the whole link again") from error
    if len(packed) % _POINT.size:
        raise InvalidInputError("its points are incomplete; copy the whole link again")
    return tuple(_POINT.iter_unpack(packed))


def pack(settings: Mapping[str, str]) -> dict[str, str]:
    """The entries of a link that carries `settings`, version and checksum first; none for none."""
    return {"v": VERSION, "check": _checksum(settings), **settings} if settings else {}


def read(query: Mapping[str, Any], names: Collection[str], max_points: int) -> tuple[dict[str, str], str]:
    """The settings that a link carries, as `unpack` gives them, and what to tell the user; never raises.

    The second is "" where all is well. It says why a link cannot be used, which then sets nothing, and which entries
    are no settings of the page.
    """
    try:
        texts, is_repaired = _found(query, names, max_points)
    except InvalidInputError as error:
        return {}, refusal(error)
    others = [] if is_repaired else _strangers(query, names)  # of a repaired one pieces are left over
    return texts, f"Ignored in this link: {', '.join(others)}; no setting of this page has that name." if others else ""


def refusal(error: InvalidInputError, instead: str = "The default example is shown instead") -> str:
    """What to tell the user of a link that cannot be used, or not all of it, and of what is shown instead."""
    return f"This link cannot be used: {error}. {instead}."


def _strangers(query: Mapping[str, Any], names: Collection[str]) -> list[str]:
    """Names of entries that are no settings; one that no name would be is "an entry"."""
    known = {"v", "check", *names, *_FRAME, ""}
    odd = [plain for name in query if (plain := re.sub("^(amp;)+", "", str(name))) not in known]
    return list(dict.fromkeys(name if re.fullmatch(r"[A-Za-z0-9_-]{1,30}", name) else "an entry" for name in odd))


def unpack(query: Mapping[str, Any], names: Collection[str], max_points: int) -> dict[str, str]:
    """The settings that a link carries, those called `names`; any other entry is ignored.

    Parameters
    ----------
    query : mapping of str to str, or to lists of one str
    names : collection of str
    max_points : int
        Bounds the length of the entry "points".

    Raises
    ------
    InvalidInputError
        When the link is of another version, incomplete or changed, or holds what no link of this app does.
    """
    return _found(query, names, max_points)[0]


def _found(query: Mapping[str, Any], names: Collection[str], max_points: int) -> tuple[dict[str, str], bool]:
    """The settings, and whether the link had to be repaired."""
    if not isinstance(query, Mapping):
        raise InvalidInputError("it has no named settings; copy the whole link again")
    try:
        texts = _unpacked(query.items(), names, max_points)
        if not any(isinstance(name, str) and re.search(r"[=%\s]", name) for name in query):
            return texts, False
        proven = next(_proven(query, names, max_points), None)
        return texts if proven is None else proven, proven is not None
    except InvalidInputError:
        for texts in _proven(query, names, max_points):
            return texts, True
        raise


def _proven(query: Mapping[str, Any], names: Collection[str], max_points: int) -> Iterator[dict[str, str]]:
    """The settings of each repaired link that its checksum proves."""
    for entries in _repaired(query, names):
        try:
            yield _unpacked(entries, names, max_points, by_hand=False)
        except InvalidInputError:
            continue


def _unpacked(
    entries: Iterable[tuple[Any, Any]], names: Collection[str], max_points: int, *, by_hand: bool = True
) -> dict[str, str]:
    """The settings of these entries; `by_hand` allows those that no checksum proves."""
    texts: dict[str, str] = {}
    for given, value in entries:
        name = re.sub("^(amp;)+", "", given) if isinstance(given, str) else ""
        if name in texts:
            raise InvalidInputError(f"it gives {name} several times; give it once")
        if name in ("v", "check", *names):
            longest = 4 * _POINT.size * max_points // 3 + 4 if name == "points" else LONGER.get(name, _MAX_LENGTH)
            texts[name] = _text(name, value, longest)
    version, check = texts.pop("v", None), texts.pop("check", None)
    if version not in (None, VERSION, *EARLIER):
        raise InvalidInputError(
            f"it was made by another version of this app (v={version}, this one reads up to v={VERSION}); "
            "ask for a new link"
        )
    is_by_hand = by_hand and version is None and check is None and "points" not in texts
    if not is_by_hand and check != _checksum(texts):
        raise InvalidInputError(
            "it is incomplete or was changed; copy the whole link again (one that you write has neither v nor check)"
        )
    left_out = EARLIER.get(version or "", {}) if "points" not in texts else {}
    return {**{name: text for name, text in left_out.items() if name in names}, **texts}


def _repaired(query: Mapping[str, Any], names: Collection[str]) -> Iterator[list[tuple[str, str]]]:
    """What a damaged link may have been, likeliest first.

    Undone are: encoding a second time (percent signs, HTML, quoted-printable), breaks of lines anywhere, also soft ones
    ("=" and a line break, of which browsers keep the "="), spaces put in, and the punctuation of a sentence at the end.
    """
    parts = [(name, value[0] if isinstance(value, list | tuple) and value else value) for name, value in query.items()]
    if not all(isinstance(part, str) for pair in parts for part in pair):
        return
    raw = "&".join(f"{name}={value}" for name, value in parts)
    if len(raw) > _LONGEST:
        return
    for _ in range(3):
        raw = unquote(raw).replace("&amp;", "&").replace("\\u0026", "&")
    raw = _BREAKS.sub("", raw)
    known = sorted(("v", "check", *names), key=len, reverse=True)
    for text in dict.fromkeys(
        [raw, raw.replace("+", " "), raw.replace("=3D", "="), raw.replace("=3D", "=").replace("+", " ")]
    ):
        tokens = [readings for token in text.split("&") if (readings := list(_readings(token, known)))]
        for entries in islice(product(*tokens), _MOST_READINGS):
            yield list(entries)


def _readings(token: str, known: Collection[str]) -> Iterator[tuple[str, str]]:
    """The entries of a link that a part of it may stand for; none where it begins with no known name."""
    name, _, value = token.partition("=")
    name = name.replace(" ", "")
    splits = [(name, value)] if name in known else []
    together = re.sub("[= ]", "", token)
    splits += [(each, together[len(each) :]) for each in known if len(each) > len(name) and together.startswith(each)]
    for name, value in splits:
        text = value.replace("=", "").strip(_JUNK)
        spaces = [at for at, letter in enumerate(text) if letter == " "][:4]
        shorter = [text.replace(" ", ""), *(text[:at] + text[at + 1 :] for at in spaces)] if spaces else []
        yield from ((name, each) for each in dict.fromkeys([text, *shorter]))


def _text(name: str, value: Any, longest: int) -> str:
    if isinstance(value, list | tuple):
        if len(value) != 1:
            raise InvalidInputError(f"it gives {name} {len(value)} times; give it once")
        value = value[0]
    if not isinstance(value, str) or not _TEXT.fullmatch(value[: longest + 1]):
        raise InvalidInputError(f"its {name} holds characters that no link of this app has")
    if len(value) > longest:
        raise InvalidInputError(f"its {name} is too long ({len(value):,} characters; at most {longest:,})")
    return value


def _checksum(settings: Mapping[str, str]) -> str:
    text = "&".join(f"{name}={settings[name]}" for name in sorted(settings))
    return f"{zlib.crc32(text.encode('ascii')):08x}"
