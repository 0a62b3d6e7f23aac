"""Voices of a finished script under other settings: ``--voice``, ``--cast`` and ``--engine`` on a .script."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from audiobook import prosody
from audiobook.audio import Plan
from audiobook.engines import ENGINES, all_voices, best_engine, device, open_engine
from audiobook.script import NARRATOR, Delivery, Script, Voice
from audiobook.settings import Settings

__all__ = ["device_complaint", "recast", "require_voices", "unhonoured"]


def recast(script: Script, settings: Settings) -> Script:
    """Apply the narrator's voice, the cast and the engine of ``settings`` to a script's cast.

    Voices of another engine than ``settings.engine`` give way only when that was chosen on purpose (is not ``auto``):
    the narrator gets its best voice, each other speaker the next one, offsets as they were.
    """
    cast = dict(script.cast)
    if settings.engine != "auto":
        cast.setdefault(NARRATOR, Voice(settings.engine, ""))
        names = [voice.name for voice in all_voices(settings.engine)]
        for number, speaker in enumerate(sorted(cast, key=lambda name: name != NARRATOR)):
            if cast[speaker].engine != settings.engine or not cast[speaker].name:
                name = names[number % len(names)]
                cast[speaker] = dataclasses.replace(cast[speaker], engine=settings.engine, name=name)
    elif NARRATOR not in cast:
        engine = best_engine()
        cast[NARRATOR] = Voice(engine, all_voices(engine)[0].name)
    if settings.voice:
        cast[NARRATOR] = Voice.parse(settings.voice)
    cast |= {speaker: Voice.parse(address) for speaker, address in settings.cast}
    if settings.adapt.voices == "one":
        cast = dict.fromkeys(cast, cast[NARRATOR])
    narrator = cast.pop(NARRATOR)
    return dataclasses.replace(script, cast=((NARRATOR, narrator), *cast.items()))


def require_voices(cast: Iterable[Voice]) -> int:
    """Return the highest sample rate, in hertz, of the voices; loads no model.

    Raises:
        VoiceError: an engine does not have one of the voices.
        EngineError: an engine is not installed.
    """
    rates: dict[Voice, int] = {}
    for engine in dict.fromkeys(voice.engine for voice in cast):
        opened = open_engine(engine)
        try:
            rates |= {voice: opened.sample_rate(voice.name) for voice in cast if voice.engine == engine}
        finally:
            opened.close()
    return max(rates.values())


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
