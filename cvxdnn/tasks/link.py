"""What a shareable link carries: named short texts, a version, and a checksum.

Points travel as the float64 numbers themselves, x and y in turn, little-endian, in URL-safe base64: exact,
and about 21 characters a point. A checksum (CRC-32) over all entries tells when a mail program cut the link
short. A link written by hand has neither version nor checksum, and no points. Whether every "&" of a link was written
as "&amp;" on the way, as HTML asks for, makes no difference.

Links are hostile until proven otherwise. `unpack` bounds the length of every text and admits only the few
characters that a link of this app can hold before anything is decoded; no later message can then carry markup
from a link onto the page.
"""

import base64
import binascii
import re
import struct
import zlib
from collections.abc import Collection, Mapping
from typing import Any

from cvxdnn.core.exceptions import InvalidInputError

__all__ = ["VERSION", "Points", "pack", "read_points", "unpack", "write_points"]

Points = tuple[tuple[float, float], ...]

VERSION = "2"
EARLIER = {"1": {"preset": "zigzag"}}
"""What links of earlier versions leave out: the default then."""
_TEXT = re.compile(r"[A-Za-z0-9_.+ -]*")
_MAX_LENGTH = 100
_POINT = struct.Struct("<dd")


def write_points(points: Points) -> str:
    """The points as URL-safe text, exact for every float64."""
    packed = b"".join(_POINT.pack(x, y) for x, y in points)
    return base64.urlsafe_b64encode(packed).decode("ascii").rstrip("=")


def read_points(text: str) -> Points:
    """The points that `write_points` wrote.

    Raises
    ------
    InvalidInputError
        When `text` is not a whole number of points in base64.
    """
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError("its points are garbled; copy the whole link again") from error
    if len(packed) % _POINT.size:
        raise InvalidInputError("its points are incomplete; copy the whole link again")
    return tuple(_POINT.iter_unpack(packed))


def pack(settings: Mapping[str, str]) -> dict[str, str]:
    """The entries of a link that carries `settings`, version and checksum first; none for none."""
    return {"v": VERSION, "check": _checksum(settings), **settings} if settings else {}


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
    if not isinstance(query, Mapping):
        raise InvalidInputError("it has no named settings; copy the whole link again")
    texts: dict[str, str] = {}
    for given, value in query.items():
        name = re.sub("^(amp;)+", "", given) if isinstance(given, str) else ""
        if name in texts:
            raise InvalidInputError(f"it gives {name} several times; give it once")
        if name in ("v", "check", *names):
            longest = 4 * _POINT.size * max_points // 3 + 4 if name == "points" else _MAX_LENGTH
            texts[name] = _text(name, value, longest)
    version, check = texts.pop("v", None), texts.pop("check", None)
    if version not in (None, VERSION, *EARLIER):
        raise InvalidInputError(
            f"it was made by another version of this app (v={version}, this one reads up to v={VERSION}); "
            "ask for a new link"
        )
    is_by_hand = version is None and check is None and "points" not in texts
    if not is_by_hand and check != _checksum(texts):
        raise InvalidInputError(
            "it is incomplete or was changed; copy the whole link again (one that you write has neither v nor check)"
        )
    left_out = EARLIER.get(version or "", {}) if "points" not in texts else {}
    return {**{name: text for name, text in left_out.items() if name in names}, **texts}


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
