"""Voices of a script under other settings, and what an engine cannot do."""

from __future__ import annotations

import dataclasses

import pytest

from audiobook import prosody
from audiobook.audio import ChapterPlan, Passage, Plan, Utterance
from audiobook.book import Metadata
from audiobook.engines.base import VoiceInfo
from audiobook.engines.silent import SilentEngine
from audiobook.errors import VoiceError
from audiobook.pipeline.voices import accent, better_voices, recast, require_voices, unhonoured
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
    assert require_voices(((NARRATOR, Voice("silent", "silent")), ("A", Voice("piper", "en_US-joe-medium")))) == 24_000
    with pytest.raises(VoiceError, match=r"Alice: .*en_US-joe-medium"):
        require_voices((("Alice", Voice("piper", "en_US-jo-medium")),))


def test_a_voice_that_cannot_say_the_text_is_refused_before_anything_is_spoken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Each line of a German book was tried five times in Kokoro's voices, and then the build failed.
    info = VoiceInfo("silent", "silent", "ja", reads=("en",))
    monkeypatch.setattr(SilentEngine, "describe", lambda _engine, _voice: info)
    cast = ((NARRATOR, Voice("silent", "silent")),)
    assert require_voices(cast, "en-GB") == 24_000
    with pytest.raises(VoiceError, match=r"cannot say text in the language 'de-AT'.*--language de"):
        require_voices(cast, "de-AT")


def test_another_engine_gives_voices_of_the_books_language_and_of_their_gender() -> None:
    # An Italian script spoken by --engine pyttsx3 got the first voices of the list, which are English.
    cast = (("Zia", Voice("silent", "silent-alto")), (NARRATOR, Voice("silent", "silent-bass")))
    script = Script(Metadata(title="T", language="it"), cast, ())
    given = dict(recast(script, Settings(engine="pyttsx3")).cast)
    assert given[NARRATOR].name == "roa/it"
    assert given["Zia"].name == "roa/it+f2"


def test_a_narrators_accent_is_told_and_a_voice_without_a_language_is_not_judged() -> None:
    joe = Voice("piper", "en_US-joe-medium")
    assert accent(joe, "en-GB") == accent(Voice("silent", "silent"), "fr") == ()
    (message,) = accent(joe, "fr")
    assert "'fr'" in message
    assert "--language en" in message


@pytest.mark.parametrize(
    ("engine", "voice", "told"), [("pyttsx3", "", True), ("pyttsx3", "x:y", False), ("piper", "", False)]
)
def test_a_robotic_voice_is_used_with_a_hint_to_a_natural_one(engine: str, voice: str, told: bool) -> None:
    messages = better_voices(Settings(engine=engine, voice=voice), "de")
    assert ("audiobook voices install piper:de" in " ".join(messages)) is told


def test_what_an_engine_cannot_do_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [Utterance(str(n), "en", Voice("silent", "silent"), Delivery(whisper=1.0)) for n in range(3)]
    passages = tuple(Passage(line.text, NARRATOR, line) for line in lines)
    plan = Plan(Metadata(), (ChapterPlan(1, "", passages),))
    assert unhonoured(plan, "cpu") == ()
    monkeypatch.setattr(prosody, "unhonoured", lambda _engine, _delivery: frozenset({"whisper"}))
    assert unhonoured(plan, "cpu") == ("engine silent cannot change whisper here; these lines are spoken without it",)
