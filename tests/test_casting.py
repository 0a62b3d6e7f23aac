"""Voices are distinct where people meet, fit sex and age, and obey the user."""

from __future__ import annotations

import dataclasses

import pytest

from audiobook.adapt.casting import are_alike, cast_voices
from audiobook.adapt.castlist import cast_warnings, merge, set_voice, speakers, voice_conflicts
from audiobook.adapt.marked import Age, MarkedBook, MarkedChapter, Person, Piece, SceneSpan, Sex
from audiobook.book import Book, Chapter, Metadata, Paragraph
from audiobook.engines.base import Gender, VoiceInfo
from audiobook.errors import ScriptError, SettingsError, UsageError, VoiceError
from audiobook.script import NARRATOR, UNKNOWN, Line, Scene, Script, ScriptChapter, ScriptParagraph, Voice
from audiobook.scriptfile import format_script, parse_script
from audiobook.settings import AdaptSettings, Settings

MANY = tuple(
    VoiceInfo("choir", f"{gender}{number}", "en-US" if number % 2 else "en-GB", gender)
    for number in range(6)
    for gender in ("female", "male")
)
ONE = (VoiceInfo("solo", "joe", "en-US", "male"),)
CHOIR = Settings(engine="choir")
SOLO = Settings(engine="solo")


def person(name: str, sex: Sex = "unknown", age: Age = "adult", *, narrates: bool = False) -> Person:
    return Person(name, (f"Old {name}",), sex, age, narrates)


def book_of(people: tuple[Person, ...], *scenes: str, language: str = "en") -> MarkedBook:
    """Make a book of one chapter; each scene is a row of speakers, each saying a sentence."""
    paragraphs: list[Paragraph] = []
    spans: list[SceneSpan] = []
    pieces: list[Piece] = []
    for scene in scenes:
        first = len(paragraphs)
        for name in scene.split():
            text = "Some words are said here."
            kind = "narration" if name == NARRATOR else "speech"
            pieces.append(Piece(len(paragraphs), 0, len(text), name, kind))  # type: ignore[arg-type]
            paragraphs.append(Paragraph(text))
        spans.append(SceneSpan(first, len(paragraphs)))
    chapter = Chapter("One", tuple(paragraphs))
    marked = MarkedChapter(chapter, tuple(spans), tuple(pieces))
    return MarkedBook(Book(Metadata(language=language), (chapter,)), people, (marked,))


def genders(cast: tuple[tuple[str, Voice], ...]) -> dict[str, Gender]:
    known = {voice.name: voice.gender for voice in MANY}
    return {name: known[voice.name] for name, voice in cast}


def test_the_narrator_has_the_best_voice_and_comes_first() -> None:
    cast = cast_voices(book_of((person("Bo"), person("Ada")), "NARRATOR Ada Bo Bo"), CHOIR, MANY)
    assert [name for name, _ in cast] == [NARRATOR, "Ada", "Bo"]
    assert cast[0][1] == Voice("choir", "female0")


def test_voices_fit_the_sex_of_their_characters() -> None:
    people = (person("Ada", "female"), person("Bo", "male"), person("Cy", "male"), person("Di", "female"))
    cast = cast_voices(book_of(people, "NARRATOR Ada Bo Cy Di"), CHOIR, MANY)
    assert genders(cast[1:]) == {"Ada": "female", "Bo": "male", "Cy": "male", "Di": "female"}
    assert len({voice.name for _, voice in cast}) == 5


@pytest.mark.parametrize(("settings", "voices"), [(CHOIR, MANY), (SOLO, ONE)])
def test_nobody_in_a_scene_sounds_like_another(settings: Settings, voices: tuple[VoiceInfo, ...]) -> None:
    sexes: dict[str, Sex] = {"Ada": "female", "Bo": "male", "Cy": "male", "Di": "female"}
    people = tuple(person(name, sex) for name, sex in sexes.items())
    cast = cast_voices(book_of(people, "NARRATOR Ada Bo Cy Di"), settings, voices)
    used = [voice for _, voice in cast]
    assert not any(are_alike(a, b) for at, a in enumerate(used) for b in used[:at])


def test_variants_of_one_voice_stay_natural() -> None:
    people = tuple(person(f"P{number}") for number in range(20))
    cast = cast_voices(book_of(people, " ".join(p.name for p in people)), SOLO, ONE)
    for _, voice in cast:
        assert abs(voice.pitch) <= 1.5
        assert abs(voice.rate - 1) <= 0.0501
        assert abs(voice.timbre - 1) <= 0.0401


