"""Results on disk: one file for each shelf of `Grid.shelves`, one line for each run, appended and never changed.

A line is written by one call, flushed to the disk before anybody is told, and stands between two line ends. So a
power cut in the middle of a line costs that line and no other, and several processes may append to one file.
What cannot be read as a record is counted and passed over, whatever it is: that run is simply made again. The log
says it once for each file, not once for each visitor who looks at the file.

The folder holds at most so many bytes; the files that were not written for longest go first. `settings` says which
folder, and how many bytes.
"""

import json
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from cvxdnn.core.exceptions import InvalidInputError
from cvxdnn.tasks.sweep import settings
from cvxdnn.tasks.sweep.record import Record

__all__ = ["Log", "Store"]

logger = logging.getLogger("cvxdnn.tasks.sweep")

LONGEST_LINE = 1_000
_LINE = re.compile(rb"[^\n]+")
_RECORD = re.compile(rb'\{"dataset": "[^\n]*\}')
"""What `append` writes begins and ends so; anything else is not worth a parser's time."""
_told: set[Path] = set()
"""Files with junk in them that the log of this process has told of."""


class Store:
    """The folder of all results.

    Parameters
    ----------
    folder : path, optional
        Made when the first result is written; left out: what the environment says.
    megabytes : int, optional
        Size that the folder is kept to, at least 1; left out: what the environment says.
    """

    def __init__(self, folder: Path | str | None = None, megabytes: int | None = None) -> None:
        self.folder = Path(folder) if folder is not None else settings.folder()
        self.limit = 1_000_000 * max(1, megabytes if megabytes is not None else settings.megabytes())

    def log(self, shelf: str) -> "Log":
        """The file of this shelf."""
        return Log(self, self.folder / f"{shelf}.jsonl")

    def make_room(self, keep: Path) -> None:
        """Remove the files not used for longest until the folder is within its limit; `keep` stays."""
        files = [(path.stat().st_mtime, path.stat().st_size, path) for path in self.folder.glob("*.jsonl")]
        excess = sum(size for _, size, _ in files) - self.limit
        for _, size, path in sorted(files):
            if excess <= 0:
                return
            if path != keep:
                path.unlink(missing_ok=True)
                excess -= size


class Log:
    """The results on one shelf.

    passed_over : how many lines of its file could not be read so far
    """

    def __init__(self, store: Store, path: Path) -> None:
        self.passed_over = 0
        self._store, self._path = store, path
        self._read = 0
        self._has_room = False

    def news(self) -> Iterator[Record]:
        """Every record that was appended since the last call, by anybody.

        Raises
        ------
        OSError
            If there is a file that cannot be read.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                text = file.read(self._store.limit)
        except FileNotFoundError:
            self._read = 0
            return
        whole = text.rfind(b"\n") + 1  # somebody may be writing the last line at this moment
        self._read += whole
        passed_over = 0
        for line in _LINE.finditer(text, 0, whole):
            record = _record(line.group())
            if record is None:
                passed_over += 1
            else:
                yield record
        self._tell(passed_over)

    def _tell(self, passed_over: int) -> None:
        """Say once what was found in this file."""
        self.passed_over += passed_over
        if passed_over and self._path not in _told:
            _told.add(self._path)
            logger.warning("%s: %d stored lines cannot be read and are made again", self._path.name, passed_over)

    def append(self, record: Record) -> None:
        """Add a record; it is on the disk when this returns.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._has_room:  # once: what one sweep adds is little
            self._store.make_room(self._path)
            self._has_room = True
        line = json.dumps(asdict(record))
        with self._path.open("ab", buffering=0) as file:
            file.write(f"\n{line}\n".encode())
            os.fsync(file.fileno())


def _record(line: bytes) -> Record | None:
    """A line as a record; None when it is not whole."""
    if len(line) > LONGEST_LINE or not _RECORD.fullmatch(line):
        return None
    try:
        return Record.from_plain(json.loads(line))
    except (ValueError, RecursionError, InvalidInputError):
        return None
