"""Caption files for the whole book: SubRip, WebVTT, Advanced SubStation with karaoke, and lyrics."""

from __future__ import annotations

from collections.abc import Iterator

from audiobook.atomic import write_text
from audiobook.audio import Package, frames_to_ms
from audiobook.names import contained, one_line
from audiobook.publish.cues import Cue, captions
from audiobook.publish.edition import Edition
from audiobook.script import NARRATOR, UNKNOWN

__all__ = ["speaker_name", "webvtt", "write_ass", "write_lrc", "write_srt", "write_vtt"]


def write_srt(edition: Edition) -> Package:
    """Write ``<slug>.srt``; raise OutputError when that fails."""
    return _write(edition, "srt", _srt(edition))


def write_vtt(edition: Edition) -> Package:
    """Write ``<slug>.vtt`` with the speaker of each cue; raise OutputError when that fails."""
    return _write(edition, "vtt", _vtt(edition))


def write_ass(edition: Edition) -> Package:
    """Write ``<slug>.ass``, in which each word lights up as it is said; raise OutputError when that fails."""
    return _write(edition, "ass", _ass(edition))


def write_lrc(edition: Edition) -> Package:
    """Write ``<slug>.lrc``, with the times of words where the engine gave them; raise OutputError when that fails."""
    return _write(edition, "lrc", _lrc(edition))


def webvtt(edition: Edition) -> str:
    """Return the text of a WebVTT file."""
    return _joined(_vtt(edition))


def _joined(blocks: Iterator[str]) -> str:
    return "\n".join(blocks).rstrip("\n") + "\n"


def _write(edition: Edition, kind: str, blocks: Iterator[str]) -> Package:
    path = contained(edition.folder, f"{edition.slug}.{kind}")
    write_text(path, _joined(blocks))
    return Package(kind, (path,))


def _srt(edition: Edition) -> Iterator[str]:
    for number, cue in enumerate(captions(edition), 1):
        text = "\n".join(line.replace("-->", "→") for line in cue.texts)
        yield f"{number}\n{_clock(cue.start_ms, ',')} --> {_clock(cue.end_ms, ',')}\n{text}\n"


def _vtt(edition: Edition) -> Iterator[str]:
    metadata = edition.metadata
    yield f"WEBVTT {_vtt_escape(metadata.title)}\n"
    if notice := _vtt_escape(edition.notice):
        yield f"NOTE {notice}\n"
    if any(not mark.words for _, _, mark in edition.marks()):
        yield "NOTE Times between the first and the last word of a sentence are estimated.\n"
    for cue in captions(edition):
        text = "\n".join(_vtt_escape(line) for line in cue.texts)
        speaker = one_line(_vtt_escape(speaker_name(cue.speaker)))
        yield f"{_clock(cue.start_ms, '.')} --> {_clock(cue.end_ms, '.')}\n<v {speaker}>{text}\n"


def _ass(edition: Edition) -> Iterator[str]:
    yield "[Script Info]"
    if notice := one_line(edition.notice):
        yield f"; {notice}"
    yield f"Title: {one_line(edition.metadata.title)}"
    yield from ("ScriptType: v4.00+", "PlayResX: 1280", "PlayResY: 720", "WrapStyle: 2", "")
    yield "[V4+ Styles]"
    yield (
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, "
        "Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, "
        "MarginR, MarginV, Encoding"
    )
    yield ("Style: Default,Arial,48,&H00FFFFFF,&H00A0A0A0,&H00000000,&H80000000,0,0,0,0,100,100,0,0,1,2,1,2,60,60,50,1")
    yield from ("", "[Events]")
    yield "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"
    for cue in captions(edition):
        start, end = (_hundredths(ms) for ms in (cue.start_ms, cue.end_ms))
        name = one_line(speaker_name(cue.speaker)).replace(",", ";")
        yield f"Dialogue: 0,{_ass_clock(start)},{_ass_clock(end)},Default,{name},0,0,0,,{_karaoke(cue)}"


def _karaoke(cue: Cue) -> str:
    """Spell words with their lengths; each length runs from the last word's rounded end, so no rounding adds up."""
    at = _hundredths(cue.start_ms)
    lines = []
    for line in cue.lines:
        text = ""
        for number, word in enumerate(line):
            end = max(at, _hundredths(word.end_ms))
            text += f"{' ' if word.spaced and number else ''}{{\\k{end - at}}}{_ass_escape(word.text)}"
            at = end
        lines.append(text)
    return "\\N".join(lines)


def _ass_escape(text: str) -> str:
    # A word joiner keeps a backslash from meaning a line break; it shows as nothing.
    return text.replace("\\", "\\\u2060").replace("{", "\\{").replace("}", "\\}")


def _lrc(edition: Edition) -> Iterator[str]:
    metadata, timeline = edition.metadata, edition.timeline()
    length = frames_to_ms(timeline.frames, timeline.sample_rate) // 1000
    facts = {"ti": metadata.title, "ar": metadata.author, "al": metadata.series, "by": metadata.narrator}
    yield from (f"[{name}:{one_line(text)}]" for name, text in facts.items() if one_line(text))
    yield f"[length:{length // 60:02d}:{length % 60:02d}]"
    if notice := one_line(edition.notice):
        yield f"[#:{notice}]"
    for cue in captions(edition):
        if cue.timed:
            words = " ".join(f"<{_lrc_clock(word.start_ms)}>{word.text}" for word in cue.words)
            yield f"[{_lrc_clock(cue.start_ms)}]{words} <{_lrc_clock(cue.words[-1].end_ms)}>"
        else:
            yield f"[{_lrc_clock(cue.start_ms)}]{' '.join(cue.texts)}"


def _hundredths(ms: int) -> int:
    return (ms + 5) // 10


def _ass_clock(hundredths: int) -> str:
    seconds, rest = divmod(hundredths, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:02d}"


def _lrc_clock(ms: int) -> str:
    seconds, rest = divmod(_hundredths(ms), 100)
    return f"{seconds // 60:02d}:{seconds % 60:02d}.{rest:02d}"


def speaker_name(speaker: str) -> str:
    """Return a speaker as readers see it."""
    return {NARRATOR: "Narrator", UNKNOWN: "Unknown"}.get(speaker, speaker)


def _vtt_escape(text: str) -> str:
    return one_line(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(ms: int, point: str) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{ms:03d}"
