"""Caption files for the whole book: SubRip and WebVTT."""

from __future__ import annotations

from collections.abc import Iterator

from audiobook.atomic import write_text
from audiobook.audio import Package
from audiobook.names import contained, one_line
from audiobook.publish.cues import captions
from audiobook.publish.edition import Edition
from audiobook.script import NARRATOR, UNKNOWN

__all__ = ["write_srt", "write_vtt"]


def write_srt(edition: Edition) -> Package:
    """Write ``<slug>.srt``; raise OutputError when that fails."""
    return _write(edition, "srt", _srt(edition))


def write_vtt(edition: Edition) -> Package:
    """Write ``<slug>.vtt`` with the speaker of each cue; raise OutputError when that fails."""
    return _write(edition, "vtt", _vtt(edition))


def _write(edition: Edition, kind: str, blocks: Iterator[str]) -> Package:
    path = contained(edition.folder, f"{edition.slug}.{kind}")
    write_text(path, "\n".join(blocks))
    return Package(kind, (path,))


def _srt(edition: Edition) -> Iterator[str]:
    for number, cue in enumerate(captions(edition), 1):
        text = "\n".join(line.replace("-->", "→") for line in cue.texts)
        yield f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{text}\n"


def _vtt(edition: Edition) -> Iterator[str]:
    metadata = edition.metadata
    yield f"WEBVTT {_vtt_escape(metadata.title)}\n"
    if any(not mark.words for _, _, mark in edition.marks()):
        yield "NOTE Times between the first and the last word of a sentence are estimated.\n"
    for cue in captions(edition):
        text = "\n".join(_vtt_escape(line) for line in cue.texts)
        speaker = one_line(_vtt_escape(speaker_name(cue.speaker)))
        yield f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n<v {speaker}>{text}\n"


def speaker_name(speaker: str) -> str:
    """Return a speaker as readers see it."""
    return {NARRATOR: "Narrator", UNKNOWN: "Unknown"}.get(speaker, speaker)


def _vtt_escape(text: str) -> str:
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{ms:03d}"
