"""Listening: words compared, a text followed, takes recorded again, finished books proved with the real recognizer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

import audiobook.engines
from audiobook import attend, hearing
from audiobook.attend import AttentiveRecorder
from audiobook.audio import Utterance
from audiobook.cache import TakeCache
from audiobook.cli import main
from audiobook.engines import open_engine
from audiobook.errors import EngineError
from audiobook.hearing import RATE, Segment, compare, word_list
from audiobook.hearing.pieces import pieces
from audiobook.record import Recorded, open_recorder
from audiobook.script import Voice
from audiobook.settings import RecordSettings
from audiobook.verify import Reading, listen
from audiobook.verify.follow import MISSED, SAID, Follower

FAKES = Path(__file__).parent / "data" / "record"
SENTENCES = (
    "The keeper climbed the stairs to light the lamp.",
    "A cold wind blew from the north all day.",
    "Nobody on the island had seen such weather before.",
    "His daughter carried bread and cheese up the hill.",
    "They sat together and watched the boats come home.",
    "One small boat was missing when evening came.",
    "The old man took his coat and opened the door.",
    "He said that he would walk down to the beach.",
    "The water was black and the stones were wet.",
    "Far away a little light moved up and down.",
)


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("Doctor Crane paid five dollars and fifty cents.", "Dr. Crane paid $5.50"),
        ("In eighteen ninety three, Mister Bell came.", "in 1893 Mr Bell came"),
        ("The lamplight, the harbour", "the lamp light the harbor"),
        ("They didn't realise it", "They didnt realize it."),
        ("a café", "A cafe!"),
        ("twenty-two", "22"),
    ],
)
def test_words_that_sound_the_same_are_no_error(written: str, heard: str) -> None:
    assert compare(word_list(written), word_list(heard)).errors == 0


@pytest.mark.parametrize(
    ("written", "heard", "errors"),
    [
        ("one two three four", "one two four", 1),
        ("one two three four", "one two three four five", 1),
        ("one two three four", "one too three four", 1),
        ("one two three four", "", 4),
        ("one two three", "one two three one two three", 3),
        ("", "hello", 1),
    ],
)
def test_word_errors_are_what_an_editor_would_change(written: str, heard: str, errors: int) -> None:
    difference = compare(written.split(), heard.split())
    assert (difference.words, difference.errors) == (len(written.split()), errors)


# --- following a text


def words_of(count: int, seed: int = 1) -> list[str]:
    """A text of made-up words without a pattern."""
    draw = np.random.default_rng(seed)
    syllables = ("ba", "do", "fe", "gi", "ku", "la", "mo", "ne", "pi", "ru", "sa", "to")
    return ["".join(syllables[number] for number in draw.integers(0, 12, 3)) for _ in range(count)]


def follow(text: list[str], heard: list[str]) -> Follower:
    follower = Follower(text)
    for start in range(0, len(heard), 20):
        follower.hear(Segment(" ".join(heard[start : start + 20]), start / 3, (start + 20) / 3))
    follower.finish()
    return follower


def test_a_whole_text_is_followed_to_its_end() -> None:
    text = words_of(2000)
    follower = follow(text, text)
    assert set(follower.states) == {SAID}
    assert follower.added == []
    assert follower.times[1000] == pytest.approx(1000 / 3, abs=3)


@pytest.mark.parametrize("gap", [8, 300, 1500])
def test_what_is_left_out_is_missed_and_nothing_else(gap: int) -> None:
    text = words_of(4000)
    follower = follow(text, text[:900] + text[900 + gap :])
    missed = [place for place, state in enumerate(follower.states) if state == MISSED]
    assert missed == list(range(900, 900 + gap))


def test_what_is_said_twice_is_added() -> None:
    text = words_of(1200)
    follower = follow(text, text[:700] + text[680:])
    assert [len(extra.words) for extra in follower.added] == [20]
    assert list(follower.states).count(SAID) == len(text)


def test_a_text_that_ends_early_is_missed_to_its_end() -> None:
    text = words_of(900)
    follower = follow(text, text[:500])
    assert [place for place, state in enumerate(follower.states) if state == MISSED] == list(range(500, 900))


def test_pieces_are_short_lie_at_pauses_and_lose_no_sound() -> None:
    tone = 0.3 * np.sin(np.arange(int(2.5 * RATE)) * 0.2).astype(np.float32)
    sound = np.concatenate([np.concatenate([tone, np.zeros(RATE // 2, np.float32)]) for _ in range(20)])
    cut = list(pieces((sound[start : start + 7777] for start in range(0, len(sound), 7777)), RATE))
    assert all(len(samples) <= 12 * RATE for _, samples in cut)
    assert all(abs(samples[-1600:]).max() < 0.01 for _, samples in cut[:-1])
    joined = np.zeros_like(sound)
    for start, samples in cut:
        joined[start : start + len(samples)] = samples
    assert np.array_equal(joined, sound)


# --- recording with open ears


class Ears:
    """Tells texts apart by the length of the fakes' tones: 0.1 s a part and 0.07 s a letter."""

    calls = 0

    def hear(self, samples: np.ndarray, rate: int) -> str:
        Ears.calls += 1
        letters = round((len(samples) / rate - 0.1) / 0.07, 2)
        for text, mumbled in TEXTS.items():
            whole = sum(map(str.isalpha, text))
            if letters == whole:
                return mumbled
            if 1 <= letters - whole <= 1.6:  # one part more
                return text if text != HOPELESS else "nothing like it"
        return "?"

    def close(self) -> None:
        pass


WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "eighth", "eleventh", "twelfth")
CLEAR = "She went home with her little dog."
MENDED = "He looked at the harbour, and then he shook his head."
HOPELESS = "Wilhelmina Trevanion and Szymon Alimbekova quarrelled furiously, and departed."
SHORT = "Oh dear!"
TEXTS = {CLEAR: CLEAR, MENDED: "sea look at our bar", HOPELESS: "will mean a tree on", SHORT: "or there"}


@pytest.fixture
def ears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "log").mkdir()
    monkeypatch.syspath_prepend(str(FAKES))
    monkeypatch.setenv("FAKE_LOG", str(tmp_path / "log"))
    monkeypatch.setattr(attend, "Recognizer", Ears)
    monkeypatch.setattr(attend, "require", lambda: "ears 1")
    audiobook.engines.strangers._points.cache_clear()
    Ears.calls = 0
    yield
    audiobook.engines.strangers._points.cache_clear()


def attended(cache: TakeCache, texts: list[str], language: str = "en") -> tuple[list[Recorded], attend.Counts]:
    with open_recorder(cache, RecordSettings(), 1) as recorder, AttentiveRecorder(recorder, cache) as listener:
        lines = [Utterance(text, language, Voice("fake", "good")) for text in texts]
        results = sorted(listener.record(lines), key=lambda result: result.index)
        return results, listener.counts


@pytest.mark.usefixtures("ears")
def test_lines_that_are_not_understood_are_recorded_again_and_the_better_take_stays(tmp_path: Path) -> None:
    cache = TakeCache(tmp_path / "cache")
    results, counts = attended(cache, [CLEAR, MENDED, SHORT, HOPELESS])
    assert [bool(result.misheard) for result in results] == [False, False, False, True]
    assert results[3].misheard == "will mean a tree on"
    assert (counts.lines, counts.again, counts.better) == (3, 2, 1)
    letters = sum(map(str.isalpha, MENDED))
    assert results[1].take is not None
    assert results[1].take.frames == pytest.approx(16_000 * (0.07 * letters + 0.2), abs=2), "spoken in two parts"


@pytest.mark.usefixtures("ears")
def test_nothing_is_heard_or_recorded_twice(tmp_path: Path) -> None:
    cache = TakeCache(tmp_path / "cache")
    first, _ = attended(cache, [CLEAR, MENDED, HOPELESS])
    heard, spoken = Ears.calls, len(list((tmp_path / "log").iterdir()))
    second, counts = attended(cache, [CLEAR, MENDED, HOPELESS])
    assert (Ears.calls, len(list((tmp_path / "log").iterdir()))) == (heard, spoken)
    assert [result.take for result in second] == [result.take for result in first]
    assert (counts.again, counts.better) == (0, 0)
    assert second[2].misheard == first[2].misheard


@pytest.mark.usefixtures("ears")
def test_a_book_that_is_hard_to_follow_as_a_whole_is_not_recorded_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"The {word} of them went to the old village." for word in WORDS]
    monkeypatch.setattr(Ears, "hear", lambda *_: "a voice that nobody can follow went by")
    results, counts = attended(TakeCache(tmp_path / "cache"), texts)
    assert (counts.lines, counts.again) == (len(WORDS), 0)
    assert not any(result.misheard for result in results)


@pytest.mark.usefixtures("ears")
def test_lines_in_other_languages_are_not_listened_to(tmp_path: Path) -> None:
    results, counts = attended(TakeCache(tmp_path / "cache"), [MENDED], "fr")
    assert counts.lines == 0
    assert not results[0].misheard


