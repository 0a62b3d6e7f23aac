"""Recording: takes from the cache or from processes that may hang, die or lie."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

import audiobook.engines
from audiobook import speakers
from audiobook.accept import Judge
from audiobook.audio import Utterance
from audiobook.booth import halves
from audiobook.cache import TakeCache
from audiobook.calibration import calibration_utterance
from audiobook.crew import Job
from audiobook.errors import EngineError, OutputError, RecordingError, VoiceError
from audiobook.record import Keys, Recorded, open_recorder
from audiobook.script import Delivery, Voice
from audiobook.settings import RecordSettings
from audiobook.workers import decode_job, encode_job

FAKES = Path(__file__).parent / "data" / "record"


@pytest.fixture(autouse=True)
def _fakes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "log").mkdir()
    monkeypatch.syspath_prepend(str(FAKES))
    monkeypatch.setenv("FAKE_LOG", str(tmp_path / "log"))
    audiobook.engines.strangers._points.cache_clear()
    yield
    audiobook.engines.strangers._points.cache_clear()


@pytest.fixture
def cache(tmp_path: Path) -> TakeCache:
    return TakeCache(tmp_path / "cache")


def line(text: str, voice: str = "good", **delivery: float) -> Utterance:
    return Utterance(text, "en", Voice("fake", voice), Delivery(**delivery))


def lines(count: int, voice: str = "good") -> list[Utterance]:
    words = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return [line(f"The {words[n // 10]} and {words[n % 10]} of them went home.", voice) for n in range(count)]


def record(cache: TakeCache, utterances: Iterable[Utterance], jobs: int = 2, **settings: Any) -> list[Recorded]:
    with open_recorder(cache, RecordSettings(**settings), jobs) as recorder:
        return sorted(recorder.record(utterances), key=lambda recorded: recorded.index)


def calls(tmp_path: Path) -> list[str]:
    """What the engine was asked to say, but for the text that tells the voice's pace."""
    fixed = calibration_utterance(Voice("fake", "good"), "en").text
    return sorted(path.name for path in (tmp_path / "log").iterdir() if not path.name.startswith(fixed[:40]))


def test_every_utterance_gets_its_own_take(cache: TakeCache) -> None:
    utterances = lines(12)
    results = record(cache, utterances)
    assert [result.index for result in results] == list(range(12))
    assert all(result.error is None and not result.cached for result in results)
    keys = Keys(seed=0)
    assert [cache.get(keys.key(utterance)) for utterance in utterances] == [r.take for r in results]


def test_a_second_run_speaks_nothing_and_starts_no_process(cache: TakeCache, monkeypatch: pytest.MonkeyPatch) -> None:
    first = record(cache, lines(5))
    monkeypatch.setattr(speakers, "Worker", lambda *_: pytest.fail("a process was started"))
    second = record(cache, lines(5))
    assert all(result.cached for result in second)
    assert [result.take for result in second] == [result.take for result in first]


def test_one_changed_sentence_records_one_take(cache: TakeCache, tmp_path: Path) -> None:
    utterances = lines(6)
    record(cache, utterances)
    before = len(calls(tmp_path))
    utterances[3] = line("Somebody has changed this sentence by hand.")
    results = record(cache, utterances)
    assert [result.cached for result in results] == [True, True, True, False, True, True]
    assert len(calls(tmp_path)) == before + 1


def test_what_occurs_twice_is_spoken_once(cache: TakeCache, tmp_path: Path) -> None:
    results = record(
        cache, [line("Yes, of course it is."), line("No, never in my life."), line("Yes, of course it is.")]
    )
    assert results[0].take == results[2].take
    assert sorted((results[0].cached, results[2].cached)) == [False, True]
    assert len(calls(tmp_path)) == 2


def test_gain_belongs_to_stitching_and_records_nothing_anew(cache: TakeCache, tmp_path: Path) -> None:
    record(cache, [line("Come here, will you?")])
    results = record(cache, [line("Come here, will you?", gain=-3.0)])
    assert results[0].cached