def test_a_woman_and_a_child_are_lighter_than_a_man_in_one_male_voice() -> None:
    people = (person("Ada", "female"), person("Bo", "male"), person("Kid", "male", "child"))
    cast = dict(cast_voices(book_of(people, "NARRATOR Ada Bo Kid"), SOLO, ONE))
    assert cast["Ada"].pitch > cast["Bo"].pitch
    assert cast["Kid"].pitch > cast["Bo"].pitch


def test_minor_characters_who_never_meet_share_a_voice() -> None:
    people = tuple(person(f"P{number}", "male") for number in range(30))
    scenes = [f"NARRATOR Hero Hero {p.name}" for p in people]
    settings = dataclasses.replace(CHOIR, adapt=AdaptSettings(main_voices=1))
    cast = dict(cast_voices(book_of((person("Hero", "male"), *people), *scenes), settings, MANY))
    minors = {cast[p.name] for p in people}
    assert len(minors) == 1
    assert cast["Hero"] not in minors


def test_a_first_person_narrator_keeps_one_voice() -> None:
    people = (person("Jane", "female", narrates=True), person("Bo", "male"))
    voices = (VoiceInfo("choir", "bass", "en", "male"), *MANY)
    cast = dict(cast_voices(book_of(people, "NARRATOR Jane Bo"), CHOIR, voices))
    assert cast["Jane"] == cast[NARRATOR] == Voice("choir", "female0")


def test_lines_of_nobody_known_are_read_by_the_narrator() -> None:
    cast = dict(cast_voices(book_of((), f"NARRATOR {UNKNOWN}"), CHOIR, MANY))
    assert cast[UNKNOWN] == cast[NARRATOR]


def test_the_users_choices_win_over_a_series_and_a_series_over_ours() -> None:
    people = (person("Ada", "female"), person("Bo", "male"), person("Cy", "male"))
    settings = dataclasses.replace(CHOIR, voice="choir:male3", cast=(("old ada", "choir:female5"),))
    earlier = (
        (NARRATOR, Voice("choir", "male1")),
        ("Ada", Voice("choir", "female1")),
        ("Bo", Voice("other", "bo", pitch=-1.0)),
        ("Zed", Voice("choir", "male2")),
    )
    cast = dict(cast_voices(book_of(people, "NARRATOR Ada Bo Cy"), settings, MANY, earlier=earlier))
    assert cast[NARRATOR].name == "male3"
    assert cast["Ada"].name == "female5"
    assert cast["Bo"] == Voice("other", "bo", pitch=-1.0)
    assert cast["Cy"].name not in {"male3", "female5"}
    assert "Zed" not in cast


def test_one_voice_reads_everything_when_asked() -> None:
    settings = dataclasses.replace(CHOIR, adapt=AdaptSettings(voices="one"))
    cast = cast_voices(book_of((person("Ada"), person("Bo")), "NARRATOR Ada Bo"), settings, MANY)
    assert {voice for _, voice in cast} == {Voice("choir", "female0")}


def test_voices_speak_the_books_language_where_they_can() -> None:
    voices = (VoiceInfo("choir", "hans", "de-DE", "male"), *MANY, VoiceInfo("choir", "eva", "de-DE", "female"))
    cast = dict(cast_voices(book_of((person("Ada", "female"),), "NARRATOR Ada", language="de"), CHOIR, voices))
    assert (cast[NARRATOR].name, cast["Ada"].name) == ("hans", "eva")


def test_an_engine_without_voices_is_an_error() -> None:
    with pytest.raises(VoiceError, match="engine choir has no voice"):
        cast_voices(book_of((), NARRATOR), CHOIR, ())


def test_a_cast_entry_that_is_no_address_is_named() -> None:
    settings = dataclasses.replace(CHOIR, cast=(("Ada", "female1"),))
    with pytest.raises(SettingsError, match=r"cast\.Ada: 'female1' is not ENGINE:NAME"):
        cast_voices(book_of((person("Ada"),), "NARRATOR Ada"), settings, MANY)


CAST = ((NARRATOR, Voice("choir", "a")), ("Mr. Dray", Voice("choir", "b")), ("Dray", Voice("choir", "c")))


def script_of(*lines: tuple[str, str], cast: tuple[tuple[str, Voice], ...] = CAST) -> Script:
    paragraphs = tuple(ScriptParagraph((Line(speaker, text),)) for speaker, text in lines)
    return Script(Metadata(), cast, (ScriptChapter("One", (Scene(paragraphs),)),))


