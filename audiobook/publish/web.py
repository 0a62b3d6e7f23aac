"""A page that plays the book in any browser: the text follows the voice, without a network or a program."""

from __future__ import annotations

import base64
import difflib
import hashlib
import re
import string
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib import resources

from audiobook.atomic import write_text
from audiobook.audio import Mark, Package, Track, frames_to_ms
from audiobook.names import contained, one_line
from audiobook.publish.captions import speaker_name
from audiobook.publish.chapters import chapter_title
from audiobook.publish.covers import cover_jpeg
from audiobook.publish.edition import Edition
from audiobook.publish.mp3 import write_mp3_files
from audiobook.publish.paragraphs import arrange, shown, worded
from audiobook.script import NARRATOR, UNKNOWN

__all__ = ["write_web"]

_COVER = 480
"""Pixels of the cover's edge; it lies inside the page, so that a system's player can show it too."""
_COLOURS = 8
"""Speakers with a colour of their own, those who speak most; the style sheet holds as many."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    """One mark as the page shows it."""

    mark: Mark
    text: str
    start_ms: int
    words: tuple[tuple[int, int], ...]
    """Where words begin in ``text``, in UTF-16 units, and when, in milliseconds after the sentence's start; empty
    when the engine gave no times of words."""


def write_web(edition: Edition) -> Package:
    """Write ``<slug>-web/``: a page ``index.html`` that plays one MP3 a chapter in step with the text.

    Raises:
        ToolError: encoding failed.
        OutputError: a file could not be written.
    """
    folder = contained(edition.folder, f"{edition.slug}-web")
    sounds = tuple(folder / _source(track) for track in edition.audiobook.tracks)
    measured = write_mp3_files(edition, sounds)
    page = folder / "index.html"
    write_text(page, _page(edition))
    return Package("web", (page, *sounds), measured=measured)


def _source(track: Track) -> str:
    return f"audio/{track.number:04d}.mp3"


def _page(edition: Edition) -> str:
    metadata, tracks = edition.metadata, edition.audiobook.tracks
    style, script = _data("player.css"), _data("player.js")
    cover = base64.b64encode(cover_jpeg(edition, _COVER)).decode("ascii")
    speakers = _speakers(edition)
    return string.Template(_data("player.html")).substitute(
        policy=_policy(style, script),
        style=style,
        script=script,
        title=escape(one_line(metadata.title)),
        language=escape(metadata.language or "en"),
        identifier=escape(edition.identifier),
        cover=f"data:image/jpeg;base64,{cover}",
        byline="\n".join(_byline(edition)),
        contents="\n".join(_entry(track) for track in tracks),
        chapters="\n".join(_chapter(track, speakers) for track in tracks),
        speakers=_legend(speakers),
        about="\n".join(_about(edition)),
    )


def _speakers(edition: Edition) -> dict[str, int]:
    """Return the number of each speaker's colour, those who speak most first; 0 is that of all the others."""
    marks = [mark for _, _, mark in edition.marks() if mark.speaker != NARRATOR]
    ranked = Counter(mark.speaker for mark in marks if mark.speaker != UNKNOWN).most_common()
    colours = {speaker: rank if rank <= _COLOURS else 0 for rank, (speaker, _) in enumerate(ranked, 1)}
    return colours | dict.fromkeys((UNKNOWN for mark in marks if mark.speaker == UNKNOWN), 0)


def _legend(speakers: Mapping[str, int]) -> str:
    names = (
        f'<li class="v{colour}"><bdi>{escape(one_line(speaker_name(speaker)))}</bdi></li>'
        for speaker, colour in speakers.items()
    )
    return f'<ul id="speakers" aria-label="Speakers">{"".join(names)}</ul>' if speakers else ""


