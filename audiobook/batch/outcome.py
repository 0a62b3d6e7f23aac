"""What became of a book of a batch, as a plain record."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from audiobook.errors import AudiobookError

__all__ = ["Failure", "FileNote", "Outcome", "State"]

State = Literal["waiting", "begun", "done", "failed", "stopped"]
"""``stopped``: it was being made when the batch was told to stop, or killed; its finished takes are kept."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a book failed."""

    message: str
    place: str = ""
    remedy: str = ""
    code: int = 70
    """The exit code that ``build`` would have given."""

    @classmethod
    def of(cls, error: BaseException) -> Failure:
        """Put an error into words; one that the program did not foresee is called internal."""
        if isinstance(error, AudiobookError):
            return cls(error.message, error.place, error.remedy, error.exit_code)
        return cls(f"internal error: {type(error).__name__}: {error}", remedy="Please report it with this book")

    def __str__(self) -> str:
        return str(AudiobookError(self.message, place=self.place, remedy=self.remedy))


@dataclass(frozen=True, slots=True)
class FileNote:
    """A file of a package as it was when it was finished."""

    path: str
    """Below the output folder, parts joined by ``/``."""
    size: int
    """Bytes."""
    sha256: str
    mtime_ns: int
    """When it was written; a file of the same size and time is not read again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that is told and remembered of one book."""

    name: str
    source: str
    state: State = "waiting"
    inputs: str = ""
    """Digest of all that it was made from; empty when that could not be read."""
    voices: tuple[tuple[str, str], ...] = ()
    """ENGINE:NAME and fingerprint of each voice that speaks in it."""
    script: tuple[str, str] = ("", "")
    """Path below the output folder and SHA-256 of the script it was spoken from."""
    files: tuple[FileNote, ...] = ()
    title: str = ""
    author: str = ""
    chapters: int = 0
    lines: int = 0
    recorded: int = 0
    """Lines that were spoken for it in the run that finished it."""
    audio_s: float = 0.0
    wall_s: float = 0.0
    """From its beginning to its end in that run, other books being made at the same time."""
    speaking_s: float = 0.0
    """Core seconds that speakers were busy with it in that run."""
    failure: Failure | None = None

    @property
    def size(self) -> int:
        """Bytes of all its files."""
        return sum(file.size for file in self.files)

    def as_json(self) -> dict[str, Any]:
        """Return plain values, of which `from_json` makes the same outcome."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Outcome:
        """Read plain values.

        Raises:
            ValueError, TypeError, KeyError: they are not an outcome's.
        """
        fields = {field.name for field in dataclasses.fields(cls)}
        values = {name: value for name, value in row.items() if name in fields}
        if values["state"] not in get_args(State):
            raise ValueError(values["state"])
        values["voices"] = tuple((str(address), str(mark)) for address, mark in row["voices"])
        path, digest = row["script"]
        values["script"] = (str(path), str(digest))
        values["files"] = tuple(FileNote(**file) for file in row["files"])
        values["failure"] = Failure(**row["failure"]) if row["failure"] else None
        return cls(**values)
