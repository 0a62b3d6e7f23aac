"""``audiobook say`` and ``pronounce``: trying a voice, and hearing a book's names before it is recorded."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import soundfile

from audiobook.cli import main
from audiobook.spoken.lexiconfile import read_lexicon

SILENT = ("--engine", "silent")


def test_a_sentence_is_spoken_into_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["say", "Good morning, Dr. Watson.", "-o", str(tmp_path / "a.wav"), *SILENT]) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "a.wav")
    assert 1 < soundfile.info(tmp_path / "a.wav").duration < 6


def test_a_cue_changes_the_sound(tmp_path: Path) -> None:
    for name, cues in (("plain.wav", ()), ("slow.wav", ("--cue", "rate=0.8"))):
        assert main(["say", "One two three four five six.", *cues, "-o", str(tmp_path / name), *SILENT]) == 0
    assert soundfile.info(tmp_path / "slow.wav").duration > soundfile.info(tmp_path / "plain.wav").duration


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["...", "-o", "a.wav"], 2, "nothing to say"),
        (["hi", "-o", "a.doc"], 2, ".doc"),
        (["hi", "-o", "a.wav", "--cue", "shoot"], 2, "Did you mean 'shout'?"),
        (["hi", "-o", "a.wav", "--voice", "silent:nobody"], 5, "nobody"),
    ],
)
def test_what_cannot_be_said_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    arguments: list[str], code: int, words: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(["say", *arguments, *SILENT]) == code
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text("Szymon met Wilhelmina. Then Szymon and <b>Zbigniew</b> left for Krakow with Szymon.\n", "utf-8")
    return path


def test_names_are_listed_by_how_often_they_stand_in_the_book(
    foreign: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["pronounce", str(foreign), "--json", *SILENT]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert (rows[0]["word"], rows[0]["count"], rows[0]["settled"]) == ("Szymon", 3, False)


def test_the_page_plays_every_word_and_trusts_no_text_of_the_book(foreign: Path, tmp_path: Path) -> None:
    (tmp_path / "lexicon.toml").write_text('[words]\nSzymon = "SHIH-mon"\n', "utf-8")
    assert main(["pronounce", str(foreign), "-o", str(tmp_path / "names"), *SILENT]) == 0
    (page,) = (tmp_path / "names").glob("*.html")
    text = page.read_text("utf-8")
    assert text.count("<button") >= 3
    assert "name, settled" in text
    assert "<b>Zbigniew" not in text
    assert page.with_suffix(".mp3").stat().st_size > 1000


def test_a_book_without_unusual_words_is_told_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # It printed a table of no rows, and with a folder for the page ended as if it had been called wrongly.
    source = tmp_path / "plain.txt"
    source.write_text("The cat sat on the mat. The dog sat on the floor.\n", "utf-8")
    for arguments in ((), ("-o", str(tmp_path / "names"))):
        assert main(["pronounce", str(source), *arguments, *SILENT]) == 0
        assert capsys.readouterr().out == "There is no unusual word; nothing needs to be done.\n"
    assert not (tmp_path / "names").exists()
    assert main(["pronounce", str(source), "--json", *SILENT]) == 0
    assert capsys.readouterr().out == "[]\n"


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["say", "hi", "--voice", "bogus"], 5, "ENGINE:NAME"),
        (["say", "hi", "--voice", "silent:"], 5, "ENGINE:NAME"),  # it was an internal error
        (["say", "hi", "--voice", "silent:bogus"], 5, "no voice"),
        (["say", "hi", "--engine", "bogus"], 5, "no engine"),
        (["say", "hi", "--cue", "whsper"], 2, "Did you mean 'whisper'?"),
        (["say", "hi", "--set", "voice=bogus"], 4, "ENGINE:NAME"),
        (["say", "hi", "--set", "voice=3"], 4, "ENGINE:NAME"),
        (["build", "{book}", "--dry-run", "--voice", "silent:"], 5, "ENGINE:NAME"),
        (["build", "{book}", "--dry-run", "--cast", "Tom=bogus"], 5, "ENGINE:NAME"),
        (["build", "{book}", "--dry-run", "--cast", "Tom"], 2, "NAME=VOICE"),
        (["build", "{book}", "--dry-run", "--profile", "zzz"], 2, "acx"),
        (["build", "{book}", "--explain", "9" * 5000, "--engine", "silent"], 2, "no line"),  # an internal error too
        (["cast", "{script}", "--set", "NARRATOR=bogus"], 5, "ENGINE:NAME"),
        (["cast", "{script}", "--set", "Tom=silent:silent"], 2, "Tom"),
    ],
)
def test_what_is_wrong_decides_the_exit_code(
    arguments: list[str], code: int, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, script = tmp_path / "book.txt", tmp_path / "book.script"
    book.write_text("Chapter 1\n\nIt was a quiet evening.\n", "utf-8")
    script.write_text('+++\ntitle = "T"\n[cast]\nNARRATOR = "silent:silent"\n+++\n# 1\n\nNARRATOR: Hello.\n', "utf-8")
    assert main([word.format(book=book, script=script) for word in arguments]) == code
    assert told in capsys.readouterr().err


def test_normalize_minds_the_lexicon_beside_the_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # It showed other words than build would speak.
    (tmp_path / "lexicon.toml").write_text('[words]\nKerrow = "carrow"\n', "utf-8")
    text = tmp_path / "text.txt"
    text.write_text("At Kerrow Point.\n", "utf-8")
    assert main(["normalize", str(text)]) == 0
    assert capsys.readouterr().out == "At carrow Point.\n"


@pytest.mark.parametrize("said", ["/@#$/", "//", "/ʃɪmɒn"])
def test_impossible_ipa_in_a_script_names_file_line_and_remedy(
    said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "my.script"
    head = '+++\ntitle = "T"\n[cast]\nNARRATOR = "silent:silent"\n+++\n# 1\n\n'
    script.write_text(f"{head}NARRATOR: It is {{Szymon|{said}}}.\n", "utf-8")
    assert main(["build", str(script), "--dry-run"]) == 4
    (line,) = capsys.readouterr().err.splitlines()
    assert "my.script:8: " in line
    assert "Write {written|/ˈʃɪmɒn/}" in line


def test_pronounce_writes_the_lexicon_for_other_programs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # No command wrote PLS, and parts of speech were lost on the way.
    source = tmp_path / "story.txt"
    source.write_text("Zaphkiel kept a record.\n", "utf-8")
    entries = '[[word]]\nwritten = "record"\nspoken = "wreck-urd"\npart = "noun"\ncase = true\nlanguage = "en"\n'
    (tmp_path / "lexicon.toml").write_text(entries, "utf-8")
    for name in ("out.pls", "out.toml"):
        assert main(["pronounce", str(source), "--export", str(tmp_path / name), *SILENT]) == 0
        assert read_lexicon(tmp_path / name) == read_lexicon(tmp_path / "lexicon.toml")
    assert main(["pronounce", str(source), "--export", str(tmp_path / "out.txt"), *SILENT]) == 2
    assert "out.txt" in capsys.readouterr().err
