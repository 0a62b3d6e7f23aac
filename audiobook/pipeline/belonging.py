"""Whose a script and its folder are: two books with one title never take each other's place."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from pathlib import Path

from audiobook.atomic import write_text
from audiobook.errors import UsageError
from audiobook.script import Script

__all__ = ["MEMORY", "note_book", "require_same_book", "texts"]

MEMORY = ".audiobook"
"""Folder beside a script that holds what is to be remembered of it."""
_DIGEST_BYTES = 6
_SAME = 0.5
"""Share of the paragraphs of the shorter of two texts that the other has, for both to be one book: a source that was
moved and revised keeps most of them, and books of one title have little more than "Yes." in common."""


def require_same_book(path: Path, source: str, script: Script) -> None:
    """Refuse to build a book where another one of its title lies.

    It is the same book when its source lies where it lay, or when most of its text is the same: sources are revised,
    and they are moved and renamed.

    Args:
        path: of the script in the folder that the book would get, whether it is there or not.
        source: a path, or ``-``.
        script: as made from the source.

    Raises:
        UsageError: another book lies there.
    """
    noted = _noted(path)
    if (
        noted is None
        or not _has_files(path.parent)
        or noted[0] == _place(source)
        or path.resolve() == Path(source).resolve()
    ):
        return
    before, now = Counter(noted[1]), Counter(_digests(script))
    if (before & now).total() < _SAME * min(before.total(), now.total()):
        whence = f", made from {noted[0]}" if noted[0] else ""
        raise UsageError(
            f"another book is there{whence}",
            place=str(path.parent),
            remedy='Choose another place with -o, or give this book a title of its own: --set metadata.title="..."',
        )


def note_book(path: Path, source: str, script: Script) -> None:
    """Remember what lies in the folder of the script at ``path``; arguments as in `require_same_book`.

    Raises:
        OutputError: the folder cannot be written.
    """
    if path.resolve() != Path(source).resolve():
        note = {"source": _place(source), "paragraphs": _digests(script)}
        write_text(_note(path), json.dumps(note, ensure_ascii=False) + "\n")


def texts(script: Script) -> Counter[str]:
    """Count the paragraphs of a script by their words."""
    return Counter(
        " ".join(" ".join(line.text for line in paragraph.lines).split())
        for chapter in script.chapters
        for scene in chapter.scenes
        for paragraph in scene.paragraphs
    )


def _digests(script: Script) -> list[str]:
    return [
        hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
        for text in texts(script).elements()
    ]


def _place(source: str) -> str:
    """Return where a source lies; standard input lies nowhere."""
    return "" if source == "-" else str(Path(source).resolve())


def _note(path: Path) -> Path:
    return path.parent / MEMORY / f"{path.name}.source"


def _noted(path: Path) -> tuple[str, list[str]] | None:
    try:
        note = json.loads(_note(path).read_text("utf-8"))
        return str(note["source"]), [str(digest) for digest in note["paragraphs"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _has_files(folder: Path) -> bool:
    """Whether a person would see anything in a folder."""
    return any(item.name != MEMORY for item in folder.iterdir())
