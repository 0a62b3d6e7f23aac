"""Words spelled alike and said unlike, followed to the phonemes that the voices get."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from audiobook.engines.phonemes import VOCABULARY, phonemize, to_kokoro
from audiobook.settings import SpokenSettings
from audiobook.spoken import say
from audiobook.spoken.ipa import respell, tidy, to_espeak
from audiobook.spoken.rules import rows

_DATA = Path(__file__).parent / "data" / "spoken" / "heteronyms.tsv"
_CASES = [
    tuple(line.split("\t"))
    for line in _DATA.read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("# ")
]
_SAME = str.maketrans("ᵻɪɐᵊT", "ə" * 4 + "t")


def _bare(phonemes: str) -> str:
    """Phonemes without stress and without the shades of weak vowels in which eSpeak's spelling wavers."""
    text = re.sub("[ˈˌ]", "", phonemes).translate(_SAME).replace("ɹɹ", "ɹ").replace("dj", "ʤ").replace("ɜɹ", "əɹ")
    return re.sub("ju(?=ət|At)", "u", text).replace("əjə", "əə")


def _heard(sentence: str, language: str = "en") -> list[str]:
    spoken = say(sentence, language=language, settings=SpokenSettings())
    pieces = phonemize(spoken.text, "en" if language == "en-GB" else "en-us", spoken.phonemes)
    return re.split(r"\W+", " ".join(_bare(piece.phonemes) for piece in pieces))


def test_readings_of_heteronyms_reach_the_voice() -> None:
    wrong = [case for case in _CASES if _bare(case[1]) not in _heard(case[2])]
    assert len(_CASES) >= 300
    assert len(wrong) <= 0.02 * len(_CASES), wrong


def test_no_heteronym_is_mostly_wrong() -> None:
    total, right = Counter[str](), Counter[str]()
    for word, sound, sentence in _CASES:
        total[word.lower()] += 1
        right[word.lower()] += _bare(sound) in _heard(sentence)
    assert [word for word in total if right[word] * 2 <= total[word]] == []


@pytest.mark.parametrize(("table", "columns"), [("english/heteronyms.tsv", (1, 2)), ("english/dialect.tsv", (1, 2))])
def test_settled_sounds_can_be_said_by_every_engine(table: str, columns: tuple[int, int]) -> None:
    for row in rows(table):
        for column in columns:
            ipa = tidy(row[column])
            assert set(to_kokoro(ipa, "en-us")) <= set(VOCABULARY)
            assert to_espeak(ipa)
            assert respell(ipa)


def test_both_readings_of_a_word_in_one_sentence_are_told_apart() -> None:
    heard = _heard("They lead the men who mine lead and zinc.")
    assert {"lid", "lɛd"} <= set(heard)


def test_british_texts_get_british_sounds() -> None:
    spoken = say("They were told to tear down the wall.", language="en-GB", settings=SpokenSettings())
    assert [ipa for _, _, ipa in spoken.phonemes] == ["tˈeə"]


@pytest.mark.parametrize("sentence", ["The FBI came to the USA.", "J. R. R. Hale left.", "The UK's best CDs sold."])
def test_no_pause_falls_inside_an_acronym(sentence: str) -> None:
    spoken = say(sentence, language="en", settings=SpokenSettings())
    pieces = phonemize(spoken.text, "en-us", spoken.phonemes)
    said = " ".join(piece.phonemes for piece in pieces)
    assert said.count(".") == 1
    assert "dˈɑt" not in said
