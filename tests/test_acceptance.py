"""What a take must be to count, and in which ways a refused one is spoken again."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from audiobook import booth
from audiobook.accept import Judge
from audiobook.audio import Speech, Utterance
from audiobook.booth import Booth, ways
from audiobook.calibration import calibration_utterance
from audiobook.crew import Job
from audiobook.engines import open_engine
from audiobook.script import Delivery, Voice
from audiobook.settings import RecordSettings

TEXTS = (
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
    "Then it went out, and nobody spoke for a while.",
    "Somebody must have rung the bell in the tower.",
    "By morning every boat lay safe behind the wall.",
)
Takes = tuple[list[tuple[Utterance, Speech]], Utterance, Speech, Speech]
Spoil = Callable[[np.ndarray, int], np.ndarray]
LINE = "Her brother hid the silver key behind the kitchen clock."


@pytest.fixture(scope="module")
def takes() -> Takes:
    engine = open_engine("piper")
    voice = Voice("piper", engine.voices()[0].name)
    lines = [Utterance(text, "en", voice) for text in (*TEXTS, LINE)]
    spoken = [(line, engine.speak(line)) for line in lines]
    again = Utterance(LINE.replace(".", ", behind the kitchen clock."), "en", voice)
    twice = engine.speak(again)
    fixed = engine.speak(calibration_utterance(voice, "en"))
    engine.close()
    return spoken[:-1], lines[-1], twice, fixed


class Asking:
    """A judge and whom it asks for the calibration text of a voice."""

    def __init__(self, speak: Callable[[Utterance], Speech]) -> None:
        self._judge = Judge()
        self._speak = speak

    def fault(self, utterance: Utterance, speech: Speech) -> str:
        text = calibration_utterance(utterance.voice, utterance.language)
        return self._judge.fault(utterance, speech, lambda: self._speak(text))


@pytest.fixture
def judge(takes: Takes) -> Asking:
    """A judge who can ask for the voice."""
    judge = Asking(lambda _text: takes[3])
    assert [judge.fault(line, speech) for line, speech in takes[0]] == [""] * len(TEXTS)
    return judge


def test_the_verdict_on_a_take_hangs_on_no_other_take(takes: Takes) -> None:
    # It once hung on the median pace of what a worker had spoken before, so that builds differed with their processes.
    line, speech = takes[0][3]
    suspects = [speech, *(Speech(spoil(speech.samples, speech.sample_rate), speech.sample_rate) for spoil in SPOILS)]
    alone = [Asking(lambda _text: takes[3]).fault(line, suspect) for suspect in suspects]
    judge = Asking(lambda _text: takes[3])
    for other, sound in takes[0]:
        judge.fault(other, Speech(np.repeat(sound.samples, 2), sound.sample_rate))
    assert [judge.fault(line, suspect) for suspect in suspects] == alone


def halved(samples: np.ndarray, rate: int) -> np.ndarray:
    return samples[: len(samples) // 2]


def silent(samples: np.ndarray, rate: int) -> np.ndarray:
    return samples * 1e-4


def clipped(samples: np.ndarray, rate: int) -> np.ndarray:
    return np.clip(samples * 40, -1, 1)


def holed(samples: np.ndarray, rate: int) -> np.ndarray:
    middle = len(samples) // 2
    return np.concatenate([samples[:middle], np.zeros(int(1.8 * rate), np.float32), samples[middle:]])


def hissing(samples: np.ndarray, rate: int) -> np.ndarray:
    return np.concatenate([samples, np.random.default_rng(1).normal(0, 0.05, 9 * rate).astype(np.float32)])


def stuttering(samples: np.ndarray, rate: int) -> np.ndarray:
    return np.concatenate([samples, 0.9 * samples[-rate:]])


def broken(samples: np.ndarray, rate: int) -> np.ndarray:
    return np.where(np.arange(len(samples)) == 1000, np.float32(np.nan), samples)


SPOILS = (halved, stuttering, hissing)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (halved, r"only \d\.\d\d s of sound"),
        (silent, "silence"),
        (clipped, r"clipping in \d+%"),
        (holed, r"a hole of 1\.\d s"),
        (hissing, "at most"),
        (stuttering, "an end that is said twice"),
        (broken, "no numbers"),
    ],
)
def test_a_spoilt_take_is_refused_by_name(judge: Asking, takes: Takes, spoil: Spoil, words: str) -> None:
    line, speech = takes[0][3]
    assert judge.fault(line, speech) == ""
    spoilt = Speech(spoil(speech.samples, speech.sample_rate), speech.sample_rate)
    assert re.search(words, judge.fault(line, spoilt))


def test_an_end_that_a_neural_voice_says_twice_is_refused(judge: Asking, takes: Takes) -> None:
    _, line, twice, _ = takes
    assert judge.fault(line, twice) == "an end that is said twice"


def test_a_text_that_itself_repeats_its_end_is_not(judge: Asking, takes: Takes) -> None:
    _, line, twice, _ = takes
    written = Utterance(LINE.replace(".", ", behind the kitchen clock."), "en", line.voice)
    assert judge.fault(written, twice) == ""


def test_the_same_end_a_second_time_is_refused_however_short(takes: Takes) -> None:
    # A copied end passed where the line was less than 1.1 times its usual length.
    judge = Asking(lambda _text: takes[3])
    for line, speech in takes[0]:
        end = int(np.flatnonzero(np.abs(speech.samples) > 0.01)[-1])
        tail = speech.samples[end - int(0.8 * speech.sample_rate) : end]
        twice = Speech(np.concatenate([speech.samples[:end], tail]), speech.sample_rate)
        assert judge.fault(line, twice) == "an end that is said twice"


def test_tones_that_are_alike_because_words_are_are_taken() -> None:
    # The silent engine could not record these: its tones for "the story" and "near it" come twice to the sample.
    engine = open_engine("silent")
    judge = Asking(engine.speak)
    texts = (
        *TEXTS,
        "or in him that had one have with on his by",
        "It was page four of the story, or near it.",
        "Ada carried every letter behind the mill, that same evening.",
        "Ines painted two wet ropes along the sea wall, that same evening.",
        "The clerk forgot the brass key in the attic, after the rain.",
        "Tom Crane gave away a green book in the attic, before noon.",
    )
    lines = [Utterance(text, "en", Voice("silent", "silent")) for text in texts]
    assert [judge.fault(line, engine.speak(line)) for line in lines] == [""] * len(texts)


@pytest.mark.parametrize("name", ["piper", "pyttsx3"])
def test_a_text_that_says_words_again_and_again_is_taken(name: str) -> None:
    # "Go on, go on, gone", "Heave ho!" and "Ha! Ha! Ha!" were refused whatever the engine did.
    engine = open_engine(name)
    voice = Voice(name, "en-us" if name == "pyttsx3" else engine.voices()[0].name)
    judge = Asking(engine.speak)
    texts = (
        "No, no, no! I will not have it, no, no, no!", "Ha! Ha! Ha! Ha! Ha! Ha! Ha! Ha! Ha!",
        "Ding dong, ding dong, ding dong, ding dong.", "Hush, hush, little one, hush, hush, little son.",
        "Left, right, left, right, left, right, left, right, halt!", "Go on, go on, go on, go on, go on, gone.",
        "Heave ho! Heave ho! Heave ho! Heave! Hoe!", "Singing, ringing, swinging, bringing, flinging, stinging.",
        "Yes, yes, yes, yes, yes, yes, of course, yes indeed, yes.",
    )  # fmt: skip
    lines = [Utterance(text, "en", voice) for text in texts]
    assert [judge.fault(line, engine.speak(line)) for line in lines] == [""] * len(texts)
    engine.close()


@pytest.mark.parametrize("name", ["piper", "pyttsx3"])
def test_letters_that_are_called_by_their_names_may_take_their_time(name: str) -> None:
    # eSpeak says "Hebrew letter shin" and more: one line of Hebrew or Arabic kept an English book from being published.
    engine = open_engine(name)
    voice = Voice(name, "en-us" if name == "pyttsx3" else engine.voices()[0].name)
    judge = Asking(engine.speak)
    texts = (
        "שלום עולם, אמר דוד.", "مرحبا بالعالم.", "こんにちは世界", "สวัสดีชาวโลก", "„“ 𝕬𝖇𝖈 Ａone ①.", "ሰላም ልዑል",
        "Nguyễn Thị Phương Thảo đã đến Đà Nẵng.", "a b c d e f g h i j k l m n o p q r s t u v w x y z",
    )  # fmt: skip
    lines = [Utterance(text, "en", voice) for text in texts]
    takes = [engine.speak(line) for line in lines]
    assert [judge.fault(line, take) for line, take in zip(lines, takes, strict=True)] == [""] * len(texts)
    hebrew = takes[0]
    longer = Speech(np.concatenate([hebrew.samples] * 4), hebrew.sample_rate)
    assert "at most" in judge.fault(lines[0], longer), "a take may still be too long for them"
    engine.close()


def test_a_language_without_a_text_of_its_own_is_judged_by_what_all_voices_keep() -> None:
    # The pace of an English sentence once decided over Japanese with English names and numbers in it.
    engine = open_engine("silent")
    mixed = Utterance(
        "夏目漱石（Natsume Soseki、慶応3年1月5日—大正5年12月9日）は日本の小説家である。",
        "ja",
        Voice("silent", "silent"),
    )
    assert Asking(engine.speak).fault(mixed, engine.speak(mixed)) == ""


class Engine:
    """Refuses the first takes: gives silence."""

    name = "fake"
    honours = frozenset({"rate"})
    deterministic = True

    def __init__(self) -> None:
        self.asked: list[tuple[str, float]] = []
        self.mute = True

    def speak(self, utterance: Utterance) -> Speech:
        self.asked.append((utterance.text, utterance.delivery.rate))
        frames = 16_000 * (0.1 + 0.07 * sum(map(str.isalpha, utterance.text)))
        return Speech(np.full(int(frames), 0.0 if self.mute else 0.2, np.float32), 16_000)


class Restless(Engine):
    deterministic = False
    honours = frozenset()


TEXT = "He went to the market, and nobody knew why he had gone."
CLAUSES = [("He went to the market,", 1.0), ("and nobody knew why he had gone.", 1.0)]
PLAIN = "He went down to the market before anybody else had woken."
HALVES = [("He went down to the market", 1.0), ("before anybody else had woken.", 1.0)]


def asked(engine: Engine, text: str, tries: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list:
    monkeypatch.setattr(booth, "open_engine", lambda *_: engine)
    job = Job("0" * 64, Utterance(text, "en", Voice("fake", "any")), RecordSettings())
    speaker = Booth(tmp_path)
    for refusals in range(tries):
        reply = speaker.record(job, refusals)
        assert "silence" in str(reply.error)
    return engine.asked


def test_the_ladder_of_a_steady_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole, slower = [(TEXT, 1.0)], [(TEXT, 0.94)]
    # The halves of this text are its clauses, and are not tried twice.
    assert asked(Engine(), TEXT, 3, tmp_path, monkeypatch) == whole + CLAUSES + slower


def test_the_ladder_of_an_engine_that_never_says_the_same_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = [(PLAIN, 1.0)]
    other = [(PLAIN.replace("woken.", "woken;"), 1.0)]
    assert asked(Restless(), PLAIN, 4, tmp_path, monkeypatch) == whole + whole + HALVES + other


def test_every_way_says_every_word_with_its_given_sound() -> None:
    text = "Szymon went to the harbour, and Alimbekova; nobody knew why he had gone there."
    phonemes = ((0, 6, "ˈʂɨmɔn"), (32, 42, "x"))
    for parts in ways(Utterance(text, "en", Voice("a", "b"), Delivery(), phonemes), Engine()):
        assert " ".join(part.text for part in parts).rstrip(";.") == text.rstrip(".")
        given = [part.text[start:end] for part in parts for start, end, _ in part.phonemes]
        assert given == ["Szymon", "Alimbekova"]
