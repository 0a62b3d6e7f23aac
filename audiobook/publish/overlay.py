"""Media overlays: which piece of a page is heard when. SMIL, durations and the class of what is being said."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

__all__ = ["ACTIVE", "Clip", "active_style", "clock", "smil"]

ACTIVE = "-epub-media-overlay-active"
"""The class that Apple Books asks for; all others take any name."""


@dataclass(frozen=True, slots=True)
class Clip:
    """A piece of text and its sound."""

    identifier: str
    """Of the element in the page."""
    sound: str
    """The sound's file, relative to the overlay."""
    begin_ms: int
    end_ms: int


def active_style() -> str:
    """Return the rule that lights up what is being said."""
    return f".{ACTIVE} {{ background: #ffe9a8; color: #000; }}\n"


def smil(page: str, clips: Iterable[Clip]) -> str:
    """Write the overlay of a page; ``page`` is its file, relative to the overlay."""
    return "\n".join((*_lines(page, clips), "</seq>\n</body>\n</smil>")) + "\n"


def _lines(page: str, clips: Iterable[Clip]) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<smil xmlns="http://www.w3.org/ns/SMIL" xmlns:epub="http://www.idpf.org/2007/ops" version="3.0">'
    yield f'<body>\n<seq id="seq" epub:textref="{page}" epub:type="bodymatter chapter">'
    for clip in clips:
        # Equal times are an error; such a piece lasts less than half a millisecond.
        if clip.begin_ms < clip.end_ms:
            yield (
                f'<par id="p{clip.identifier}"><text src="{page}#{clip.identifier}"/>'
                f'<audio src="{clip.sound}" clipBegin="{clock(clip.begin_ms)}" clipEnd="{clock(clip.end_ms)}"/></par>'
            )


def clock(ms: int) -> str:
    """Write milliseconds as a clock value."""
    seconds, rest = divmod(ms, 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"
