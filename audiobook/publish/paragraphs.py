"""Marks of a chapter gathered to what a page shows: its title, paragraphs, titles of scenes and breaks between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import Literal

from audiobook.audio import Mark, Track
from audiobook.names import one_line
from audiobook.publish.chapters import chapter_title

__all__ = ["Group", "arrange", "shown", "worded"]


@dataclass(frozen=True, slots=True)
class Group:
    """Marks that stand together."""

    kind: Literal["title", "scene", "break", "paragraph"]
    """The chapter's title, a scene's title, a break before a scene without one, or a paragraph."""
    marks: range
    """Indexes into what `shown` gives; a break has none, and a title that is not announced neither."""


def shown(track: Track) -> tuple[Mark, ...]:
    """Return the marks that have words."""
    return tuple(mark for mark in track.marks if one_line(mark.text))


def worded(mark: Mark, *attributes: str) -> str:
    """Write a mark's text on one line for a page; pieces in other languages say so in ``attributes``, e.g. ``lang``."""
    pieces: list[str] = []
    at, blank = 0, True
    for start, end, language in (*mark.foreign, (len(mark.text), len(mark.text), "")):
        for text, code in ((mark.text[at:start], ""), (mark.text[start:end], language)):
            words = one_line(f"|{text}|")[1:-1]  # blanks at its ends stay
            words = words.lstrip() if blank else words
            blank = words.endswith(" ") if words else blank
            shown_as = " ".join(f'{name}="{escape(code)}"' for name in attributes)
            words = escape(words, quote=False)
            pieces.append(f"<span {shown_as}>{words}</span>" if code and words else words)
        at = end
    return "".join(pieces).rstrip()


def arrange(track: Track) -> tuple[Group, ...]:
    """Gather the marks that `shown` gives; the first group is the chapter's title."""
    marks = shown(track)
    at = _spoken_title(chapter_title(track), marks)
    groups = [Group("title", range(at))]
    last = marks[0].scene if marks else 0
    for (scene, paragraph), group in groupby(marks[at:], key=lambda mark: (mark.scene, mark.paragraph)):
        past = at + sum(1 for _ in group)
        if scene != last and paragraph >= 0:
            groups.append(Group("break", range(0)))
        groups.append(Group("paragraph" if paragraph >= 0 else "scene", range(at, past)))
        last, at = scene, past
    return tuple(groups)


def _spoken_title(title: str, marks: Sequence[Mark]) -> int:
    """Return how many marks at the start are the announced title; what follows may be a scene's title."""
    count, said, wanted = 0, "", title.casefold()
    for mark in marks:
        said = f"{said} {one_line(mark.text).casefold()}".strip()
        if mark.paragraph >= 0 or not wanted.startswith(said.rstrip(".")):
            break
        count += 1
    return count
