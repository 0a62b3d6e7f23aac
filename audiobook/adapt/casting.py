"""A voice for everybody: distinct where people meet, shared where they do not."""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from audiobook.adapt.marked import Age, MarkedBook, Person, Sex
from audiobook.engines.base import VoiceInfo, fitting
from audiobook.errors import SettingsError, VoiceError
from audiobook.script import NARRATOR, UNKNOWN, Voice
from audiobook.settings import Settings

__all__ = ["Cast", "are_alike", "cast_voices"]

Cast = tuple[tuple[str, Voice], ...]

OFFSETS: tuple[tuple[float, float, float], ...] = (
    # pitch in semitones, rate, timbre
    (0.0, 1.0, 1.0), (-1.2, 0.97, 0.97), (1.2, 1.03, 1.03), (-0.6, 1.05, 0.98), (0.7, 0.95, 1.02),
    (1.5, 1.0, 1.04), (-1.5, 1.02, 0.96), (1.5, 0.95, 1.01), (-1.5, 0.95, 0.99), (0.2, 1.05, 1.04),
    (-0.2, 0.95, 0.96), (1.3, 1.05, 1.0), (0.6, 1.0, 0.97), (-0.7, 1.0, 1.03),
)  # fmt: skip
"""What makes several characters of one voice, within +-1.5 semitones, +-5 % rate and +-4 % formants."""

_FEW = 4
"""Voices of one sex below which offsets make more of them."""
_MOST = 32
"""Voices that are considered, the engine's best; more would only make choosing slow."""
_STEPS = (1.2, 0.04, 0.03)
"""Differences of pitch, rate and timbre that are each heard as another voice."""
_ALIKE = 1.5
_LITTLE = 0.6
"""What another accent of the same synthesizer counts."""
_ANOTHER = 2.0
"""What another voice counts."""

_SEX_FITS, _SEX_WRONG = 4.0, -8.0
_IN_SCENE = -12.0
"""For each voice heard in the same scenes that is too alike."""
_OF_MAIN, _MINOR_OF_MAIN = -3.0, -1.0
"""For a voice like a main character's, wherever that one is heard; a minor character may rather sound like one
than like the other sex."""
_LIGHTNESS = 1.5
_REGION = 0.7
_RANK = 0.15
"""Loss for each better voice before it in the engine's list."""
_RANK_MOST = 3.0
_OFFSET_COST = 0.4


@dataclass(frozen=True, slots=True)
class _Slot:
    """A voice that may be given, and what is known of it."""

    voice: Voice
    sex: Sex
    rank: int
    same_region: bool


@dataclass(slots=True)
class _Heard:
    """Who speaks how much, where, in reading order."""

    words: Counter[str] = field(default_factory=Counter)
    scenes: dict[str, set[int]] = field(default_factory=dict)


def cast_voices(marked: MarkedBook, settings: Settings, voices: tuple[VoiceInfo, ...], *, earlier: Cast = ()) -> Cast:
    """Give everybody who speaks a voice: the narrator first, then by first appearance.

    ``settings.cast`` wins over ``earlier``, which wins over choosing. A first-person narrator keeps the
    narrator's voice as a character. With ``adapt.voices = one`` everybody has it.

    Args:
        marked: Who says what.
        settings: ``engine`` is the name of an engine that is there.
        voices: What is installed, best first.
        earlier: The cast of an earlier book of the series.

    Raises:
        VoiceError: the engine has no voice and none is named.
        SettingsError: a voice of the settings is not ENGINE:NAME.
    """
    heard = _listen(marked)
    people = {person.name: person for person in marked.people}
    fixed = _fixed(people, settings, earlier)
    hero = next((person for person in marked.people if person.is_narrator), None)
    narrator = fixed.get(NARRATOR) or _narrator(hero, marked.book.metadata.language, settings, voices)
    speakers = [name for name in heard.words if name != NARRATOR]
    if settings.adapt.voices == "one":
        return ((NARRATOR, narrator), *((name, narrator) for name in speakers))
    given = {name: voice for name, voice in fixed.items() if name in heard.words} | {NARRATOR: narrator}
    if hero is not None:
        given.setdefault(hero.name, narrator)
    given.setdefault(UNKNOWN, narrator)
    chooser = _Chooser(_slots(settings, voices, narrator, marked.book.metadata.language), heard, given)
    by_words = sorted((name for name in speakers if name not in given), key=lambda name: -heard.words[name])
    main = settings.adapt.main_voices
    for place, name in enumerate(by_words):
        given[name] = chooser.choose(people.get(name, Person(name)), main=place < main)
    return ((NARRATOR, narrator), *((name, given[name]) for name in speakers))