def test_a_missing_recognizer_has_a_remedy_in_one_line(
    story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hearing.recognizer.importlib.util, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match="needs a recognizer"):
        hearing.require()
    assert main(["build", str(story), "--engine", "silent", "--listen", "-o", str(tmp_path / "out")]) == 5
    message = capsys.readouterr().err.strip().splitlines()[-1]
    assert message == 'audiobook: listening needs a recognizer. pip install "audiobook[listen]".'


# --- the real recognizer


@pytest.fixture(scope="module")
def spoken() -> tuple[int, tuple[np.ndarray, ...]]:
    """The sentences as Piper says them."""
    engine = open_engine("piper")
    voice = Voice("piper", engine.voices()[0].name)
    takes = tuple(engine.speak(Utterance(sentence, "en", voice)).samples for sentence in SENTENCES)
    rate = engine.sample_rate(voice.name)
    engine.close()
    return rate, takes


def write(path: Path, spoken: tuple[int, tuple[np.ndarray, ...]], order: list[int]) -> Path:
    rate, takes = spoken
    quiet = np.random.default_rng(1).normal(0, 2e-4, rate // 2).astype(np.float32)
    soundfile.write(path, np.concatenate([part for number in order for part in (quiet, takes[number])]), rate)
    return path


READINGS = tuple(Reading("One" if number < 5 else "Two", text, text) for number, text in enumerate(SENTENCES))


def test_a_sound_book_is_heard_without_a_fault(tmp_path: Path, spoken: tuple[int, tuple[np.ndarray, ...]]) -> None:
    heard = listen([write(tmp_path / "book.wav", spoken, list(range(10)))], READINGS)
    assert heard.faults == ()
    assert [chapter.title for chapter in heard.chapters] == ["One", "Two"]
    assert sum(chapter.words for chapter in heard.chapters) == sum(len(text.split()) for text in SENTENCES)
    assert heard.rate < 0.15


def test_a_sentence_that_was_cut_out_is_named_with_its_place(
    tmp_path: Path, spoken: tuple[int, tuple[np.ndarray, ...]]
) -> None:
    rate, takes = spoken
    path = write(tmp_path / "book.wav", spoken, [0, 1, 2, 3, 4, 5, 7, 8, 9])
    (fault,) = listen([path], READINGS).faults
    assert fault.kind == "missing"
    assert fault.chapter == "Two"
    assert "old man took his coat" in fault.text.lower()
    assert fault.at_s == pytest.approx(sum(len(take) / rate + 0.5 for take in takes[:6]), abs=1.5)


def test_a_sentence_that_is_said_twice_is_named_with_its_place(
    tmp_path: Path, spoken: tuple[int, tuple[np.ndarray, ...]]
) -> None:
    rate, takes = spoken
    files = [write(tmp_path / "1.wav", spoken, [0, 1, 2]), write(tmp_path / "2.wav", spoken, [3, 3, 4, 5, 6, 7, 8, 9])]
    (fault,) = listen(files, READINGS).faults
    assert (fault.kind, fault.path, fault.chapter) == ("repeated", files[1], "One")
    assert "carried bread" in fault.text
    assert fault.at_s < 2 * (len(takes[3]) / rate + 0.5) + 1


def test_the_command_reports_words_by_chapter_and_fails_for_missing_ones(
    tmp_path: Path, spoken: tuple[int, tuple[np.ndarray, ...]], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "book.script").write_text(
        '+++\ntitle = "Book"\nlanguage = "en"\n\n[cast]\nNARRATOR = "absent:voice"\n+++\n\n# The Keeper\n\n'
        + "\n\n".join(f"NARRATOR: {sentence}" for sentence in SENTENCES)
        + "\n",
        "utf-8",
    )
    write(tmp_path / "book.wav", spoken, [0, 1, 2, 4, 5, 6, 7, 8, 9])
    page = tmp_path / "page.html"
    arguments = ["check", "--listen", str(tmp_path / "book.wav"), "--profile", "none"]
    assert main([*arguments, "--json", "--html", str(page)]) == 1
    (row,) = (json.loads(line) for line in capsys.readouterr().out.splitlines())
    assert row["listening"]["chapters"][0]["title"] == "The Keeper"
    assert 0.05 < row["listening"]["word_error_rate"] < 0.3
    (problem,) = (found for found in row["problems"] if found["code"].startswith("words-"))
    assert problem["code"] == "words-missing"
    assert "bread and cheese" in problem["message"]
    assert "at 00:00:0" in problem["message"]
    assert ">word errors</th>" in page.read_text("utf-8")
    (tmp_path / "book.script").unlink()
    assert main(arguments) == 2
    assert "--against NAME.script" in capsys.readouterr().err