def test_utterances_are_drawn_only_a_little_ahead(cache: TakeCache) -> None:
    drawn = 0

    def endless() -> Iterator[Utterance]:
        nonlocal drawn
        while True:
            drawn += 1
            yield line("".join("abcdefghij"[int(digit)] for digit in f"{drawn:09}"))

    with open_recorder(cache, RecordSettings(), 1) as recorder:
        for count, _ in enumerate(recorder.record(endless()), 1):
            assert drawn <= count + 200
            if count == 5:
                break


def test_text_without_words_becomes_an_empty_take(cache: TakeCache) -> None:
    results = record(cache, [line("...!")])
    assert results[0].take is not None
    assert results[0].take.frames == 0
    assert record(cache, [line("...!")])[0].cached


@pytest.mark.parametrize("voice", ["hangs-once", "dies-once", "mute-once"])
def test_a_take_that_fails_once_is_made_again(cache: TakeCache, tmp_path: Path, voice: str) -> None:
    results = record(cache, [line("He waited for a long time.", voice), *lines(3)], timeout_s=2.0)
    assert all(result.take is not None for result in results)
    assert calls(tmp_path)[:2] == ["He waited for a long time..0", "He waited for a long time..1"]


@pytest.mark.parametrize(
    ("voice", "reason"),
    [
        ("hangs", "nothing came within 1 s"),
        ("dies", "the speaking process ended"),
        ("raises", "IndexError: list index out of range"),
        ("refuses", "lost its tongue"),
        ("mute", "silence"),
    ],
)
def test_a_take_that_always_fails_is_named_and_the_others_are_made(
    cache: TakeCache, tmp_path: Path, voice: str, reason: str
) -> None:
    results = record(cache, [line("He waited for a long time.", voice), *lines(4)], retries=1, timeout_s=1.0)
    assert isinstance(results[0].error, RecordingError)
    assert "He waited for a long time." in str(results[0].error)
    assert f"fake:{voice}" in str(results[0].error)
    assert reason in str(results[0].error)
    assert results[0].take is None
    assert all(result.take for result in results[1:])
    assert sum(name.startswith("He waited") for name in calls(tmp_path)) == 2


def test_a_text_that_an_engine_always_chokes_on_is_spoken_in_halves(cache: TakeCache, tmp_path: Path) -> None:
    text = "He went to the market, and nobody knew why he had gone."
    (result,) = record(cache, [Utterance(text, "en", Voice("steady", "good"))])
    assert calls(tmp_path) == [f"{text[:40]}.0", "He went to the market,.0", "and nobody knew why he had gone..0"]
    assert result.take is not None
    first, second = result.take.words
    assert (first.text, second.text) == ("He", "and")
    assert first.end == second.start
    assert second.end == result.take.frames


@pytest.mark.parametrize(
    ("text", "phonemes", "parts"),
    [
        (
            "One two, three four.",
            ((0, 3, "wʌn"), (9, 14, "θriː")),
            (("One two,", ((0, 3, "wʌn"),)), ("three four.", ((0, 5, "θriː"),))),
        ),
        ("New York is big", ((0, 11, "x"),), (("New York is", ((0, 11, "x"),)), ("big", ()))),
        ("Unspeakably", (), (("Unspeakably", ()),)),
        ("— — go", (), (("— — go", ()),)),
        ("New York", ((0, 8, "x"),), (("New York", ((0, 8, "x"),)),)),
    ],
)
def test_halves_keep_words_and_phonemes_whole(text: str, phonemes: Any, parts: Any) -> None:
    cut = halves(Utterance(text, "en", Voice("fake", "good"), phonemes=phonemes))
    assert tuple((part.text, part.phonemes) for part in cut) == parts


def test_a_line_that_failed_is_not_tried_again_when_it_comes_back(cache: TakeCache, tmp_path: Path) -> None:
    bad = line("This one fails.", "refuses")
    with open_recorder(cache, RecordSettings(retries=0), 1) as recorder:
        first = list(recorder.record([bad]))
        second = list(recorder.record([bad]))
    assert first[0].error == second[0].error
    assert len(calls(tmp_path)) == 1


def test_an_engine_that_fails_on_everything_is_reported_once(cache: TakeCache) -> None:
    with pytest.raises(EngineError, match=r"in a row could not be recorded.*lost its tongue"):
        record(cache, lines(40, "refuses"), retries=0)