def are_alike(one: Voice, other: Voice) -> bool:
    """Tell whether a listener would take two voices for one person."""
    return _distance(one, other) < _ALIKE


@lru_cache(maxsize=1 << 16)
def _distance(one: Voice, other: Voice) -> float:
    offsets = (abs(one.pitch - other.pitch), abs(one.rate - other.rate), abs(one.timbre - other.timbre))
    distance = sum(offset / step for offset, step in zip(offsets, _STEPS, strict=True))
    if one.address != other.address:
        distance += _LITTLE if _is_accent(one, other) else _ANOTHER
    return distance


def _is_accent(one: Voice, other: Voice) -> bool:
    """Tell whether two voices are one eSpeak variant in two accents: ``gmw/en-gb+f3`` and ``gmw/en-us+f3``."""
    same_kind = one.engine == other.engine and "/" in one.name and "/" in other.name
    return same_kind and one.name.partition("+")[2] == other.name.partition("+")[2]


class _Chooser:
    """Gives out voices one by one and remembers who was heard where."""

    def __init__(self, slots: tuple[_Slot, ...], heard: _Heard, given: Mapping[str, Voice]) -> None:
        self.slots = slots
        self.heard = heard
        self.narrator = given[NARRATOR]
        self.in_scene: dict[int, set[Voice]] = {}
        self.of_main: set[Voice] = set()
        for name, voice in given.items():
            self._note(name, voice, main=name not in {NARRATOR, UNKNOWN})

    def choose(self, person: Person, *, main: bool) -> Voice:
        """Choose the voice that fits best; of equals the first in the list."""
        near: set[Voice] = {self.narrator}
        for scene in self.heard.scenes[person.name]:
            near |= self.in_scene.get(scene, set())
        of_main = _OF_MAIN if main else _MINOR_OF_MAIN
        best = max(self.slots, key=lambda slot: self._score(slot, person, near, of_main))
        self._note(person.name, best.voice, main=main)
        return best.voice

    def _score(self, slot: _Slot, person: Person, near: Iterable[Voice], of_main: float) -> float:
        score = -min(slot.rank * _RANK, _RANK_MOST) + (_REGION if slot.same_region else 0.0)
        if person.sex != "unknown" and slot.sex != "unknown":
            score += _SEX_FITS if slot.sex == person.sex else _SEX_WRONG
        score -= _LIGHTNESS * abs(_lightness(slot.voice) - _wanted_lightness(person, slot.sex))
        score -= _OFFSET_COST * _distance(slot.voice, Voice(slot.voice.engine, slot.voice.name))
        score += _IN_SCENE * sum(are_alike(slot.voice, voice) for voice in near)
        return score + of_main * sum(are_alike(slot.voice, voice) for voice in self.of_main)

    def _note(self, name: str, voice: Voice, *, main: bool) -> None:
        if main:
            self.of_main.add(voice)
        for scene in self.heard.scenes.get(name, ()):
            self.in_scene.setdefault(scene, set()).add(voice)


def _lightness(voice: Voice) -> float:
    """Return how much lighter, younger or more feminine the offsets make a voice: -2 to 2."""
    return voice.pitch / 1.5 + (voice.timbre - 1) / 0.04


