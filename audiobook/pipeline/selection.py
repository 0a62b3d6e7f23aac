"""``--chapters 1-3,5``."""

from __future__ import annotations

import re

from audiobook.errors import UsageError
from audiobook.script import Script

__all__ = ["select_chapters"]

_RANGE = re.compile(r"\s*(\d+)\s*(?:-\s*(\d*)\s*)?")


def select_chapters(script: Script, wanted: str) -> tuple[int, ...]:
    """Return the chosen chapter numbers, from 1, ascending; an empty ``wanted`` chooses all, ``3-`` all from the third.

    Raises:
        UsageError: ``wanted`` is not a list of numbers and ranges, or names a chapter that is not there.
    """
    last = len(script.chapters)
    chosen: set[int] = set()
    for word in wanted.split(",") if wanted.strip() else [f"1-{last}"] if last else []:
        match = _RANGE.fullmatch(word)
        if not match:
            raise UsageError(f"{wanted!r} is not a list of chapters", place="--chapters", remedy="Write 1-3,5")
        start = int(match[1])
        end = start if match[2] is None else int(match[2] or last)
        if not 1 <= start <= end <= last:
            raise UsageError(
                f"{word.strip()!r} is not a chapter of this book",
                place="--chapters",
                remedy=f"It has chapters 1 to {last}",
            )
        chosen.update(range(start, end + 1))
    return tuple(sorted(chosen))