def test_an_engine_that_is_missing_ends_the_recording(cache: TakeCache) -> None:
    with pytest.raises(EngineError, match="not installed"):
        record(cache, [Utterance("Hello there.", "en", Voice("absent", "any"))])


def test_a_voice_that_is_missing_ends_the_recording(cache: TakeCache) -> None:
    with pytest.raises(VoiceError, match="good"):
        record(cache, [line("Hello there.", "goood")])


def test_a_full_disk_ends_the_recording_and_keeps_what_is_finished(cache: TakeCache, tmp_path: Path) -> None:
    record(cache, lines(3))
    with pytest.raises(OutputError, match="space") as caught:
        record(cache, [*lines(3), line("There is no room for this.", "disk-full")])
    assert "run the same command again" in str(caught.value)
    assert cache.stats().takes == 3
    assert not list((tmp_path / "cache").rglob(".*"))


def test_an_engine_may_print_without_breaking_the_conversation(cache: TakeCache) -> None:
    assert all(result.take for result in record(cache, lines(3, "chatty")))


def test_a_worker_that_grew_is_replaced(cache: TakeCache, tmp_path: Path) -> None:
    record(cache, lines(3), jobs=1, memory_mb=1)
    numbers = {path.read_text() for path in (tmp_path / "log").iterdir()}
    assert len(numbers) == 3


def test_no_process_is_left_after_the_recording(cache: TakeCache) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    record(cache, lines(6))
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def stop_at_first(cache: TakeCache, utterances: list[Utterance], stop: BaseException) -> None:
    with open_recorder(cache, RecordSettings(), 2) as recorder:
        for _ in recorder.record(utterances):
            raise stop


def test_an_error_of_the_caller_ends_the_processes_at_once(cache: TakeCache) -> None:
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    begun = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        stop_at_first(cache, [*lines(2), *lines(2, "hangs")], ZeroDivisionError())
    assert time.monotonic() - begun < 60
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def test_ctrl_c_finishes_the_lines_in_progress(cache: TakeCache) -> None:
    utterances = lines(20, "slow")
    with pytest.raises(KeyboardInterrupt):
        stop_at_first(cache, utterances, KeyboardInterrupt())
    kept = cache.stats().takes
    assert 2 <= kept <= 4
    assert sum(result.cached for result in record(cache, utterances[:4])) >= 2


PROGRAM = """
import sys
sys.path.insert(0, {fakes!r})
from pathlib import Path
from audiobook.accept import Judge
from audiobook.audio import Utterance
from audiobook.booth import halves
from audiobook.cache import TakeCache
from audiobook.record import open_recorder
from audiobook.script import Voice
from audiobook.settings import RecordSettings
texts = ["This is line " + "abcdefghijklmnopqrst"[n] * 6 + "." for n in range(20)]
try:
    with open_recorder(TakeCache(Path({cache!r})), RecordSettings(), 2) as recorder:
        for done in recorder.record(Utterance(text, "en", Voice("fake", {voice!r})) for text in texts):
            print("done", flush=True)
except KeyboardInterrupt:
    print("stopped", flush=True)
"""


def start_program(cache: TakeCache, voice: str) -> subprocess.Popen[str]:
    """Run a recording in a program of its own, which has no main guard."""
    code = PROGRAM.format(fakes=str(FAKES), cache=str(cache.folder), voice=voice)
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_ctrl_c_from_a_terminal_leaves_no_traceback_and_loses_nothing(cache: TakeCache) -> None:
    with start_program(cache, "slow") as program:
        assert program.stdout.readline() == "done\n"
        workers = psutil.Process(program.pid).children(recursive=True)
        program.send_signal(signal.SIGINT)
        output, complaints = program.communicate(timeout=20)
    assert output.endswith("stopped\n")
    assert complaints == ""
    assert program.returncode == 0
    assert cache.stats().takes >= 1
    assert cache.verify() == ()
    assert not [worker for worker in workers if worker.is_running()]


