"""``audiobook build`` from end to end with the silent engine: what is written, what is re-used, what is refused."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import mutagen.mp4
import pytest

from audiobook.cli import main

SILENT = ("--engine", "silent")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def build(*arguments: str | Path) -> int:
    return main(["build", *map(str, arguments), *SILENT])


def last_json(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    row: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return row


def recorded(capsys: pytest.CaptureFixture[str]) -> object:
    return last_json(capsys)["recorded"]


def test_a_story_becomes_a_chaptered_m4b_with_its_script_beside_it(story: Path) -> None:
    assert build(story, "--formats", "m4b,mp3,srt,vtt") == 0
    folder = Path("output/the-lamp")
    assert sorted(path.name for path in folder.iterdir() if not path.name.startswith(".")) == [
        "mp3",
        "the-lamp.m4b",
        "the-lamp.script",
        "the-lamp.srt",
        "the-lamp.vtt",
    ]
    book = mutagen.mp4.MP4(folder / "the-lamp.m4b")
    assert book.tags is not None
    assert book.tags["\xa9nam"] == ["The Lamp"]
    assert [chapter.title for chapter in book.chapters or ()] == ["Chapter 1", "Chapter 2"]
    assert len(list((folder / "mp3").glob("*.mp3"))) == 2


def test_a_second_build_records_nothing_and_gives_the_same_bytes(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(story, "--json") == 0
    first = Path("output/the-lamp/the-lamp.m4b").read_bytes()
    assert recorded(capsys) != 0
    assert build(story, "--json") == 0
    assert recorded(capsys) == 0
    assert Path("output/the-lamp/the-lamp.m4b").read_bytes() == first


def test_one_changed_sentence_records_one_take(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(story) == 0
    script = Path("output/the-lamp/the-lamp.script")
    script.write_text(script.read_text("utf-8").replace("Nobody answered him.", "Nobody answered him at all."), "utf-8")
    capsys.readouterr()
    assert build(story, "--json") == 0
    output = capsys.readouterr().out.splitlines()
    assert json.loads(output[-1])["recorded"] == 1
    assert any("using the edited script" in line for line in output)
    # "1 of 8 lines recorded" sounded as if the others had failed.
    script.write_text(script.read_text("utf-8").replace("at all.", "that night."), "utf-8")
    assert build(story) == 0
    assert re.search(r"; 1 line recorded, \d+ kept\. Edit", capsys.readouterr().err)


def test_a_new_script_keeps_the_edits_whose_text_is_still_there(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(story) == 0
    script = Path("output/the-lamp/the-lamp.script")
    edited = script.read_text("utf-8").replace('"Nothing is magic,"', '"Nothing here is magic,"')
    script.write_text(edited, "utf-8")
    story.write_text(story.read_text("utf-8") + "\nThe end came quickly.\n", "utf-8")
    assert build(story, "--rescript") == 0
    text = script.read_text("utf-8")
    assert '"Nothing here is magic,"' in text
    assert "The end came quickly." in text


def test_a_book_that_grew_after_its_script_was_edited_is_noticed(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The edited script was used in silence, so a new paragraph of the book was never read.
    assert build(story) == 0
    script = Path("output/the-lamp/the-lamp.script")
    script.write_text(script.read_text("utf-8").replace("glowed", "shone"), "utf-8")
    story.write_text(story.read_text("utf-8") + "\nThe end came quickly.\n", "utf-8")
    assert build(story) == 0
    assert "paragraphs that are not in it: 1" in capsys.readouterr().err


def test_an_edited_script_beside_the_one_of_a_new_title_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    # Broke: a book named after its first words got a new script when they changed; the edited one lay there in silence.
    book = Path("12.txt")
    book.write_text("The dog slept.\n\nThen it rained all day.\n", "utf-8")
    assert build(book, "-o", "same") == 0
    edited = Path("same/the-dog-slept.script")
    edited.write_text(edited.read_text("utf-8").replace("all day", "all night"), "utf-8")
    book.write_text("The cat slept.\n\nThen it rained all day.\n", "utf-8")
    capsys.readouterr()
    assert build(book, "--rescript", "-o", "same") == 0
    (warning,) = [line for line in capsys.readouterr().err.splitlines() if str(edited) in line]
    assert "not used" in warning
    assert "--set metadata.title=" in warning
    assert build(book, "-o", "same", "--set", "metadata.title=The dog slept") == 0
    assert "not used" not in capsys.readouterr().err


def test_a_book_of_one_chapter_has_one_chapter(capsys: pytest.CaptureFixture[str]) -> None:
    Path("book.txt").write_text("It rained all day.\n", "utf-8")
    assert build("book.txt") == 0
    assert "1 chapter read" in capsys.readouterr().err


def test_packages_with_a_very_long_title_do_not_replace_each_other(tmp_path: Path) -> None:
    # Notes of two packages were cut to one name, and the second package deleted the files of the first.
    Path("long.md").write_text(f"# {'T' * 300}\n\n“Hello,” said Tom. “What a day!”\n", "utf-8")
    assert build("long.md", "--formats", "m4b,srt") == 0
    assert sorted(path.suffix for path in next(Path("output").iterdir()).iterdir() if path.is_file()) == [
        ".m4b",
        ".script",
        ".srt",
    ]


def test_a_script_is_built_as_it_stands(story: Path) -> None:
    assert main(["script", str(story), "-o", "my.script", *SILENT]) == 0
    before = Path("my.script").read_bytes()
    assert build("my.script", "-o", "out") == 0
    assert Path("my.script").read_bytes() == before
    assert Path("out/the-lamp.m4b").is_file()


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("my_tale.script", '+++\n[cast]\nNARRATOR = "silent:silent"\n+++\nNARRATOR: It rained. All day.\n', "my tale"),
        ("001.script", '+++\n[cast]\nNARRATOR = "silent:silent"\n+++\nNARRATOR: It rained. All day.\n', "It rained"),
        ("my-tale.html", "<p>It rained.</p>", "my-tale"),
    ],
)
def test_a_book_without_a_title_is_named_after_its_file_or_its_first_words(name: str, text: str, title: str) -> None:
    # Broke: every one of them became output/audiobook/audiobook.m4b, each in the place of the last.
    Path(name).write_text(text, "utf-8")
    assert build(name) == 0
    (book,) = Path("output").glob("*/*.m4b")
    assert book.stem == title.casefold().replace(" ", "-")
    assert mutagen.mp4.MP4(book)["\xa9nam"] == [title]


@pytest.fixture
def poems() -> tuple[Path, Path]:
    """Two books with one title."""
    for place, text in (
        ("ann", "It rained all day.\n\nThe cat sat still.\n"),
        ("bob", "The sun shone.\n\nA dog ran.\n"),
    ):
        Path(place).mkdir()
        Path(place, "poems.txt").write_text(f"Poems\n\nby {place.title()}\n\nChapter 1\n\n{text}", "utf-8")
    return Path("ann/poems.txt"), Path("bob/poems.txt")


def test_another_book_of_one_title_does_not_take_the_place_of_the_first(
    poems: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    # Broke: the second replaced the first's audiobook, and its words were brought together with the first's script.
    first, second = poems
    assert build(first) == 0
    script = Path("output/poems/poems.script")
    script.write_text(script.read_text("utf-8").replace("all day", "all night"), "utf-8")
    before = {path: path.read_bytes() for path in Path("output").rglob("*") if path.is_file()}
    capsys.readouterr()
    for refused in (
        ["build"],
        ["build", "--rescript"],
        ["build", "--dry-run"],
        ["build", "--explain", "cat"],
        ["script"],
    ):
        assert main([refused[0], str(second), *refused[1:], *SILENT]) == 2
        told = capsys.readouterr().err.splitlines()[-1]
        assert f"output{os.sep}poems: another book is there, made from {first.resolve()}. Choose another place" in told
    assert {path: path.read_bytes() for path in before} == before
    assert build(second, "-o", "bobs") == 0
    assert build(second, "--set", "metadata.title=Other Poems") == 0
    assert Path("output/other-poems/other-poems.m4b").is_file()


def test_a_batch_names_a_book_whose_folder_is_anothers(
    poems: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = poems
    assert build(first) == 0
    before = Path("output/poems/poems.m4b").read_bytes()
    capsys.readouterr()
    assert main(["batch", str(second), "-o", "output", *SILENT]) == 7
    assert f"another book is there, made from {first.resolve()}" in capsys.readouterr().err
    assert Path("output/poems/poems.m4b").read_bytes() == before


def test_scripts_of_one_title_do_not_take_each_others_place(
    poems: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    scripts = [Path(f"{poem.parent.name}.script") for poem in poems]
    for poem, script in zip(poems, scripts, strict=True):
        assert main(["script", str(poem), "-o", str(script), *SILENT]) == 0
    assert build(scripts[0]) == 0
    before = Path("output/poems/poems.m4b").read_bytes()
    assert build(scripts[1]) == 2
    assert f"another book is there, made from {scripts[0].resolve()}" in capsys.readouterr().err
    assert Path("output/poems/poems.m4b").read_bytes() == before
    assert build(scripts[0]) == 0
    assert build(poems[0]) == 0  # what the script was made from is the same book


def test_a_book_that_was_moved_renamed_or_revised_is_still_itself(poems: tuple[Path, Path]) -> None:
    first, second = poems
    assert build(first) == 0
    moved = first.rename("moved.txt")
    moved.write_text(moved.read_text("utf-8").replace("The cat sat still.", "The cat ran."), "utf-8")
    assert build(moved) == 0
    moved.write_text(second.read_text("utf-8"), "utf-8")
    assert build(moved) == 0
    assert "The sun shone." in Path("output/poems/poems.script").read_text("utf-8")
    # What lies there was thrown away: the place is free.
    for path in Path("output/poems").iterdir():
        if path.is_file():
            path.unlink()
    first.write_text("Poems\n\nby Ann\n\nChapter 1\n\nAll else.\n", "utf-8")
    assert build(first) == 0


def test_a_script_that_is_named_gives_way_unless_it_was_edited(poems: tuple[Path, Path]) -> None:
    first, second = poems
    assert main(["script", str(first), "-o", "my.script", *SILENT]) == 0
    assert main(["script", str(second), "-o", "my.script", *SILENT]) == 0
    edited = Path("my.script").read_text("utf-8").replace("sun", "moon")
    Path("my.script").write_text(edited, "utf-8")
    assert main(["script", str(first), "-o", "my.script", *SILENT]) == 2
    assert Path("my.script").read_text("utf-8") == edited


def test_chosen_chapters_do_not_overwrite_the_whole_book(story: Path) -> None:
    assert build(story, "--chapters", "2") == 0
    book = mutagen.mp4.MP4("output/the-lamp/chapters-2/the-lamp.m4b")
    assert [chapter.title for chapter in book.chapters or ()] == ["Chapter 2"]


def test_a_dry_run_writes_nothing_and_counts_what_is_missing(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(story, "--dry-run", "--json") == 0
    plan = last_json(capsys)
    assert plan["missing"] == plan["takes"] != 0
    assert not Path("output").exists()
    assert build(story) == 0
    capsys.readouterr()
    assert build(story, "--dry-run", "--json") == 0
    assert last_json(capsys)["missing"] == 0


def test_events_are_json_lines_from_planned_to_done(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert build(story, "--json") == 0
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = [event["event"] for event in events]
    assert kinds[-1] == "done"
    assert {"stage", "planned", "take", "chapter", "package"} <= set(kinds)
    takes = [event for event in events if event["event"] == "take"]
    assert takes[-1]["done"] == takes[-1]["total"]


def long_script(lines: int) -> Path:
    path = Path("long.script")
    front = '+++\ntitle = "Long"\n[cast]\nNARRATOR = "silent:silent"\n+++\n\n# One\n\n'
    path.write_text(front + "".join(f"NARRATOR: {'It rained. ' * 10}\n\n" for _ in range(lines)), "utf-8")
    return path


def test_what_is_done_with_a_long_source_is_told_on_a_terminal_and_wiped(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Broke: a book of one long chapter showed nothing for ten seconds and more.
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert build(long_script(2100), "--dry-run", "--json") == 0
    captured = capsys.readouterr()
    shown = [piece for piece in captured.err.split("\r\x1b[K") if piece]
    assert shown == ["reading long.script ...", "planning 2100 lines ..."]
    assert captured.err.endswith("\r\x1b[K")
    assert json.loads(captured.out)["takes"] > 2100
    assert build(long_script(2100), "--dry-run", "--quiet") == 0
    assert not capsys.readouterr().err


def test_nothing_is_told_of_a_short_source_or_into_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build(long_script(2100), "--dry-run") == 0
    assert not capsys.readouterr().err
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert build(long_script(2), "--dry-run") == 0
    assert not capsys.readouterr().err.replace("\r\x1b[K", "")


def test_standard_input_is_a_source(monkeypatch: pytest.MonkeyPatch, story: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "audiobook", "build", "-", *SILENT, "-o", "piped", "-q"],
        input=story.read_bytes(),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert list(Path("piped").glob("*.m4b"))


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["missing.txt"], 3, "missing.txt"),
        (["folder"], 3, "is a folder"),
        (["empty.txt"], 3, "empty"),
        (["blank.txt"], 3, ""),
        (["binary.bin"], 3, ""),
        (["missing.script"], 4, "missing.script"),
        (["bad.script"], 4, "bad.script:6"),
        (["story.txt", "--profile", "acxx"], 2, "Did you mean 'acx'"),
        (["story.txt", "--formats", "m4v"], 2, "m4b"),
        (["story.txt", "--formats", ","], 2, "at least one"),
        (["story.txt", "--language", "../x"], 2, "BCP 47"),
        (["story.txt", "--cast", "Tom"], 2, "--cast"),
        (["story.txt", "--config", "folder"], 4, "it is a folder"),
        (["story.txt", "--config", "deep.toml"], 4, "nested too deep"),
        (["story.txt", "--lexicon", "deep.toml"], 4, "nested too deep"),
        (["story.txt", "--set", "lexicon=x"], 4, "Did you mean spoken.lexicon?"),
        (["empty.script"], 3, "nothing to read aloud"),
        (["story.txt", "--chapters", "9"], 2, "chapters 1 to 2"),
        (["story.txt", "--chapters", "x"], 2, "1-3,5"),
        (["story.txt", "--jobs", "many"], 2, "many"),
        (["story.txt", "--nonsense"], 2, "--nonsense"),
        (["story.txt", "--config", "broken.toml"], 4, "broken.toml"),
        (["story.txt", "--config", "missing.toml"], 4, "missing.toml"),
        (["story.txt", "--set", "pauses.coma=3"], 4, "Did you mean pauses.comma?"),
        (["story.txt", "--voice", "silent:nobody"], 5, "nobody"),
        (["story.txt", "--cast", "Tom=silent:nobody"], 5, "nobody"),
        (["story.txt", "-o", "story.txt/out"], 6, "story.txt"),
    ],
)
def test_bad_input_gets_one_line_the_right_code_and_leaves_nothing(
    story: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    Path("story.txt").write_bytes(story.read_bytes())
    Path("folder").mkdir()
    Path("empty.txt").write_bytes(b"")
    Path("blank.txt").write_text(" \n\n \n", "utf-8")
    Path("binary.bin").write_bytes(bytes(range(256)) * 64)
    Path("broken.toml").write_text("voice = ", "utf-8")
    Path("deep.toml").write_text("a = " + "[" * 20_000, "utf-8")
    Path("empty.script").write_text("", "utf-8")
    Path("bad.script").write_text('+++\ntitle = "T"\n[cast]\nNARRATOR = "silent:silent"\n+++\nMery: hello\n', "utf-8")
    before = sorted(Path().rglob("*"))
    assert build(*arguments) == code
    lines = capsys.readouterr().err.strip().splitlines()
    assert words in lines[-1]
    assert "Traceback" not in "".join(lines)
    assert sorted(Path().rglob("*")) == before


def test_help_teaches_by_example(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("build", "script", "inspect", "cast", "voices", "say", "normalize", "check", "doctor"):
        assert main([command, "--help"]) == 0
        assert f"audiobook {command}" in capsys.readouterr().out


def test_the_module_runs_like_the_command() -> None:
    done = subprocess.run([sys.executable, "-m", "audiobook", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("audiobook, version ")
