"""Written text to spoken text, with what people have settled by hand put first."""

from __future__ import annotations

import re
from dataclasses import dataclass

from audiobook.script import Override
from audiobook.settings import SpokenSettings
from audiobook.spoken import english, languages, tongues
from audiobook.spoken.clean import FIRST_MARK, LAST_MARK, clean, straighten
from audiobook.spoken.ipa import given
from audiobook.spoken.lexicon import EMPTY, Lexicon
from audiobook.spoken.numbers import digits
from audiobook.spoken.segment import sentences

__all__ = ["Spoken", "normalize", "say"]

_MARK = re.compile(f"[{chr(FIRST_MARK)}-{chr(LAST_MARK)}]")
_MONSTER = re.compile(r"[^\s\u3000-\u9fff\uac00-\ud7af]{400,}")
"""No word and no address is so long: such a token would only keep the rules busy."""
_RUN = re.compile(r"\d+")
_BLOCK = 4000
"""Longer texts are said sentence by sentence, so that time stays proportional to length."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """What an engine is to say."""

    text: str
    """Plain words and punctuation."""
    phonemes: tuple[tuple[int, int, str], ...] = ()
    """Start and end in ``text`` of words whose sound is settled, and their IPA, in order."""
    foreign: tuple[tuple[int, int, str], ...] = ()
    """Start and end in ``text`` of words of another language, and its BCP 47 code, in order."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """A word behind a placeholder."""

    words: str
    ipa: str = ""
    language: str = ""


class _Marks:
    """Placeholders in use while one text is being worked on."""

    def __init__(self) -> None:
        self.settled: list[_Settled] = []

    def put(self, words: str, ipa: str = "", language: str = "") -> str:
        """Settle some words and return the character that stands for them."""
        if FIRST_MARK + len(self.settled) > LAST_MARK:
            return words
        self.settled.append(_Settled(words, ipa, language))
        return chr(FIRST_MARK + len(self.settled) - 1)

    def restore(self, text: str) -> Spoken:
        """Put the words back and note where phonemes are given."""
        pieces: list[str] = []
        phonemes: list[tuple[int, int, str]] = []
        foreign: list[tuple[int, int, str]] = []
        length = last = 0
        for match in _MARK.finditer(text):
            settled = self.settled[ord(match[0]) - FIRST_MARK]
            pieces += [text[last : match.start()], settled.words]
            length += match.start() - last
            if settled.ipa:
                phonemes.append((length, length + len(settled.words), settled.ipa))
            if settled.language:
                foreign.append((length, length + len(settled.words), settled.language))
            length += len(settled.words)
            last = match.end()
        pieces.append(text[last:])
        return Spoken("".join(pieces), tuple(phonemes), tuple(foreign))


def say(
    text: str,
    *,
    language: str,
    settings: SpokenSettings,
    lexicon: Lexicon = EMPTY,
    overrides: tuple[Override, ...] = (),
    heading: bool = False,
) -> Spoken:
    """Turn written text into what is said.

    Args:
        text: One line of a script, a sentence or a paragraph.
        language: BCP 47 code; English has rules of its own, other languages have their numbers said.
        settings: What to do with emoji, web addresses and other languages, and whether to normalize at all.
        lexicon: Settled pronunciations; overrides are stronger.
        overrides: ``{written|spoken}`` pieces, offsets into ``text``; a piece in another language is said by the
            rules of that language.
        heading: Whether the text is a chapter's title, where Roman numerals are numbers.

    Returns:
        Plain words with punctuation, free of anything that an engine takes for a command.
    """
    marks = _Marks()
    text = straighten(text)
    for override in sorted(overrides, key=lambda item: item.start, reverse=True):
        said = _overridden(text[override.start : override.end], override, language, settings, lexicon, marks)
        text = text[: override.start] + said + text[override.end :]
    text = clean(text)
    for start, end, entry in reversed(lexicon.find(text, language)):
        mark = marks.put(text[start:end] if entry.ipa else clean(straighten(entry.spoken)), entry.ipa)
        text = text[:start] + mark + text[end:]
    if settings.normalize:
        text = _MONSTER.sub(lambda match: marks.put(_figures(match[0])), text)
        text = "".join(_speak(block, language, settings, marks, heading=heading) for block in _blocks(text, language))
    return marks.restore(text)


def _overridden(
    written: str, override: Override, language: str, settings: SpokenSettings, lexicon: Lexicon, marks: _Marks
) -> str:
    """Settle the words of an override; what is in the text's own language after all stays as it is."""
    if override.language:
        if settings.foreign == "plain" or tongues.base(override.language) == tongues.base(language):
            return written
        return _foreign(written, override.language, settings, lexicon, marks)
    ipa = given(override.spoken)
    return marks.put(clean(written), ipa) if ipa else marks.put(clean(straighten(override.spoken.strip())))


def _foreign(written: str, language: str, settings: SpokenSettings, lexicon: Lexicon, marks: _Marks) -> str:
    """Settle a piece in another language; words in it whose sound is given stay words of their own."""
    spoken = say(written, language=language, settings=settings, lexicon=lexicon)
    pieces: list[str] = []
    at = 0
    for start, end, ipa in (*spoken.phonemes, (len(spoken.text), len(spoken.text), "")):
        if spoken.text[at:start]:
            pieces.append(marks.put(spoken.text[at:start], language=language))
        if ipa:
            pieces.append(marks.put(spoken.text[start:end], ipa))
        at = end
    return "".join(pieces)


def _figures(token: str) -> str:
    """Say the figures of a token that is no word of any language, one by one."""
    return _RUN.sub(lambda match: f" {digits(match[0])} ", token) if any(map(str.isdigit, token)) else token


def _blocks(text: str, language: str) -> list[str]:
    if len(text) <= _BLOCK:
        return [text]
    pieces = [text[start:end] for start, end in sentences(text, language)]
    return [piece[at : at + _BLOCK] for piece in pieces for at in range(0, len(piece), _BLOCK)]


def _speak(text: str, language: str, settings: SpokenSettings, marks: _Marks, *, heading: bool) -> str:
    if language.lower().replace("_", "-").split("-")[0] == "en":
        return english.speak(text, settings, marks.put, heading=heading, british=language.lower().endswith("gb"))
    return languages.speak(text, language, settings)


def normalize(
    text: str,
    language: str = "en",
    *,
    settings: SpokenSettings | None = None,
    lexicon: Lexicon = EMPTY,
    heading: bool = False,
) -> str:
    """Say one written sentence in words: ``say`` without the phonemes."""
    return say(text, language=language, settings=settings or SpokenSettings(), lexicon=lexicon, heading=heading).text
