"""Script -> Plan: every sentence as it is spoken, how, and the silence behind it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from audiobook import pauses
from audiobook.audio import ChapterPlan, Passage, Plan, Utterance
from audiobook.delivery import Resolved, resolve
from audiobook.engines.base import VoiceInfo, speakable
from audiobook.errors import ScriptError
from audiobook.script import NARRATOR, UNKNOWN, Line, Override, Scene, Script, ScriptChapter, Voice
from audiobook.settings import Settings
from audiobook.spoken import EMPTY, Lexicon, Spoken, clauses, say, sentences

__all__ = ["plan"]

LONGEST = 350
"""Characters; a longer sentence is cut at a clause."""
_JOINED = 120
"""Characters; a sentence of one word is joined to its neighbour as long as both stay below this."""
_TELLING_WORDS = 5
"""A title that the text repeats is not announced when it is this long; "Tom" before "Tom went" is."""
_TELLING_LETTERS = 25
"""The same for titles in scripts without spaces, and for those that were cut inside a word."""
_CUT = " …"
"""How a title ends that is the beginning of a longer sentence."""
_ENDED = re.compile(r"[,;:]?\s*(?:\Z|[.!?…。！？؟।\"“”„‟«»「」『』])")
"""What stands behind words that are a sentence, or a speech, of their own."""
_CUE_SPREAD_MS = 300
"""Most that cues add to a pause, or take from it."""
_LEAST_MS = 80
"""No cue shortens a pause below this."""
_MARKS = " \t\n\"'"
"""Blanks and straightened quotation marks."""
_SPEAKING = 0.75
"""Share of an audiobook that is speech: words a minute while speaking are the finished rate divided by it."""
_CALIBRATION = (0.7, 1.4)


def _opens_with(chapter: ScriptChapter, book: str) -> bool:
    """Whether the text itself begins with the chapter's title, as when a book without any is named after its opening.

    A short title must be the whole first sentence, letter by letter; a single word must be the book's title too.
    """
    first = next(chapter.lines(), None)
    title = " ".join(chapter.title.removesuffix(_CUT).split())
    words = re.findall(r"\w+", title.casefold())
    if first is None or not words:
        return False
    text = re.sub(r"^[\W_]+", "", " ".join(first.text.split()))
    said = re.findall(r"\w+", text.casefold())
    if len(words) >= _TELLING_WORDS and said[: len(words)] == words:
        return True
    if not text.startswith(title):
        return False
    if len(title) >= _TELLING_LETTERS and title != chapter.title:
        return True
    return bool(_ENDED.match(text, len(title))) and (len(words) > 1 or chapter.title == book)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A stretch of a line that becomes one utterance."""

    start: int
    end: int
    boundary: pauses.Boundary | None = None
    """Where the line goes on; None at its end."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a line stands in its chapter, see `Passage`."""

    paragraph: int
    scene: int
    line: int


@dataclass(frozen=True, slots=True)
class _Draft:
    """A passage before its pauses are known."""

    passage: Passage
    line: Line
    resolved: Resolved
    boundary: pauses.Boundary | None
    """Behind it within its line; None at the line's end."""
    opens: bool
    """It opens its line."""
    pace: float
    """Rate that pauses follow: the voice's calibration is left out."""
    resumes: bool = False
    """Its line goes on with what its speaker said before the narration between."""
    silence_ms: int = 0
    """Of the lines behind it that have nothing to say."""


def plan(script: Script, settings: Settings, lexicon: Lexicon = EMPTY, voices: tuple[VoiceInfo, ...] = ()) -> Plan:
    """Cut every line into sentences and decide how each is said.

    Editing one line changes only its own utterances and the pauses beside it.

    Args:
        script: What is to be recorded.
        settings: Cues, pauses, spoken form and what is announced.
        lexicon: Settled pronunciations.
        voices: What is installed; their measured rates serve ``settings.words_per_minute``.

    Raises:
        ScriptError: a speaker has no voice.
    """
    planner = _Planner(script, settings, lexicon, voices)
    chapters = (planner.chapter(number, chapter) for number, chapter in enumerate(script.chapters, 1))
    return Plan(script.metadata, tuple(chapters))


