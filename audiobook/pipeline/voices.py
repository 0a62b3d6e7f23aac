"""Voices of a finished script under other settings: ``--voice``, ``--cast`` and ``--engine`` on a .script."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping

from audiobook import prosody
from audiobook.audio import Plan
from audiobook.engines import ENGINES, all_voices, best_engine, device, find_voice, more_voices, open_engine
from audiobook.engines.base import Engine, base_language, fitting
from audiobook.errors import VoiceError
from audiobook.script import NARRATOR, Delivery, Script, Voice
from audiobook.settings import Settings

__all__ = [
    "accent",
    "better_voices",
    "device_complaint",
    "recast",
    "require_voices",
    "resolve_engine",
    "unhonoured",
]


def resolve_engine(settings: Settings, language: str = "") -> Settings:
    """Replace engine ``auto`` by that of the narrator's voice, else by the best one that speaks a language.

    Raises:
        VoiceError: no installed voice speaks it.
        EngineError: no engine is installed.
    """
    if settings.engine != "auto":
        return settings
    named = settings.voice.partition(":")[0]
    return dataclasses.replace(settings, engine=named or best_engine(language))


def better_voices(settings: Settings, language: str) -> tuple[str, ...]:
    """Say how to get a natural voice of a language where only a robotic one speaks it."""
    remedy = "" if settings.voice or settings.engine != "pyttsx3" else more_voices(language)
    return (f"no natural voice of the language {language!r} is installed. {remedy}",) if remedy else ()


def recast(script: Script, settings: Settings) -> Script:
    """Apply the narrator's voice, the cast and the engine of ``settings`` to a script's cast.

    Voices of another engine than ``settings.engine`` give way only when that was chosen on purpose (is not ``auto``):
    the narrator gets its best voice of the book's language, each other speaker another one, of the same gender where
    that is known, offsets as they were.
    """
    cast = dict(script.cast)
    if settings.engine != "auto":
        cast.setdefault(NARRATOR, Voice(settings.engine, ""))
        cast = _on_engine(cast, settings.engine, script.metadata.language)
    elif NARRATOR not in cast:
        engine = resolve_engine(settings, script.metadata.language).engine
        cast[NARRATOR] = Voice(engine, fitting(all_voices(engine), script.metadata.language)[0].name)
    if settings.voice:
        cast[NARRATOR] = Voice.parse(settings.voice)
    cast |= {speaker: Voice.parse(address) for speaker, address in settings.cast}
    if settings.adapt.voices == "one":
        cast = dict.fromkeys(cast, cast[NARRATOR])
    narrator = cast.pop(NARRATOR)
    return dataclasses.replace(script, cast=((NARRATOR, narrator), *cast.items()))


def _on_engine(cast: Mapping[str, Voice], engine: str, language: str) -> dict[str, Voice]:
    genders = {info.address: info.gender for info in all_voices()}
    ours = fitting(all_voices(engine), language)
    given: dict[str, Voice] = {}
    for speaker in sorted(cast, key=lambda name: name != NARRATOR):
        voice = cast[speaker]
        if voice.engine != engine or not voice.name:
            gender = genders.get(voice.address, "unknown")
            alike = [info.name for info in ours if gender in {info.gender, "unknown"}]
            names = alike or [info.name for info in ours]
            taken = Counter(other.name for other in given.values())
            voice = dataclasses.replace(voice, engine=engine, name=min(names, key=lambda name: taken[name]))
        given[speaker] = voice
    return given


def require_voices(cast: Iterable[tuple[str, Voice]], language: str = "") -> int:
    """Return the highest sample rate, in hertz, of the voices of speakers; loads no model.

    Args:
        cast: speakers and their voices.
        language: of the text they are to say; empty is any.

    Raises:
        VoiceError: an engine does not have one of the voices, or it cannot say text in the language.
        EngineError: an engine is not installed.
    """
    rates: list[int] = []
    pairs = tuple(cast)
    for name in dict.fromkeys(voice.engine for _speaker, voice in pairs):
        engine = open_engine(name)
        try:
            for speaker, voice in pairs:
                if voice.engine == name:
                    rates.append(_rate(engine, voice, language, "" if speaker == NARRATOR else speaker))
        finally:
            engine.close()
    return max(rates)


def _rate(engine: Engine, voice: Voice, language: str, speaker: str) -> int:
    try:
        readable = not language or engine.describe(voice.name).can_read(language)
        rate = engine.sample_rate(voice.name)
    except VoiceError as error:
        raise VoiceError(error.message, place=error.place or speaker, remedy=error.remedy) from error
    if not readable:
        raise VoiceError(
            f"{voice.address} cannot say text in the language {language!r}",
            place=speaker,
            remedy=f"See: audiobook voices --language {base_language(language)}",
        )
    return rate


def accent(narrator: Voice, language: str) -> tuple[str, ...]:
    """Warn of a narrator whose voice belongs to another language than the text; empty when it fits."""
    info = find_voice(narrator.address)
    if not info.language or info.engine == "silent" or base_language(info.language) == base_language(language):
        return ()
    facts = f"the text is taken for {language!r}, the narrator's voice {narrator.address} is {info.language!r}"
    return (f"{facts}; if the first is wrong, use --language {base_language(info.language)}",)


def device_complaint(engines: Iterable[str], wanted: str) -> str:
    """Say why the device ``wanted`` is not used by those of ``engines`` that could run on one; empty when it is."""
    return device.complaint(wanted) if any(name in ENGINES and ENGINES[name].devices for name in engines) else ""


def unhonoured(plan: Plan, wanted: str) -> tuple[str, ...]:
    """Say once for each engine what of the delivery it cannot do here, and of the device ``wanted``.

    Loads no model.
    """
    asked: dict[str, dict[Delivery, None]] = {}
    for chapter in plan.chapters:
        for passage in chapter.passages:
            asked.setdefault(passage.utterance.voice.engine, {})[passage.utterance.delivery] = None
    messages = [message] if (message := device_complaint(asked, wanted)) else []
    for name, deliveries in asked.items():
        engine = open_engine(name)
        try:
            left = sorted({field for delivery in deliveries for field in prosody.unhonoured(engine, delivery)})
        finally:
            engine.close()
        if left:
            messages.append(f"engine {name} cannot change {', '.join(left)} here; these lines are spoken without it")
    return tuple(messages)
