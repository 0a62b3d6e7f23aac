"""Languages other than English, and the command that shows what is said."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.cli.normalize import command
from audiobook.errors import SourceError
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


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        ("de", "am 3. März 1921", "am dritten März neunzehnhunderteinundzwanzig"),
        ("de", "am 1.5.1886", "am ersten fünften achtzehnhundertsechsundachtzig"),
        ("de", "das 19. Jahrhundert", "das neunzehnte Jahrhundert"),
        ("de", "im 19. Jahrhundert", "im neunzehnten Jahrhundert"),
        ("de", "Es waren 12. Dann kam er.", "Es waren zwölf. Dann kam er."),
        ("de", "Ludwig XIV. starb.", "Ludwig der Vierzehnte starb."),
        ("de", "um 14:30 Uhr", "um vierzehn Uhr dreißig"),
        ("de", "12,50 € und 1 kg", "zwölf Euro fünfzig und ein Kilogramm"),
        ("de", "die 1920er Jahre", "die neunzehnhundertzwanziger Jahre"),
        ("de", "1914–1918", "neunzehnhundertvierzehn bis neunzehnhundertachtzehn"),
        ("fr", "Louis XIV, François Ier", "Louis quatorze, François premier"),
        ("fr", "le XIXe siècle", "le dix-neuvième siècle"),
        ("fr", "Le chapitre IV", "Le chapitre quatre"),
        ("fr", "à 14 h 30, à 1 h", "à quatorze heures trente, à une heure"),
        ("fr", "12,05 € ou 1 $", "douze euros cinq ou un dollar"),
        ("fr", "10 km à 3,14 m", "dix kilomètres à trois virgule quatorze mètres"),
        ("fr", "Le Ce Me De", "Le Ce Me De"),
        ("es", "Luis XIV, Felipe II", "Luis catorce, Felipe segundo"),
        ("es", "el siglo XIX, la 2ª vez", "el siglo diecinueve, la segunda vez"),
        ("es", "Cuesta 12,50 €.", "Cuesta doce euros con cincuenta."),
        ("es", "a las 14:30; 3,14", "a las catorce treinta; tres coma catorce"),
        ("it", "il XIX secolo, Luigi XIV", "il diciannovesimo secolo, Luigi quattordicesimo"),
        ("it", "alle 14:30, 5 km", "alle quattordici e trenta, cinque chilometri"),
        ("pt", "R$ 12,50 às 14:30", "doze reais e cinquenta às catorze e trinta"),
        ("pt", "D. João VI, século XVI", "dom João sexto, século dezasseis"),
        ("de", "gegen 16.30 Uhr", "gegen sechzehn Uhr dreißig"),
        ("nl", "om 14:30 uur, € 5", "om veertien uur dertig, vijf euro"),
        ("nl", "Lodewijk XIV", "Lodewijk de veertiende"),
    ],
)  # fmt: skip
def test_dates_times_money_units_and_ranks_are_said_in_the_books_own_language(
    language: str, written: str, said: str
) -> None:
    assert normalize(written, language) == said


@pytest.mark.parametrize("language", ["fr", "de", "es", "it", "pt", "nl"])
@given(text=st.text(alphabet="0123456789.,:-–/ €$IVXe°kmh²ºª%Le", max_size=60))
@settings(deadline=None, max_examples=60)
def test_no_text_in_figures_stops_another_language(language: str, text: str) -> None:
    assert isinstance(normalize(text, language), str)


@pytest.mark.parametrize(
    ("language", "written", "said"),
    [
        (
            "fr",
            "M. Dupont, Mme Le Goff et M. le maire, au n° 12.",
            "monsieur Dupont, madame Le Goff et monsieur le maire, au numéro douze.",
        ),
        ("fr", "Il mesure 2 m. Dupont rit, etc.", "Il mesure deux mètres. Dupont rit, et cetera."),
        (
            "de",
            "Hr. Dr. Brandt, Nr. 12, z. B. um 50 v. Chr.",
            "Herr Doktor Brandt, Nummer zwölf, zum Beispiel um fünfzig vor Christus.",
        ),
        ("de", "Es kostet 5 Fr. Er zahlt.", "Es kostet fünf Fr. Er zahlt."),
        (
            "es",
            "El Sr. Ortega y Dña. Ana, n.º 12, a las 21:00, etc.",
            "El señor Ortega y doña Ana, número doce, a las veintiuna, etcétera.",
        ),
        ("es", "Capítulo IV", "Capítulo cuatro"),
        ("de", "Er wohnt in der Hafenstr. 12.", "Er wohnt in der Hafenstraße zwölf."),
        (
            "it",
            "Il sig. Orsini e la sig.ra Bruni, il 1° aprile, ecc.",
            "Il signor Orsini e la signora Bruni, il primo aprile, eccetera.",
        ),
        ("pt", "O Sr. Silva, D. Pedro e D. Maria.", "O senhor Silva, dom Pedro e dona Maria."),
        ("nl", "Dhr. Jansen, bijv. op nr. 12, enz.", "De heer Jansen, bijvoorbeeld op nummer twaalf, enzovoort."),
    ],
)
def test_abbreviations_are_said_in_full(language: str, written: str, said: str) -> None:
    # eSpeak read "M. Dupont" as a letter, "MM." as millimetres and "D. Maria" as five hundred.
    assert normalize(written, language) == said


@pytest.mark.parametrize("language", ["fr", "de", "es", "xx", "ja"])
def test_english_rules_never_touch_other_languages(language: str) -> None:
    text = "Gen. Blvd. MME IV le FBI, Mr. vs. Mt. Dupont & Co."
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


def test_the_command_keeps_every_line_of_awkward_input() -> None:
    awkward = b"\xef\xbb\xbfIn 1984.\r\n\r\n  \nold\rmac\nbad \xff\xfe bytes\n\x0c\nNo. 5"
    result = CliRunner().invoke(command, ["-"], input=awkward)
    assert result.exit_code == 0
    assert result.output.split("\n") == [
        "In nineteen eighty four.", "", "", "old mac", "bad bytes", "", "Number five", "",
    ]  # fmt: skip


def test_the_command_refuses_utf_16_in_one_line() -> None:
    result = CliRunner().invoke(command, ["-"], input="In 1984.".encode("utf-16"))
    assert isinstance(result.exception, SourceError)
    assert "UTF-8" in result.exception.remedy


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