class _Planner:
    """Holds what stays the same through a book."""

    def __init__(self, script: Script, settings: Settings, lexicon: Lexicon, voices: tuple[VoiceInfo, ...]) -> None:
        self.settings = settings
        self.lexicon = lexicon
        self.language = script.metadata.language
        self.title = script.metadata.title
        self.book = pauses.identity((script.metadata.title, script.metadata.author))
        self.cast = dict(script.cast)
        self.bare = {speaker: Voice(voice.engine, voice.name) for speaker, voice in script.cast}
        """Voices without their offsets, one value for all lines of a speaker."""
        self.pace = {voice.address: _calibration(voice, settings.words_per_minute) for voice in voices}

    def chapter(self, number: int, chapter: ScriptChapter) -> ChapterPlan:
        """Plan one chapter."""
        drafts: list[_Draft] = []
        for draft in self._drafts(chapter):
            if not _is_silent(draft):
                drafts.append(draft)
            elif drafts:
                drafts[-1] = replace(drafts[-1], silence_ms=drafts[-1].silence_ms + self._silence(draft.line))
        identity = pauses.identity((self.book, chapter.title))
        passages = tuple(self._passage(drafts, index, identity) for index in range(len(drafts)))
        return ChapterPlan(number, chapter.title, passages, tuple(scene.title for scene in chapter.scenes))

    def _drafts(self, chapter: ScriptChapter) -> Iterator[_Draft]:
        """Yield the chapter's passages in order, pauses left open."""
        if not _opens_with(chapter, self.title):
            yield from self._heading(chapter, 0)
        paragraph_number = line_number = 0
        for scene_number, scene in enumerate(chapter.scenes):
            yield from self._heading(scene, scene_number)
            for paragraph in scene.paragraphs:
                said_by: str | None = None
                for line in paragraph.lines:
                    place = _Place(paragraph_number, scene_number, line_number)
                    yield from self._line(line, place, resumes=line.speaker == said_by)
                    if line.speaker != NARRATOR:
                        said_by = line.speaker
                    line_number += 1
                paragraph_number += 1

    def _silence(self, line: Line) -> int:
        """Return milliseconds for a line without words, such as an answer of three dots."""
        return self.settings.pauses.ellipsis if line.pause_after_ms is None else line.pause_after_ms

    def _heading(self, titled: ScriptChapter | Scene, scene: int) -> Iterator[_Draft]:
        if not (self.settings.spoken.announce_chapters and speakable(titled.title)):
            return
        line = Line(NARRATOR, titled.title, overrides=titled.title_overrides)
        whole = _Piece(0, len(titled.title))
        yield self._draft(line, whole, _Place(-1, scene, -1), self._resolved(line), resumes=False)

    def _line(self, line: Line, place: _Place, *, resumes: bool) -> Iterator[_Draft]:
        how = self._resolved(line)
        for piece in _pieces(line, self.language):
            yield self._draft(line, piece, place, how, resumes=resumes)

    def _draft(self, line: Line, piece: _Piece, place: _Place, how: tuple[Resolved, float], *, resumes: bool) -> _Draft:
        resolved, pace = how
        written = line.text[piece.start : piece.end]
        overrides = _shifted(line.overrides, piece)
        spoken = _unquoted(
            say(
                written,
                language=self.language,
                settings=self.settings.spoken,
                lexicon=self.lexicon,
                overrides=overrides,
                heading=place.line < 0,
            )
        )
        shown = written.strip()
        text = shown if spoken.text == shown else spoken.text  # mostly the same: a book's words are kept only once
        voice = self._voice(self.bare, line.speaker)
        utterance = Utterance(text, self.language, voice, resolved.delivery, spoken.phonemes, spoken.foreign)
        passage = Passage(
            shown, line.speaker, utterance, resolved.gain_db,
            paragraph=place.paragraph, scene=place.scene, line=place.line, foreign=_foreign(overrides, written),
        )  # fmt: skip
        return _Draft(passage, line, resolved, piece.boundary, opens=piece.start == 0, pace=pace, resumes=resumes)

    def _resolved(self, line: Line) -> tuple[Resolved, float]:
        """Return how a line is said, and the rate that its pauses follow."""
        voice = self._voice(self.cast, line.speaker)
        calibration = self.pace.get(voice.address, 1.0)
        resolved = resolve(line.cues, replace(voice, rate=voice.rate * calibration), self.settings)
        return resolved, resolved.delivery.rate / calibration

    def _voice(self, voices: Mapping[str, Voice], speaker: str) -> Voice:
        voice = voices.get(speaker)
        if voice is None and speaker == UNKNOWN:
            voice = voices.get(NARRATOR)
        if voice is None:
            near = difflib.get_close_matches(speaker, self.cast, n=1)
            meant = f'Did you mean "{near[0]}"? Else add' if near else "Add"
            raise ScriptError(
                f"{speaker} has no voice", place="[cast]", remedy=f'{meant} "{speaker}" = "ENGINE:NAME" under [cast]'
            )
        return voice

    def _passage(self, drafts: list[_Draft], index: int, chapter: str) -> Passage:
        """Give a passage its pauses."""
        draft = drafts[index]
        before = max(draft.resolved.before_ms, 0) if index == 0 else 0
        if draft.boundary is None and draft.line.pause_after_ms is not None:
            after = draft.line.pause_after_ms + draft.silence_ms
        elif index + 1 == len(drafts):
            after = 0  # the tail belongs to the delivery standard
        else:
            after = self._after(draft, drafts[index + 1], chapter)
        return replace(draft.passage, pause_before_ms=before, pause_after_ms=after)

    def _after(self, draft: _Draft, following: _Draft, chapter: str) -> int:
        words = draft.passage.written
        context = pauses.Context(pauses.identity((chapter, words)), len(words.split()), draft.pace)
        ms = pauses.pause_ms(_boundary(draft, following), context, self.settings.pauses, self.settings.record.seed)
        cues = draft.resolved.after_ms if draft.boundary is None else 0
        cues += following.resolved.before_ms if following.opens else 0
        return max(ms + min(max(cues, -_CUE_SPREAD_MS), _CUE_SPREAD_MS), min(ms, _LEAST_MS)) + draft.silence_ms


