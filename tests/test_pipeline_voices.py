"""Voices of a script under other settings, and what an engine cannot do."""

from __future__ import annotations

import dataclasses

import pytest

from audiobook import prosody
from audiobook.audio import ChapterPlan, Passage, Plan, Utterance
from audiobook.book import Metadata
from audiobook.errors import VoiceError
from audiobook.pipeline.voices import recast, require_voices, unhonoured
from audiobook.script import NARRATOR, Delivery, Script, Voice
from audiobook.settings import AdaptSettings, Settings

SCRIPT = Script(Metadata(title="T"), (("Tom", Voice("piper", "x", rate=0.9)), (NARRATOR, Voice("piper", "x"))), ())


def test_without_choices_a_scripts_own_cast_stays_narrator_first() -> None:
    assert recast(SCRIPT, Settings()).cast == (SCRIPT.cast[1], SCRIPT.cast[0])


def test_another_engine_gives_everyone_a_voice_and_keeps_offsets() -> None:
    cast = dict(recast(SCRIPT, Settings(engine="silent")).cast)
    assert {voice.engine for voice in cast.values()} == {"silent"}
    assert cast[NARRATOR].name != cast["Tom"].name
    assert cast["Tom"].rate == 0.9


def test_chosen_voices_win_and_one_voice_serves_all() -> None:
    chosen = Settings(voice="silent:silent", cast=(("Tom", "silent:silent-alto"),))
    cast = dict(recast(SCRIPT, chosen).cast)
    assert (cast[NARRATOR].name, cast["Tom"].name) == ("silent", "silent-alto")
    one = dict(recast(SCRIPT, dataclasses.replace(chosen, cast=(), adapt=AdaptSettings(voices="one"))).cast)
    assert one["Tom"] == one[NARRATOR] == Voice("silent", "silent")


def test_the_highest_rate_of_the_cast_is_the_books_and_a_missing_voice_is_named() -> None:
    assert require_voices((Voice("silent", "silent"), Voice("piper", "en_US-joe-medium"))) == 24_000
    with pytest.raises(VoiceError, match="en_US-joe-medium"):
        require_voices((Voice("piper", "en_US-jo-medium"),))


def test_what_an_engine_cannot_do_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [Utterance(str(n), "en", Voice("silent", "silent"), Delivery(whisper=1.0)) for n in range(3)]
    passages = tuple(Passage(line.text, NARRATOR, line) for line in lines)
    plan = Plan(Metadata(), (ChapterPlan(1, "", passages),))
    assert unhonoured(plan, "cpu") == ()
    monkeypatch.setattr(prosody, "unhonoured", lambda _engine, _delivery: frozenset({"whisper"}))
    assert unhonoured(plan, "cpu") == ("engine silent cannot change whisper here; these lines are spoken without it",)
