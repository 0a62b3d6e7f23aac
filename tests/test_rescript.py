"""Hand edits survive a new script wherever their words are still there; the others are named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.book import Metadata
from audiobook.rescript import keep_edits
from audiobook.script import NARRATOR, Cue, Line, Override, Scene, Script, ScriptChapter, ScriptParagraph, Voice

CAST = ((NARRATOR, Voice("choir", "a")), ("Ada", Voice("choir", "b")), ("Bo", Voice("choir", "c")))
A, B, C, D = (
    Line(NARRATOR, "The lamp went out."),
    Line("Ada", "“Who is there?”", (Cue("fear"),), comments=("check: Ada 0.4, Bo 0.3",)),
    Line("Bo", "“Only me.”"),
    Line(NARRATOR, "Nobody laughed."),
)


def script_of(*lines: Line, title: str = "One", cast: tuple[tuple[str, Voice], ...] = CAST) -> Script:
    """Make a script of one chapter, each line a paragraph of its own."""
    scene = Scene(tuple(ScriptParagraph((line,)) for line in lines))
    return Script(Metadata(title="A Book"), cast, (ScriptChapter(title, (scene,)),))


def lines(script: Script) -> list[Line]:
    return [line for chapter in script.chapters for line in chapter.lines()]


OLD = script_of(A, B, C, D)


@pytest.mark.parametrize(
    "changed",
    [
        replace(B, speaker="Bo", comments=()),
        replace(B, cues=(Cue("whisper"), Cue("rate", 0.9))),
        replace(B, pause_after_ms=1200),
        replace(B, overrides=(Override(1, 4, "hoo"),)),
        replace(B, text="“Who goes there?”"),
    ],
)
def test_an_edited_line_stays_edited_when_the_book_grows(changed: Line) -> None:
    fresh = script_of(Line(NARRATOR, "A new first line."), A, B, C, Line("Bo", "“New too.”"), D)
    kept, lost = keep_edits(OLD, script_of(A, changed, C, D), fresh)
    assert lines(kept) == [Line(NARRATOR, "A new first line."), A, changed, C, Line("Bo", "“New too.”"), D]
    assert lost == ()


def test_without_edits_the_new_script_stands() -> None:
    fresh = script_of(A, replace(B, speaker="Bo"), Line(NARRATOR, "Another end."))
    assert keep_edits(OLD, OLD, fresh) == (fresh, ())


def test_what_nobody_touched_follows_the_new_script() -> None:
    fresh = script_of(A, replace(B, cues=(Cue("anxiety"),)), C, D)
    kept, _ = keep_edits(OLD, script_of(A, replace(B, speaker="Bo"), C, D), fresh)
    assert (lines(kept)[1].speaker, lines(kept)[1].cues) == ("Bo", (Cue("anxiety"),))


def test_an_edit_whose_line_is_gone_is_named() -> None:
    kept, lost = keep_edits(OLD, script_of(A, replace(B, speaker="Bo"), C, D), script_of(A, C, D))
    assert lines(kept) == [A, C, D]
    assert [str(edit) for edit in lost] == ["One: speaker: “Who is there?”"]


def test_lines_added_removed_split_and_joined_are_kept() -> None:
    added = Line("Ada", "“Oh.”")
    halves = (Line(NARRATOR, "The lamp"), Line(NARRATOR, "went out."))
    kept, lost = keep_edits(OLD, script_of(*halves, B, added, C), script_of(A, B, C, D))
    assert lines(kept) == [*halves, B, added, C]
    assert lost == ()


def test_a_line_added_beside_one_that_is_gone_is_named() -> None:
    _, lost = keep_edits(OLD, script_of(A, B, Line("Ada", "“Oh.”"), C, D), script_of(A, C, D))
    assert [edit.change for edit in lost] == ["line added"]


def test_removed_lines_that_were_already_changed_are_named() -> None:
    _, lost = keep_edits(OLD, script_of(A, D), script_of(A, B, Line("Bo", "“It is I.”"), D))
    assert [(edit.change, edit.text) for edit in lost] == [
        ("lines removed", "“Who is there?”"),
        ("lines removed", "“Only me.”"),
    ]


def test_chapters_are_found_again_under_another_title() -> None:
    changed = replace(C, speaker="Ada")
    kept, lost = keep_edits(OLD, script_of(A, B, changed, D), script_of(A, B, C, D, title="Chapter One"))
    assert lines(kept)[2] == changed
    assert kept.chapters[0].title == "Chapter One"
    assert lost == ()


def test_a_chapter_that_is_gone_names_its_edits() -> None:
    other = script_of(Line(NARRATOR, "Something else."), title="Two")
    kept, lost = keep_edits(OLD, script_of(A, replace(B, speaker="Bo"), C, D), other)
    assert kept == other
    assert [edit.change for edit in lost] == ["chapter is gone"]


def test_how_a_title_is_said_by_hand_stays_and_else_follows_the_new_script() -> None:
    french = (Override(0, 3, "lang=fr"),)
    marked = replace(OLD, chapters=tuple(replace(chapter, title_overrides=french) for chapter in OLD.chapters))
    assert keep_edits(OLD, marked, script_of(A, D))[0].chapters[0].title_overrides == french
    edited = script_of(A, replace(B, speaker="Bo"), C, D)
    assert keep_edits(OLD, edited, marked)[0].chapters[0].title_overrides == french


def test_titles_metadata_and_voices_by_hand_stay() -> None:
    edited = replace(
        script_of(A, B, C, D, title="First", cast=((CAST[0]), ("Ada", Voice("choir", "z")), CAST[2])),
        metadata=Metadata(title="A Book", narrator="Me"),
    )
    fresh = replace(OLD, metadata=Metadata(title="A Book", year="1901"))
    kept, _ = keep_edits(OLD, edited, fresh)
    assert kept.chapters[0].title == "First"
    assert kept.metadata == Metadata(title="A Book", narrator="Me", year="1901")
    assert kept.voice("Ada") == Voice("choir", "z")


def test_a_speaker_made_up_by_hand_brings_a_voice() -> None:
    cast = (*CAST, ("Cy", Voice("choir", "y")))
    kept, _ = keep_edits(OLD, script_of(A, B, replace(C, speaker="Cy"), D, cast=cast), OLD)
    assert kept.voice("Cy") == Voice("choir", "y")


def test_scene_breaks_by_hand_stay() -> None:
    scenes = tuple(Scene((ScriptParagraph((line,)),), title) for line, title in ((A, ""), (B, "Later")))
    edited = replace(OLD, chapters=(ScriptChapter("One", scenes),))
    kept, _ = keep_edits(script_of(A, B), edited, script_of(A, B, C))
    assert [(scene.title, len(scene.paragraphs)) for scene in kept.chapters[0].scenes] == [("", 1), ("Later", 2)]


def test_merged_names_stay_merged_in_new_lines() -> None:
    cast = tuple((name, voice) for name, voice in CAST if name != "Bo")
    merged = replace(script_of(A, B, replace(C, speaker="Ada"), D, cast=cast), aliases=(("Ada", ("Bo",)),))
    kept, _ = keep_edits(OLD, merged, script_of(A, B, C, Line("Bo", "“Quite new.”"), D))
    assert {line.speaker for line in lines(kept)} == {NARRATOR, "Ada"}
    assert (kept.aliases, kept.voice("Bo")) == ((("Ada", ("Bo",)),), None)


LINE = st.builds(
    Line,
    st.sampled_from((NARRATOR, "Ada", "Bo")),
    st.sampled_from(("One.", "Two.", "Three.", "Four.", "Five.")),
    st.sampled_from(((), (Cue("joy"),))),
)
SCRIPT = st.lists(LINE, min_size=1, max_size=8).map(lambda made: script_of(*made))


@given(SCRIPT, SCRIPT)
def test_a_book_that_did_not_change_keeps_every_edit(old: Script, edited: Script) -> None:
    kept, lost = keep_edits(old, edited, old)
    assert kept.chapters == edited.chapters
    assert lost == ()


@given(SCRIPT, SCRIPT)
def test_a_script_nobody_edited_is_the_new_one(old: Script, fresh: Script) -> None:
    assert keep_edits(old, old, fresh) == (fresh, ())


@given(SCRIPT, SCRIPT, SCRIPT)
def test_no_pair_of_changes_breaks_the_merge(old: Script, edited: Script, fresh: Script) -> None:
    kept, _ = keep_edits(old, edited, fresh)
    known = {line.text for script in (edited, fresh) for line in lines(script)}
    assert {line.text for line in lines(kept)} <= known