def _is_silent(draft: _Draft) -> bool:
    return not (speakable(draft.passage.utterance.text) or draft.passage.utterance.phonemes)


def _boundary(draft: _Draft, following: _Draft) -> pauses.Boundary:
    if draft.boundary is not None:
        return draft.boundary
    here, there = draft.passage, following.passage
    if there.paragraph < 0:
        return "heading" if here.paragraph < 0 else "scene"
    if here.paragraph < 0:
        return "heading"
    if here.scene != there.scene:
        return "scene"
    return pauses.after_line(
        draft.line, following.line, resumes=following.resumes, new_paragraph=here.paragraph != there.paragraph
    )


def _pieces(line: Line, language: str) -> Iterator[_Piece]:
    """Cut a line into utterances that cover it without a gap."""
    ranges = _joined(line, _whole_overrides(line, list(sentences(line.text, language))))
    for start, end in ranges:
        last = end == ranges[-1][1]
        parts = _clauses(line, start, end)
        for at, (first, past) in enumerate(parts):
            if at + 1 < len(parts):
                yield _Piece(first, past, pauses.cut(line.text[first:past]))
            else:
                speech = line.speaker != NARRATOR
                yield _Piece(first, past, None if last else pauses.inside_line(line.text[first:past], speech=speech))


def _clauses(line: Line, start: int, end: int) -> list[tuple[int, int]]:
    parts = [(start + first, start + past) for first, past in clauses(line.text[start:end], LONGEST)]
    return _merged(line, _whole_overrides(line, parts), lambda text: not speakable(text), LONGEST)