SCRIPT = script_of(
    (NARRATOR, "The door opened and a man came in."), ("Mr. Dray", "“Hm.”"), ("Dray", "“It is cold out there.”"),
    ("Mr. Dray", "“A very cold night indeed.”"),
)  # fmt: skip


def test_the_speaker_table_counts_lines_and_words() -> None:
    rows = {row.name: row for row in speakers(SCRIPT)}
    assert (rows["Mr. Dray"].lines, rows["Mr. Dray"].words) == (2, 6)
    assert rows["Mr. Dray"].share == pytest.approx(6 / 19)
    assert rows["Mr. Dray"].sample == "“A very cold night indeed.”"
    assert (rows["Dray"].chapter, rows["Dray"].chapter_title) == (1, "One")
    assert sum(row.share for row in rows.values()) == pytest.approx(1)


def test_setting_a_voice_changes_only_that_speaker() -> None:
    changed = set_voice(SCRIPT, "dray", Voice("choir", "z"))
    assert changed.voice("Dray") == Voice("choir", "z")
    assert changed.chapters == SCRIPT.chapters
    assert changed.voice("Mr. Dray") == SCRIPT.voice("Mr. Dray")


def test_setting_the_voice_of_nobody_names_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"nobody called 'Drey' speaks in this script\. Did you mean Dray"):
        set_voice(SCRIPT, "Drey", Voice("choir", "z"))


def test_merging_moves_the_lines_and_drops_the_name() -> None:
    merged = merge(SCRIPT, {"Mr. Dray": "Dray"})
    assert [row.name for row in speakers(merged)] == [NARRATOR, "Dray"]
    assert merged.voice("Dray") == Voice("choir", "c")
    assert speakers(merged)[1].lines == 3


def test_merged_names_become_aliases_and_live_in_the_file() -> None:
    known = dataclasses.replace(SCRIPT, aliases=(("Mr. Dray", ("the lodger",)),))
    merged = merge(known, {"Mr. Dray": "Dray"})
    assert merged.aliases == (("Dray", ("Mr. Dray", "the lodger")),)
    assert speakers(merged)[1].aliases == ("Mr. Dray", "the lodger")
    assert parse_script(format_script(merged)) == merged


def test_aliases_that_are_no_names_are_refused() -> None:
    with pytest.raises(ScriptError, match=r"aliases are not lists of names"):
        parse_script("+++\n[aliases]\nDray = 3\n+++\n")


def test_merging_into_a_new_name_renames_and_keeps_the_voice() -> None:
    merged = merge(SCRIPT, {"Mr. Dray": "Dray", "Dray": "Edmund Dray"})
    assert [row.name for row in speakers(merged)] == [NARRATOR, "Edmund Dray"]


def test_merging_in_a_circle_is_refused() -> None:
    with pytest.raises(UsageError, match="circle"):
        merge(SCRIPT, {"Mr. Dray": "Dray", "Dray": "Mr. Dray"})


def test_the_narrator_is_not_merged_away() -> None:
    with pytest.raises(UsageError, match="NARRATOR cannot be merged"):
        merge(SCRIPT, {NARRATOR: "Dray"})


def test_voices_too_alike_in_a_scene_are_named_once() -> None:
    cast = ((NARRATOR, Voice("choir", "a")), ("Ada", Voice("choir", "b")), ("Bo", Voice("choir", "b", pitch=0.3)))
    script = script_of(("Ada", "“One.”"), ("Bo", "“Two.”"), ("Ada", "“Three.”"), cast=cast)
    (warning,) = voice_conflicts(script)
    assert warning.startswith("Ada and Bo sound alike in chapter 1, scene 1 (choir:b)")


def test_different_voices_and_a_single_reader_give_no_warning() -> None:
    assert voice_conflicts(SCRIPT) == ()
    one = tuple((name, Voice("choir", "a")) for name, _ in CAST)
    assert voice_conflicts(dataclasses.replace(SCRIPT, cast=one)) == ()


def test_a_cast_entry_for_nobody_is_named_with_the_nearest() -> None:
    known = dataclasses.replace(SCRIPT, aliases=(("Dray", ("Old Dray",)),))
    wanted = (("narrator", "choir:a"), ("old dray", "choir:b"), ("Drey", "choir:c"), ("Zoroaster", "choir:d"))
    assert cast_warnings(known, wanted) == (
        "the cast names Drey, but nobody of that name speaks; did you mean Dray?",
        "the cast names Zoroaster, but nobody of that name speaks",
    )