def _data(name: str) -> str:
    return resources.files(__package__).joinpath("data", name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """Return the policy under which a browser runs this page's own script and nothing that a book brings along.

    ``file:`` is named because a page opened as a file has no origin that ``'self'`` could mean.
    """
    return "; ".join((
        "default-src 'none'",
        f"script-src '{_fingerprint(script)}'",
        f"style-src '{_fingerprint(style)}'",
        "img-src data:",
        "media-src 'self' file:",
        "base-uri 'none'",
        "form-action 'none'",
        "require-trusted-types-for 'script'",
    ))  # fmt: skip


def _fingerprint(text: str) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"


def _byline(edition: Edition) -> Iterator[str]:
    metadata = edition.metadata
    if subtitle := one_line(metadata.subtitle):
        yield f'<p dir="auto">{escape(subtitle)}</p>'
    if author := one_line(", ".join(edition.authors)):
        yield f'<p id="author" dir="auto">{escape(author)}</p>'
    yield f'<p lang="en">Read by <bdi>{escape(one_line(metadata.narrator))}</bdi></p>'


def _about(edition: Edition) -> Iterator[str]:
    metadata = edition.metadata
    facts = (metadata.description, " ".join(filter(None, (metadata.publisher, metadata.year))), metadata.rights)
    yield from (f'<p dir="auto">{escape(line)}</p>' for line in map(one_line, facts) if line)
    if notice := one_line(edition.notice):
        yield f'<p lang="en">{escape(notice)}</p>'


def _entry(track: Track) -> str:
    seconds = track.frames // track.sample_rate
    minutes = f"{seconds // 3600}:{seconds // 60 % 60:02d}" if seconds >= 3600 else str(seconds // 60)
    return (
        f'<li><a href="#c{track.number}"><bdi>{escape(chapter_title(track))}</bdi> '
        f'<time datetime="PT{seconds}S">{minutes}:{seconds % 60:02d}</time></a></li>'
    )


def _chapter(track: Track, speakers: Mapping[str, int]) -> str:
    title, source = escape(chapter_title(track)), _source(track)
    sentences = _sentences(track)
    length = frames_to_ms(track.frames, track.sample_rate)
    facts = f'data-src="{source}" data-ms="{length}" data-title="{title}"'
    lines = [f'<section id="c{track.number}" aria-labelledby="t{track.number}" {facts}>']
    for group in arrange(track):
        words = _spans(sentences[group.marks.start : group.marks.stop], speakers)
        if group.kind == "title":
            lines += [
                f'<h2 id="t{track.number}" dir="auto">{words or title}</h2>',
                f'<p class="file" lang="en"><a href="{source}">Hear this chapter</a></p>',
            ]
        elif group.kind == "break":
            lines.append("<hr>")
        else:
            tag = "p" if group.kind == "paragraph" else "h3"
            lines.append(f'<{tag} dir="auto">{words}</{tag}>')
    return "\n".join((*lines, "</section>"))


def _spans(sentences: tuple[_Sentence, ...], speakers: Mapping[str, int]) -> str:
    """Write the sentences of a paragraph; whoever begins to speak in it is named."""
    spans, named = [], ""
    for sentence in sentences:
        speaker = sentence.mark.speaker
        name = one_line(speaker_name(speaker)) if speaker in speakers and speaker != named else ""
        named = speaker if speaker in speakers else named
        spans.append(_span(sentence, speakers.get(speaker), name))
    return " ".join(spans)


def _span(sentence: _Sentence, colour: int | None, name: str) -> str:
    pairs = " ".join(f"{place} {ms}" for place, ms in sentence.words)
    words = f' data-words="{pairs}"' if pairs else ""
    by = f' data-by="{escape(name)}"' if name else ""
    kind = "s" if colour is None else f"s v{colour}"
    return f'<span class="{kind}" data-at="{sentence.start_ms}"{words}{by}>{worded(sentence.mark, "lang")}</span>'


def _sentences(track: Track) -> tuple[_Sentence, ...]:
    rate = track.sample_rate
    return tuple(
        _Sentence(mark, text, frames_to_ms(mark.start, rate), _word_times(text, mark, rate))
        for mark, text in ((mark, one_line(mark.text)) for mark in shown(track))
    )


def _word_times(text: str, mark: Mark, sample_rate: int) -> tuple[tuple[int, int], ...]:
    """Lay spoken words beside written ones.

    What is said otherwise than it is written (a number, an abbreviation) lights up as a whole, for where each
    of its words begins is not known.
    """
    written = [(match[0], match.start()) for match in re.finditer(r"\S+", text)]
    places, words = [_bare(word) for word, _ in written], [_bare(word.text) for word in mark.words]
    times: list[tuple[int, int]] = []
    matcher = difflib.SequenceMatcher(None, places, words, autojunk=False)
    for kind, first, last, heard, _ in matcher.get_opcodes() if words else ():
        for step in range(last - first if kind == "equal" else 1 if kind == "replace" else 0):
            # Browsers count in UTF-16 units.
            place = len(text[: written[first + step][1]].encode("utf-16-le")) // 2
            start = mark.words[heard + step].start - mark.start
            times.append((place, max(times[-1][1] if times else 0, frames_to_ms(start, sample_rate))))
    return tuple(times)


def _bare(word: str) -> str:
    return re.sub(r"^\W+|\W+$", "", word).casefold()
