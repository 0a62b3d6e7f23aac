"""Spoken credits: what they say, when they are spoken, and where they stand in the packages."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path

import mutagen.mp4
import pytest

from audiobook.book import Metadata
from audiobook.cli import main
from audiobook.errors import SettingsError
from audiobook.pipeline.credits import plan_credits, worded
from audiobook.script import NARRATOR, Line, Scene, Script, ScriptChapter, ScriptParagraph, Voice
from audiobook.settings import PublishSettings, Settings
from audiobook.spoken import EMPTY

VOICE = Voice("silent", "plain")
ON = replace(Settings(), publish=replace(PublishSettings(), credits="book"))
FACTS = {"title": "Lamps", "author": "", "series": "Lights", "series_part": ""}


def script(*voices: Voice, **facts: str) -> Script:
    chapter = ScriptChapter("One", (Scene((ScriptParagraph((Line(NARRATOR, "It was dark."),)),)),))
    cast = ((NARRATOR, VOICE), *((f"Speaker {number}", voice) for number, voice in enumerate(voices)))
    return Script(Metadata(**{"title": "Lamps", "author": "Ann Lee", **facts}), cast, (chapter,))


def said(book: Script, settings: Settings = ON) -> tuple[str, str]:
    first, last = plan_credits(book, settings, EMPTY)
    assert first
    assert last
    assert {passage.speaker for passage in (*first.passages, *last.passages)} == {NARRATOR}
    return tuple(" ".join(passage.written for passage in each.passages) for each in (first, last))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{title}[, by {author}].", "Lamps."),
        ("{title}[, {series}[, part {series_part}]].", "Lamps, Lights."),
        ("{title} , {author} .", "Lamps,."),
        ("[{author}]. {title}!", "Lamps!"),
        ("{ title }? .", "Lamps?"),
    ],
)
def test_what_is_empty_leaves_no_hole(template: str, words: str) -> None:
    assert worded(template, FACTS, "x") == words


@pytest.mark.parametrize("template", ["{nobody}", "[{title}", "{title}]", "{title", "}", "a ] b", "{ti[tle}]"])
def test_a_wrong_template_names_its_setting(template: str) -> None:
    with pytest.raises(SettingsError, match=r"publish\.opening"):
        worded(template, FACTS, "publish.opening")


def test_brackets_and_braces_in_a_title_are_only_words() -> None:
    assert worded("{title}[, by {author}].", {"title": "[{x}]", "author": "]["}, "x") == "[{x}], by ][."


def test_a_book_is_introduced_and_closed_and_its_voice_called_synthetic() -> None:
    opening, closing = said(script())
    assert opening == "Lamps, by Ann Lee. Narrated by a synthetic voice."
    assert closing == "This was Lamps, by Ann Lee. Narrated by a synthetic voice."


def test_every_fact_that_is_known_is_said_once() -> None:
    book = script(
        Voice("silent", "low"), author="Ann Lee; Bo May; Cy Noe", subtitle="A Tale", series="Lights", series_part="2"
    )
    assert said(book)[0] == (
        "Lamps, A Tale, by Ann Lee, Bo May and Cy Noe. Lights, part 2. Narrated by synthetic voices."
    )


def test_the_name_of_a_narrator_does_not_hide_that_the_voice_is_synthetic() -> None:
    assert said(script(narrator="Jo Ray"))[0] == (
        "Lamps, by Ann Lee. Narrated by Jo Ray. The voice of this recording is synthetic."
    )


def test_settings_may_keep_silent_on_voices_but_nothing_claims_a_person() -> None:
    quiet = replace(Settings(), publish=replace(PublishSettings(), credits="book", disclose=False))
    assert said(script(author=""), quiet) == ("Lamps.", "This was Lamps.")


def test_credits_speak_the_books_language() -> None:
    assert said(script(language="de-AT"))[0] == "Lamps, von Ann Lee. Gelesen von einer künstlichen Stimme."
    assert "synthetic" in said(script(language="fi"))[0]


def test_templates_of_the_settings_win() -> None:
    publish = replace(PublishSettings(), credits="book", opening="Hear {title}[ ({year})]!", closing="The end.")
    assert said(script(), replace(Settings(), publish=publish)) == ("Hear Lamps!", "The end.")


def test_a_template_of_nothing_makes_no_track() -> None:
    publish = replace(PublishSettings(), credits="book", closing="[{series}]")
    assert plan_credits(script(), replace(Settings(), publish=publish), EMPTY)[1] is None


@pytest.mark.parametrize(
    ("wanted", "chapters", "spoken"),
    [("none", "", False), ("book", "", True), ("book", "1", False), ("always", "1", True)],
)
def test_a_trial_of_some_chapters_has_credits_only_when_asked(wanted: str, chapters: str, spoken: bool) -> None:
    settings = replace(Settings(), chapters=chapters, publish=replace(PublishSettings(), credits=wanted))
    assert all(plan_credits(script(), settings, EMPTY)) is spoken


class TestBuilt:
    @pytest.fixture(autouse=True)
    def _in_an_empty_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)

    def test_credits_are_tracks_of_their_own_in_every_package(
        self, story: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["build", str(story), "--engine", "silent", "--credits", "--formats", "m4b,mp3,srt,lpf,epub"]) == 0
        folder = Path("output/the-lamp")
        titles = ["Opening Credits", "Chapter 1", "Chapter 2", "Closing Credits"]
        assert [chapter.title for chapter in mutagen.mp4.MP4(folder / "the-lamp.m4b").chapters or ()] == titles
        assert sorted(path.name for path in (folder / "mp3").iterdir()) == [
            f"{number:02d} - {title}.mp3" for number, title in enumerate(titles, 1)
        ]
        captions = (folder / "the-lamp.srt").read_text("utf-8")
        assert captions.split("\n")[2] == "The Lamp."
        assert "This was The Lamp." in captions
        with zipfile.ZipFile(folder / "the-lamp.lpf") as archive:
            order = json.loads(archive.read("publication.json"))["readingOrder"]
        assert [each["name"] for each in order] == titles
        with zipfile.ZipFile(folder / "the-lamp.epub") as archive:
            assert "Narrated by" in archive.read("EPUB/text/chapter-0001.xhtml").decode()
        assert "chapter 2 of 2: Chapter 2" in capsys.readouterr().err

    def test_the_books_chapters_keep_their_numbers(self, story: Path, capsys: pytest.CaptureFixture[str]) -> None:
        arguments = ["build", str(story), "--engine", "silent", "--dry-run", "--json"]
        assert main([*arguments, "--chapters", "2", "--credits"]) == 0
        rows = json.loads(capsys.readouterr().out)["chapters"]
        assert [(row["number"], row["title"]) for row in rows] == [
            (0, "Opening Credits"),
            (2, "Chapter 2"),
            (3, "Closing Credits"),
        ]

    def test_titles_are_announced_unless_told_not_to(self, story: Path) -> None:
        for flag, there in (("--announce", True), ("--no-announce", False)):
            assert main(["build", str(story), "--engine", "silent", "--formats", "srt", flag]) == 0
            assert ("Chapter 1" in Path("output/the-lamp/the-lamp.srt").read_text("utf-8")) is there

    def test_a_wrong_template_is_told_before_anything_is_recorded(
        self, story: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        arguments = ["build", str(story), "--engine", "silent", "--credits", "--set", "publish.opening={nobody}"]
        assert main(arguments) == 4
        assert "publish.opening" in capsys.readouterr().err
        assert not Path("output/the-lamp/the-lamp.script").exists()
