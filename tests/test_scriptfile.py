"""The script file: what is written is read back, what is wrong is named with its line."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.book import Metadata
from audiobook.errors import ScriptError
from audiobook.script import (
    EMOTIONS,
    MANNERS,
    NARRATOR,
    Cue,
    Line,
    Override,
    Scene,
    Script,
    ScriptChapter,
    ScriptParagraph,
    Voice,
)
from audiobook.scriptfile import format_script, parse_script, read_script, recast, write_script

GOLDEN = Path(__file__).parent / "data" / "script" / "golden.script"

text = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
word = text.filter(bool)
plain_word = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
spoken = text.filter(lambda said: not said.strip().startswith(("/", "lang=")) and not said.strip().endswith("/"))
spoken |= st.sampled_from(["/ˈʃɪmɒn/", "lang=fr", " lang=de-AT "])


@st.composite
def said(draw: st.DrawFn) -> tuple[str, tuple[Override, ...]]:
    written = draw(text)
    cuts = sorted(draw(st.lists(st.integers(0, len(written)), max_size=4, unique=True)))
    overrides = tuple(Override(start, end, draw(spoken)) for start, end in zip(cuts[::2], cuts[1::2], strict=False))
    return written, overrides


@st.composite
def lines(draw: st.DrawFn, speakers: list[str]) -> Line:
    written, overrides = draw(said())
    names = st.sampled_from([*EMOTIONS, *MANNERS])
    cues = draw(
        st.lists(
            st.builds(Cue, names, st.none() | st.floats(0, 2)) | st.builds(Cue, st.just("pitch"), st.floats(-12, 12)),
            max_size=3,
        )
    )
    comments = draw(st.lists(text.map(lambda note: " ".join(note.split())), max_size=2))
    pause = draw(st.none() | st.integers(0, 600_000))
    return Line(draw(st.sampled_from(speakers)), written, tuple(cues), pause, overrides, tuple(comments))


@st.composite
def scripts(draw: st.DrawFn) -> Script:
    speakers = [NARRATOR, *draw(st.lists(word, max_size=3, unique=True))]
    voice = st.builds(
        Voice, plain_word, plain_word, st.floats(0.5, 2), st.floats(-12, 12), st.floats(-24, 12), st.floats(0.7, 1.4)
    )
    paragraphs = st.lists(lines(speakers), min_size=1, max_size=3).map(lambda some: ScriptParagraph(tuple(some)))
    scene = st.builds(
        lambda some, title: Scene(some, *title), st.lists(paragraphs, min_size=1, max_size=2).map(tuple), said()
    )
    chapter = st.builds(
        lambda title, scenes: ScriptChapter(title[0], scenes, title_overrides=title[1]),
        said(),
        st.lists(scene, max_size=2).map(tuple),
    )
    fields = {field.name: text for field in dataclasses.fields(Metadata)}
    return Script(
        draw(st.builds(Metadata, **fields)),
        tuple((speaker, draw(voice)) for speaker in dict.fromkeys(speakers)),
        tuple(draw(st.lists(chapter, max_size=2))),
    )


@given(scripts())
def test_any_script_is_read_back_as_it_was_written(script: Script) -> None:
    assert parse_script(format_script(script)) == script


@given(scripts())
def test_windows_line_ends_change_nothing(script: Script) -> None:
    assert parse_script(format_script(script).replace("\n", "\r\n")) == script


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("#;[](){}|\\:+*\n ")))
def test_any_text_gives_a_script_or_a_script_error(source: str) -> None:
    try:
        script = parse_script(source)
    except ScriptError as caught:
        error: ScriptError | None = caught
    else:
        error = None
        assert parse_script(format_script(script)) == script
    assert error is None or (error.place.startswith("script:") and error.remedy)


def test_the_golden_script_is_read_with_every_feature_of_the_grammar() -> None:
    script = read_script(GOLDEN)
    assert format_script(script) == GOLDEN.read_text("utf-8")
    assert script.metadata.title == "The Well"
    assert script.voice("Old Bess") == Voice("piper", "en_US-joe-medium", 0.95, -1.5)
    scene = script.chapters[0].scenes[0]
    assert scene.title == "At the gate"
    told, said = scene.paragraphs[0].lines
    assert told.overrides == (Override(4, 12, "KREH-veese"), Override(21, 25, "eighteen ninety-three"))
    assert said.cues == (Cue("fear"), Cue("whisper"), Cue("rate", 1.1))
    assert said.pause_after_ms == 1500
    assert said.comments == ("check: Old Bess 0.61, Tam 0.39 (alternation)",)
    assert script.chapters[0].scenes[1].paragraphs[0].lines[0].text == "Rain on the stone,\nrain on the rope."
    assert script.chapters[0].scenes[1].paragraphs[1].lines[0].text == "It said {sic} on the bucket."


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("Mery: hello", 6, "unknown speaker 'Mery'. Did you mean 'Mary'? Else add"),
        ("Mary (angr): hello", 6, "Did you mean 'anger'"),
        ("Mary (rate): hello", 6, "needs a number"),
        ("Mary (rate=9): hello", 6, "from 0.5 to 2"),
        ("just words", 6, "no speaker before the text. Write SPEAKER: text"),
        ("[pause 2s]", 6, "a pause without a line before it"),
        ("Mary: hi\n[pause 2 hours]", 7, "is not a pause"),
        ("Mary: {a|b", 6, "{ without }"),
        ("Mary: a}", 6, "Write \\}"),
        ("Mary: a\\q", 6, "\\q is not an escape"),
        ("# One\n\nMary: hi\n  and on\nTom: no", 10, "unknown speaker 'Tom'"),
        # Broke: a code that is none was found only when the line was planned, and told without its file.
        ("Mary: {bon jour|lang=xx}", 6, "'lang=xx' is no language whose words can be said here. Write a code such as"),
        ("Mary: {bon jour|lang=fr_FR!}", 6, "'lang=fr_FR!' is no language"),
        ("Mary: {bon jour|lang=}", 6, "{bon appétit|lang=fr}, or the sounds"),
    ],
)
def test_an_error_names_its_line_and_the_remedy(body: str, line: int, words: str) -> None:
    source = f'+++\ntitle = "T"\n[cast]\nMary = "a:b"\n+++\n{body}\n'
    with pytest.raises(ScriptError) as caught:
        parse_script(source, "t.script")
    assert caught.value.place == f"t.script:{line}"
    assert caught.value.remedy
    # Broke: a sentence behind a full stop began with a small letter.
    assert words in f"{caught.value.message}. {caught.value.remedy}"


@pytest.mark.parametrize(
    ("front", "line", "words"),
    [
        ("title = ?", 2, "Invalid value"),
        ('titel = "T"', 2, "did you mean 'title'"),
        ('title = "T"\n[cast]\nMary = "joe"', 4, "not ENGINE:NAME"),
        ('[cast]\nMary = { voice = "a:b", speed = 2 }', 3, "unknown offset 'speed'"),
        ('[cast]\nMary = { voice = "a:b", rate = 9 }', 3, "from 0.5 to 2"),
    ],
)
def test_a_wrong_front_matter_names_its_line(front: str, line: int, words: str) -> None:
    with pytest.raises(ScriptError) as caught:
        parse_script(f"+++\n{front}\n+++\n", "t.script")
    assert caught.value.place == f"t.script:{line}"
    assert words.casefold() in f"{caught.value.message}; {caught.value.remedy}".casefold()


def test_an_unclosed_front_matter_is_refused() -> None:
    with pytest.raises(ScriptError, match="never closed"):
        parse_script('+++\ntitle = "T"\n')


def test_a_file_that_is_not_there_names_the_command_that_makes_one(tmp_path: Path) -> None:
    with pytest.raises(ScriptError, match="audiobook script"):
        read_script(tmp_path / "no.script")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.script").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScriptError, match="UTF-8"):
        read_script(tmp_path / "bad.script")


def test_recasting_renames_speakers_and_leaves_every_other_character_alone(tmp_path: Path) -> None:
    source = (
        '+++\ntitle = "T"\n[cast]\nNARRATOR = "a:b"\nMr. Bell = "a:b"\nBell = "a:c"\n+++\n'.replace(
            "Mr. Bell =", '"Mr. Bell" ='
        )
        + "# One\n\n; my own note\nMr. Bell (anger): Bell! Mr. Bell: no.\n  Mr. Bell: more\nNARRATOR:   spaced\n"
    )
    script = parse_script(source)
    cast = tuple((name, voice) for name, voice in script.cast if name != "Mr. Bell")
    changed = recast(source, dataclasses.replace(script, cast=cast), {"Mr. Bell": "Bell"})
    assert changed.endswith("; my own note\nBell (anger): Bell! Mr. Bell: no.\n  Mr. Bell: more\nNARRATOR:   spaced\n")
    assert dict(parse_script(changed).cast) == dict(cast)


def test_writing_is_atomic_and_ends_with_one_line_break(tmp_path: Path) -> None:
    script = read_script(GOLDEN)
    write_script(tmp_path / "a.script", script)
    assert read_script(tmp_path / "a.script") == script
    assert [path.name for path in tmp_path.iterdir()] == ["a.script"]


def test_braces_in_a_title_are_text_until_a_bar_makes_them_a_mark() -> None:
    # A title such as "The {Odd} One" was refused once titles could hold marks.
    head = '+++\ntitle = "T"\n[cast]\nNARRATOR = "a:b"\n+++\n'
    source = f"{head}# The {{Odd}} One\n\n## \\{{two\n\nNARRATOR: Yes.\n\n# {{Chat|lang=fr}}\n\nNARRATOR: No.\n"
    script = parse_script(source)
    assert [chapter.title for chapter in script.chapters] == ["The {Odd} One", "Chat"]
    assert script.chapters[0].scenes[0].title == "{two"
    assert not script.chapters[0].title_overrides
    assert script.chapters[1].title_overrides[0].language == "fr"
    assert parse_script(format_script(script)) == script
