"""Text out of a file of unknown origin, and never more of it than is allowed.

Bytes are UTF-8, UTF-16 with a byte order mark, or else Windows-1252 (of which Latin-1 is a part but for control
characters), which is right for numbers and at worst wrong for a letter of a name.
"""

import os
from typing import IO, Any

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.core.numerals import quoted

__all__ = ["Source", "head", "text_of"]

Source = str | os.PathLike[str] | bytes | IO[bytes] | IO[str]


def head(file: Source, max_bytes: int) -> bytes | str:
    """All that the file holds, bytes or text as it comes; at most `max_bytes` + 1 are ever taken from it.

    Raises
    ------
    InvalidInputError
        When it cannot be read, or is larger than `max_bytes`.
    """
    data = _taken(file, max_bytes + 1)
    if len(data) > max_bytes:
        raise InvalidInputError(f"file is larger than {max_bytes:,} bytes; keep only part of its rows")
    return data


def text_of(data: bytes | str) -> str:
    """The text that the bytes are, without its byte order mark.

    Raises
    ------
    InvalidInputError
        When they are no text.
    """
    text = data if isinstance(data, str) else _decoded(data)
    if "\0" in text:
        raise InvalidInputError("file is binary (it holds a zero byte), not text; save the data as 'CSV UTF-8'")
    return text.removeprefix("\ufeff")


def _taken(file: Source, limit: int) -> bytes | str:
    """The first `limit` bytes or characters of the file (bytes are returned as they are)."""
    if isinstance(file, bytes):
        return file
    try:
        if isinstance(file, str | os.PathLike):
            with open(file, "rb") as stream:
                return stream.read(limit)
        if hasattr(file, "read"):
            return _read_up_to(file, limit)
    except UnicodeDecodeError as error:  # a text file opened with an encoding that is not its own
        raise InvalidInputError(
            f"file is not {error.encoding} text; open it with its own encoding, or in binary mode"
        ) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InvalidInputError(
            f"file {quoted(file)} cannot be read ({reason}); pass a path, an open file or the file's bytes"
        ) from error
    raise InvalidInputError(f"file is {quoted(file)}; pass a path, an open file or the file's bytes")


def _read_up_to(stream: IO[bytes] | IO[str], limit: int) -> bytes | str:
    """Several reads, because an unbuffered stream may return less than it was asked for."""
    pieces: list[Any] = []
    missing = limit
    while missing > 0 and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    joined: bytes | str = pieces[0][:0].join(pieces) if pieces else ""
    return joined


def _decoded(data: bytes) -> str:
    encodings = ["utf-16"] if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidInputError(f"file is neither {' nor '.join(encodings)} text; save the data as 'CSV UTF-8'")