def test_workers_end_when_their_parent_is_killed(cache: TakeCache, tmp_path: Path) -> None:
    with start_program(cache, "hangs") as program:
        for _ in range(200):
            if len(calls(tmp_path)) == 2:
                break
            time.sleep(0.05)
        workers = psutil.Process(program.pid).children(recursive=True)
        assert len(workers) == 2
        program.kill()
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive


def test_a_killed_run_goes_on_where_it_stopped(cache: TakeCache, tmp_path: Path) -> None:
    with start_program(cache, "slow") as program:
        for _ in range(3):
            program.stdout.readline()
        program.kill()
    kept = cache.stats().takes
    assert kept >= 3
    texts = ["This is line " + letter * 6 + "." for letter in "abcdefghijklmnopqrst"]
    results = record(cache, [line(text, "slow") for text in texts])
    assert sum(result.cached for result in results) >= kept
    assert all(result.take for result in results)


def test_workers_do_not_import_the_callers_main_module(cache: TakeCache, tmp_path: Path) -> None:
    script = tmp_path / "unguarded.py"
    script.write_text(PROGRAM.format(fakes=str(FAKES), cache=str(cache.folder), voice="good") + "print('end')\n")
    environment = os.environ | {"FAKE_LOG": str(tmp_path / "log")}
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.count("end") == 1
    assert done.stdout.count("done") == 20


def test_a_voice_is_judged_by_its_pace_in_the_same_language() -> None:
    # A worker that had read English in a voice refused every Japanese line of another book in the same voice.
    engine = audiobook.engines.open_engine("silent")
    judge, voice = Judge(), Voice("silent", "silent")
    for number in range(20):
        english = Utterance(f"Twelve boats came home on the day numbered {number}.", "en", voice)
        plain = calibration_utterance(voice, "en")
        assert judge.fault(english, engine.speak(english), lambda plain=plain: engine.speak(plain)) == ""
    japanese = Utterance("船はみな夕方に港へ帰り、人々は灯をともして待っていた。" * 3, "ja", voice)
    assert judge.fault(japanese, engine.speak(japanese), lambda: engine.speak(calibration_utterance(voice, "ja"))) == ""


spans = st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99), st.text()), max_size=3).map(tuple)
deliveries = st.builds(Delivery, *[st.floats(-20, 20)] * 6)


@given(st.text(), st.text(), deliveries, spans, spans, st.integers(0, 9), st.text())
def test_a_job_reaches_the_process_that_speaks_it_whole(
    text: str, language: str, delivery: Delivery, phonemes: Any, foreign: Any, number: int, calibration: str
) -> None:
    # The spans of other languages got lost on the way, and every engine said them as the book's own words.
    utterance = Utterance(text, language, Voice("fake", text), delivery, phonemes, foreign)
    job = Job("0" * 64, utterance, RecordSettings(seed=number), number, calibration)
    assert decode_job(encode_job(job, number + 1)) == (job, number + 1)


@pytest.mark.parametrize("name", ["piper", "pyttsx3"])
def test_words_of_another_language_are_recorded_as_the_engine_says_them(cache: TakeCache, name: str) -> None:
    engine = audiobook.engines.open_engine(name)
    voice = Voice(name, "en-us" if name == "pyttsx3" else engine.voices()[0].name)
    text = "He wished us bon appétit and left."
    plain, french = Utterance(text, "en", voice), Utterance(text, "en", voice, foreign=((13, 24, "fr"),))
    takes = [recorded.take for recorded in record(cache, [plain, french])]
    frames = [len(engine.speak(utterance).samples) for utterance in (plain, french)]
    engine.close()
    assert frames[0] != frames[1]
    assert [take.frames for take in takes if take] == frames


def test_the_pace_of_a_voice_is_read_off_its_calibration_take(cache: TakeCache, tmp_path: Path) -> None:
    # Each process had the text spoken once more for itself, which took a neural voice longer than a short story.
    fixed = calibration_utterance(Voice("fake", "good"), "en")
    unusual = [
        line(f"The {word} of them were said twice as slowly as they should.", rate=2.0) for word in ("two", "six")
    ]
    record(cache, [fixed, *unusual], jobs=1, retries=0)
    assert len([path for path in (tmp_path / "log").iterdir() if path.name.startswith(fixed.text[:40])]) == 1
