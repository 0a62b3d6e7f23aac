"""Languages other than English, and the command that shows what is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from audiobook.cli.normalize import command
from audiobook.spoken import normalize


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("de", "1984 kamen 1.200 Leute.", "neunzehnhundertvierundachtzig kamen eintausendzweihundert Leute."),
        ("de", "3,5 % davon", "drei Komma fünf Prozent davon"),
        ("fr", "le 1er mai, 2e fois", "le premier mai, deuxième fois"),
        ("fr", "21 ans", "vingt et un ans"),
        ("es", "Tenía 30 años.", "Tenía treinta años."),
        ("it", "28 giorni", "ventotto giorni"),
        ("nl", "12 dagen", "twaalf dagen"),
        ("pt-BR", "15 dias", "quinze dias"),
        ("sv", "7 dagar", "sju dagar"),
    ],
)  # fmt: skip
def test_numbers_are_said_in_the_books_own_language(language: str, written: str, said: str) -> None:
    assert normalize(written, language) == said


@pytest.mark.parametrize("language", ["fr", "de", "es", "xx", "ja"])
def test_english_rules_never_touch_other_languages(language: str) -> None:
    text = "Dr. St. MME IV le FBI, Mr. vs. M. Dupont & Cie."
    assert normalize(text, language) == text


def test_an_unknown_language_keeps_its_figures() -> None:
    assert normalize("abc 123", "xx") == "abc 123"


def test_the_command_says_one_line_for_each_line() -> None:
    result = CliRunner().invoke(command, ["-"], input="Dr. Moss, 1984\n\n  \nend\u2028here\n")
    assert result.exit_code == 0
    assert result.output == "Doctor Moss, nineteen eighty four\n\n\nend here\n"


def test_the_command_reads_files_and_a_lexicon(tmp_path: Path) -> None:
    (tmp_path / "in.txt").write_text("Ada came.\r\nAda left.", encoding="utf-8")
    (tmp_path / "lexicon.toml").write_text('[words]\nAda = "Aida"\n', encoding="utf-8")
    result = CliRunner().invoke(command, [str(tmp_path / "in.txt"), "--lexicon", str(tmp_path / "lexicon.toml")])
    assert result.output == "Aida came.\nAida left.\n"


def test_the_command_takes_a_language() -> None:
    assert CliRunner().invoke(command, ["--language", "de"], input="3 Tage").output == "drei Tage\n"


def test_a_missing_file_is_one_clear_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "audiobook", "normalize", str(tmp_path / "none.txt")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 3
    assert "none.txt" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