_AGES: dict[Age, float] = {"child": 1.5, "old": -0.7, "adult": 0.0, "unknown": 0.0}


def _wanted_lightness(person: Person, sex: Sex) -> float:
    age = _AGES[person.age]
    if person.sex in {"unknown", sex}:
        return age
    return age + (1.5 if person.sex == "female" else -1.5)


def _listen(marked: MarkedBook) -> _Heard:
    heard = _Heard()
    number = 0
    for chapter in marked.chapters:
        starts = [scene.first for scene in chapter.scenes]
        for piece in chapter.pieces:
            scene = number + bisect.bisect_right(starts, piece.paragraph)
            text = chapter.chapter.paragraphs[piece.paragraph].text[piece.start : piece.end]
            heard.words[piece.speaker] += len(text.split())
            heard.scenes.setdefault(piece.speaker, set()).add(scene)
        number += len(starts) + 1
    return heard


def _fixed(people: Mapping[str, Person], settings: Settings, earlier: Cast) -> dict[str, Voice]:
    """Return the voices that are not ours to choose, by the names of this book."""
    names = {NARRATOR.casefold(): NARRATOR}
    for person in people.values():
        names |= {alias.casefold(): person.name for alias in person.aliases}
    names |= {name.casefold(): name for name in people}
    fixed: dict[str, Voice] = {}
    for name, voice in earlier:
        if name.casefold() in names:
            fixed.setdefault(names[name.casefold()], voice)
    for name, address in settings.cast:
        fixed[names.get(name.casefold(), name)] = _parsed(address, f"cast.{name}")
    if settings.voice:
        fixed[NARRATOR] = _parsed(settings.voice, "voice")
    return fixed


def _parsed(address: str, key: str) -> Voice:
    try:
        return Voice.parse(address)
    except ValueError as error:
        raise SettingsError(str(error), place=key, remedy="See: audiobook voices") from error


def _narrator(hero: Person | None, language: str, settings: Settings, voices: tuple[VoiceInfo, ...]) -> Voice:
    """Choose the engine's best voice of the book's language, of a first-person narrator's sex if there is one."""
    ours = _speaking(voices, settings.engine, language)
    if not ours:
        raise VoiceError(f"engine {settings.engine} has no voice", remedy="See: audiobook doctor")
    fitting = [voice for voice in ours if hero is not None and voice.gender == hero.sex]
    best = (fitting or ours)[0]
    return Voice(best.engine, best.name)


def _speaking(voices: tuple[VoiceInfo, ...], engine: str, language: str) -> tuple[VoiceInfo, ...]:
    """Return the engine's voices of a language, those of its region first; all when there is none."""
    return fitting((voice for voice in voices if voice.engine == engine), language)


def _slots(settings: Settings, voices: tuple[VoiceInfo, ...], narrator: Voice, language: str) -> tuple[_Slot, ...]:
    """List what may be given: plain voices, and variants where there are few."""
    engine = settings.engine if any(voice.engine == settings.engine for voice in voices) else narrator.engine
    ours = _speaking(voices, engine, language)[:_MOST] or (VoiceInfo(narrator.engine, narrator.name, language),)
    home = next((voice.language for voice in ours if voice.address == narrator.address), language)
    sexes = Counter(_sex(voice) for voice in ours)
    few = min(sexes["female"], sexes["male"]) < _FEW
    slots: list[_Slot] = []
    for rank, voice in enumerate(ours):
        same_region = voice.language.lower() == home.lower()
        for pitch, rate, timbre in OFFSETS if few else OFFSETS[:5]:
            varied = replace(Voice(voice.engine, voice.name), pitch=pitch, rate=rate, timbre=timbre)
            slots.append(_Slot(varied, _sex(voice), rank, same_region))
    return tuple(slots)


def _sex(voice: VoiceInfo) -> Sex:
    return voice.gender if voice.gender in {"female", "male"} else "unknown"