def _joined(line: Line, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join what sounds wrong alone: marks without words to any neighbour, one word to a short one."""
    ranges = _merged(line, ranges, lambda text: not speakable(text), len(line.text))
    return _merged(line, ranges, _is_short, _JOINED)


def _is_short(text: str) -> bool:
    return len(text.split()) == 1 and pauses.inside_line(text, speech=False) != "ellipsis_inside"


def _merged(
    line: Line, ranges: list[tuple[int, int]], small: Callable[[str], bool], limit: int
) -> list[tuple[int, int]]:
    """Join every small range to the next one, the last to the one before, where the sum stays within ``limit``."""
    merged: list[tuple[int, int]] = []
    carried = False
    for index, (start, end) in enumerate(ranges):
        is_small = small(line.text[start:end])
        join = carried or (is_small and index + 1 == len(ranges))
        if merged and join and end - merged[-1][0] <= limit:
            merged[-1] = (merged[-1][0], end)
        else:
            merged.append((start, end))
        carried = is_small
    return merged


def _whole_overrides(line: Line, ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Undo every cut that falls inside an override; a piece in another language may have many sentences."""
    held = [override for override in line.overrides if not override.language]
    whole: list[tuple[int, int]] = []
    for start, end in ranges:
        if whole and any(override.start < start < override.end for override in held):
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return whole


def _shifted(overrides: tuple[Override, ...], piece: _Piece) -> tuple[Override, ...]:
    """Return the overrides inside a piece, counted from its start; of one that goes on beyond it, its share."""
    return tuple(
        Override(
            max(override.start, piece.start) - piece.start, min(override.end, piece.end) - piece.start, override.spoken
        )
        for override in overrides
        if override.start < piece.end and piece.start < override.end
    )


def _foreign(overrides: tuple[Override, ...], written: str) -> tuple[tuple[int, int, str], ...]:
    """Return the pieces of a text in other languages, counted as if it had no blanks at its ends."""
    lead, length = len(written) - len(written.lstrip()), len(written.strip())
    return tuple(
        (max(override.start - lead, 0), min(override.end - lead, length), override.language)
        for override in overrides
        if override.language and written[override.start : override.end].strip()
    )


def _unquoted(spoken: Spoken) -> Spoken:
    """Take quotation marks off both ends: some engines voice them (Kokoro's ``!`` plus closing quote)."""
    text = spoken.text
    past = len(text.rstrip(_MARKS))
    if text[past:].lstrip()[:1] == "'" and text[past - 1 : past].isalnum():
        past += 1  # an apostrophe that closes a word: dogs', goin'
    start = len(text) - len(text.lstrip(_MARKS))
    if "'" in text[:start] and text[start : start + 1].isalnum() and "'" not in text[past:]:
        start = text.rindex("'", 0, start)  # 'Tis
    phonemes = tuple(
        (first - start, end - start, ipa) for first, end, ipa in spoken.phonemes if start <= first and end <= past
    )
    foreign = tuple(
        (max(first, start) - start, min(end, past) - start, language)
        for first, end, language in spoken.foreign
        if first < past and start < end
    )
    return Spoken(text[start:past], phonemes, foreign)


def _calibration(voice: VoiceInfo, words_per_minute: int) -> float:
    """Return the factor that brings a voice to the rate asked for; 1 where either is not known."""
    if not (words_per_minute and voice.words_per_minute):
        return 1.0
    factor = words_per_minute / _SPEAKING / voice.words_per_minute
    return min(max(factor, _CALIBRATION[0]), _CALIBRATION[1])
