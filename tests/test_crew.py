"""One crew for several books: whose job is next, what is spoken once, what ends when somebody leaves."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import audiobook.engines
from audiobook.audio import Take, Utterance
from audiobook.cache import TakeCache
from audiobook.crew import Crew, CrewLeft, Desk, Job, Reply, Seat
from audiobook.errors import EngineError, VoiceError
from audiobook.record import Recorded, open_recorder
from audiobook.script import Voice
from audiobook.settings import RecordSettings
from audiobook.speakers import LocalCrew, open_crew

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


def job(key: str) -> Job:
    return Job(key, Utterance(key, "en", Voice("fake", "good")), RecordSettings())


def taken(desk: Desk, count: int) -> str:
    jobs = [desk.take(0.01) for _ in range(count)]
    return " ".join(job.key if job else "-" for job in jobs)


def answers(seat: Seat) -> Iterator[str]:
    with contextlib.suppress(CrewLeft):
        while True:
            yield seat.next()[0]


def submit(seat: Seat, keys: str) -> None:
    for key in keys.split():
        seat.submit(job(key))


DONE = Reply(Take(Path("a.flac"), 1, 24_000), seconds=2.0)


def test_seats_of_one_rank_take_turns() -> None:
    desk = Desk()
    one, two = desk.open_seat(), desk.open_seat()
    submit(one, "a1 a2 a3 a4")
    submit(two, "b1 b2")
    assert taken(desk, 7) == "a1 b1 a2 b2 a3 a4 -"


def test_a_lower_rank_goes_first_and_the_others_fill_the_gaps() -> None:
    desk = Desk()
    long, short = desk.open_seat(2), desk.open_seat(1)
    submit(long, "a1 a2 a3")
    submit(short, "b1 b2")
    assert taken(desk, 3) == "b1 b2 a1"
    submit(short, "b3")
    assert taken(desk, 3) == "b3 a2 a3"


def test_a_key_of_two_books_is_handed_out_once_and_answered_to_both() -> None:
    desk = Desk()
    one, two = desk.open_seat(2), desk.open_seat(1)
    submit(one, "same a1")
    submit(two, "same")
    assert taken(desk, 3) == "same a1 -"
    desk.finish("same", DONE)
    assert one.next() == ("same", DONE)
    key, reply = two.next()
    assert (key, reply.take, reply.spoken, reply.seconds) == ("same", DONE.take, False, 0.0)


def test_a_job_that_is_being_spoken_is_joined() -> None:
    desk = Desk()
    one, two = desk.open_seat(), desk.open_seat()
    submit(one, "same")
    assert taken(desk, 1) == "same"
    submit(two, "same")
    assert taken(desk, 1) == "-"
    desk.finish("same", DONE)
    assert [one.next()[1].spoken, two.next()[1].spoken] == [True, False]


def test_who_leaves_takes_only_their_own_jobs_along() -> None:
    desk = Desk()
    one, two = desk.open_seat(), desk.open_seat()
    submit(one, "same a1 a2")
    submit(two, "same b1")
    one.leave()
    one.leave()
    assert taken(desk, 3) == "same b1 -"
    desk.finish("same", DONE)
    assert two.next()[1].spoken


def test_an_answer_to_somebody_who_left_is_dropped() -> None:
    desk = Desk()
    seat, other = desk.open_seat(), desk.open_seat()
    submit(seat, "a1")
    assert taken(desk, 1) == "a1"
    seat.leave()
    desk.finish("a1", DONE)
    submit(other, "a1")
    assert taken(desk, 1) == "a1"


def test_a_closed_desk_hands_out_nothing_and_tells_every_seat_after_the_last_answer() -> None:
    desk = Desk()
    seat = desk.open_seat()
    submit(seat, "a1 a2")
    assert taken(desk, 1) == "a1"
    desk.close()
    assert desk.take() is None
    desk.finish("a1", DONE)
    desk.dismiss()
    assert seat.next()[0] == "a1"
    for _ in range(2):
        with pytest.raises(CrewLeft):
            seat.next()
    with pytest.raises(CrewLeft):
        submit(seat, "a3")
    with pytest.raises(CrewLeft):
        desk.open_seat().next()


def test_speakers_are_told_how_much_there_is_to_say() -> None:
    waiting: list[int] = []
    desk = Desk(waiting.append)
    seat = desk.open_seat()
    submit(seat, "a1 a2")
    desk.take(0.01)
    submit(seat, "a3 a1")
    assert waiting == [1, 2, 3, 3]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.sampled_from(["submit", "take", "finish"]))))
def test_every_job_is_answered_to_everybody_who_waits_for_it_and_spoken_once_at_a_time(
    steps: list[tuple[int, int, str]],
) -> None:
    desk = Desk()
    seats = [desk.open_seat(rank) for rank in (0, 0, 1)]
    due: set[tuple[int, str]] = set()
    speaking: list[Job] = []
    for who, number, step in steps:
        key = f"k{number}"
        if step == "submit" and (who, key) not in due:
            submit(seats[who], key)
            due.add((who, key))
        elif step == "take" and (picked := desk.take(0.0)):
            assert picked.key not in [job.key for job in speaking]
            speaking.append(picked)
        elif step == "finish" and speaking:
            desk.finish(speaking.pop().key, DONE)
    while picked := desk.take(0.0):
        speaking.append(picked)
    for left in speaking:
        desk.finish(left.key, DONE)
    desk.dismiss()
    assert {(who, key) for who, seat in enumerate(seats) for key in answers(seat)} == due


def line(text: str, voice: str = "good") -> Utterance:
    return Utterance(text, "en", Voice("fake", voice))


def lines(book: str, count: int, voice: str = "good") -> list[Utterance]:
    return [line(f"This is line {'abcdefghijklmnop'[n] * 5} of {book}.", voice) for n in range(count)]


def record(cache: TakeCache, crew: Crew, utterances: list[Utterance], **settings: Any) -> list[Recorded]:
    with open_recorder(cache, RecordSettings(**settings), crew=crew) as recorder:
        return sorted(recorder.record(utterances), key=lambda recorded: recorded.index)


def calls(tmp_path: Path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "log").iterdir())


def test_two_books_at_once_get_all_their_takes_and_what_they_share_is_spoken_once(
    cache: TakeCache, tmp_path: Path
) -> None:
    shared = lines("both", 4)
    with open_crew(cache, 2) as crew, ThreadPoolExecutor(2) as pool:
        books = [pool.submit(record, cache, crew, [*shared, *lines(name, 6)]) for name in ("one", "two")]
        results = [book.result() for book in books]
    assert all(recorded.take for result in results for recorded in result)
    assert len(calls(tmp_path)) == 4 + 6 + 6
    assert sum(not recorded.cached for result in results for recorded in result) == 4 + 6 + 6


def test_a_job_whose_take_came_into_the_cache_meanwhile_is_not_spoken(cache: TakeCache, tmp_path: Path) -> None:
    class Blind(TakeCache):
        def get(self, key: str) -> Take | None:
            return None

    utterances = lines("one", 3)
    with open_crew(cache, 1) as crew:
        record(cache, crew, utterances)
        again = record(Blind(cache.folder), crew, utterances)
    assert [recorded.cached for recorded in again] == [True] * 3
    assert len(calls(tmp_path)) == 3


@pytest.mark.parametrize(("voice", "error"), [("goood", VoiceError), ("refuses", EngineError)])
def test_a_book_that_fails_leaves_the_crew_to_the_others(
    cache: TakeCache, voice: str, error: type[EngineError]
) -> None:
    with open_crew(cache, 2) as crew:
        with pytest.raises(error):
            record(cache, crew, lines("one", 16, voice) * 2, retries=0)
        assert all(recorded.take for recorded in record(cache, crew, lines("two", 6)))


def test_jobs_bring_the_settings_of_their_book(cache: TakeCache, tmp_path: Path) -> None:
    with open_crew(cache, 1) as crew:
        record(cache, crew, lines("one", 1, "refuses"), retries=0)
        record(cache, crew, lines("two", 1, "refuses"), retries=1)
        record(cache, crew, lines("three", 1), seed=1)
        record(cache, crew, lines("three", 1), seed=2)
    texts = [name.rsplit(".", 1)[0] for name in calls(tmp_path)]
    assert [sum(f"of {book}" in text for text in texts) for book in ("one", "two", "three")] == [1, 2, 2]


def test_a_crew_that_is_closed_finishes_the_lines_in_hand_and_tells_the_books(cache: TakeCache) -> None:
    begun = threading.Event()
    got: list[Recorded] = []

    def book(crew: LocalCrew) -> None:
        with open_recorder(cache, RecordSettings(), crew=crew) as recorder:
            for recorded in recorder.record(lines("one", 16, "slow")):
                got.append(recorded)
                begun.set()

    with open_crew(cache, 2) as crew, ThreadPoolExecutor(1) as pool:
        future = pool.submit(book, crew)
        assert begun.wait(60)
        crew.close()
        assert isinstance(future.exception(), CrewLeft)
    assert 2 <= len(got) < 16
    assert cache.stats().takes == len(got)


def test_an_aborted_crew_ends_hung_lines_at_once(cache: TakeCache) -> None:
    with open_crew(cache, 1) as crew, ThreadPoolExecutor(1) as pool:
        future = pool.submit(record, cache, crew, lines("one", 3, "hangs"))
        crew.abort()
        assert isinstance(future.exception(timeout=60), (CrewLeft, EngineError))
