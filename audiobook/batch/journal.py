"""The memory of a batch: one line a change, on the disk before the next step, whole after a kill at any moment."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Self

from audiobook.atomic import sole_writer, translated, write_text
from audiobook.batch.entries import Asked
from audiobook.batch.outcome import Outcome
from audiobook.errors import OutputError, UsageError
from audiobook.usertext import read_user_file

__all__ = ["Journal", "open_journal", "read_asked"]

_FOLDER = ".audiobook"
_NAME = "batch.jsonl"
_FORMAT = 1


@contextlib.contextmanager
def open_journal(out: Path, asked: Asked) -> Iterator[Journal]:
    """Hold a batch's output folder and its journal; the system lets go of the folder however the process dies.

    Args:
        out: the output folder of the batch.
        asked: what the user asked for, to be taken up by ``--resume``.

    Raises:
        OutputError: another batch writes there, or the folder cannot be written.
    """
    with sole_writer(out, "batch") as place, Journal(place / _NAME, asked) as journal:
        yield journal


def read_asked(out: Path) -> Asked:
    """Return what the user asked the last batch in ``out`` for.

    Raises:
        UsageError: there was none.
    """
    for row in _rows(out / _FOLDER / _NAME):
        with contextlib.suppress(ValueError, TypeError, KeyError):
            return Asked.from_json(row["asked"])
    raise UsageError("there is no batch to go on with", place=str(out), remedy="Name its books, or its folder with -o")


class Journal:
    """Outcomes by book; made by `open_journal`.

    Each change is a line of JSON that is flushed to the disk before the program goes on. A line that a kill cut short
    is no JSON and is passed over; opening writes the file anew, in one step, with one line a book.
    """

    def __init__(self, path: Path, asked: Asked) -> None:
        self._path = path
        self._head = {"format": _FORMAT, "asked": asked.as_json()}
        self._outcomes = _load(path)
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        rows = [self._head, *(outcome.as_json() for outcome in self._outcomes.values())]
        write_text(self._path, "".join(f"{json.dumps(row)}\n" for row in rows))
        with translated(self._path):
            self._file = self._path.open("ab")
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def last(self, name: str) -> Outcome | None:
        """Return what is known of a book."""
        return self._outcomes.get(name)

    def note(self, outcome: Outcome) -> None:
        """Remember an outcome, in place of the book's former one.

        Raises:
            OutputError: the disk is full or gone.
        """
        assert self._file is not None
        self._outcomes[outcome.name] = outcome
        with translated(self._path):
            self._file.write(json.dumps(outcome.as_json()).encode() + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())


def _load(path: Path) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    for row in _rows(path):
        with contextlib.suppress(ValueError, TypeError, KeyError):
            outcome = Outcome.from_json(row)
            outcomes[outcome.name] = outcome
    return outcomes


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = read_user_file(path).split(b"\n")
    except FileNotFoundError:
        return
    except OSError as error:
        raise OutputError(
            f"the journal cannot be read ({error.strerror or error})", place=str(path), remedy="Remove it to start anew"
        ) from error
    for line in lines:
        with contextlib.suppress(ValueError):
            row = json.loads(line)
            if isinstance(row, dict):
                yield row
