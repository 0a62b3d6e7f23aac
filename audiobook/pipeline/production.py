"""From a script to finished packages: recording, stitching, mastering and publishing, overlapped."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from audiobook import publish, verify
from audiobook.attend import AttentiveRecorder
from audiobook.audio import Audiobook, Package, Plan, Track
from audiobook.cache import TakeCache
from audiobook.crew import Crew
from audiobook.engines import all_voices
from audiobook.errors import CheckError, RecordingError, SourceError, VoiceError
from audiobook.levels import calibration_utterances
from audiobook.names import slug
from audiobook.pipeline.belonging import note_book, require_same_book
from audiobook.pipeline.draft import OUTPUT, Draft, Request, draft, is_script, reconcile, settle
from audiobook.pipeline.ears import attentive, require_ears
from audiobook.pipeline.encoders import ENCODERS, Encoders
from audiobook.pipeline.explanation import note_takes
from audiobook.pipeline.masters import Mastered, Masters, Order
from audiobook.pipeline.planning import make_plan
from audiobook.pipeline.recording import ChapterLevels, Recording, Unclear
from audiobook.pipeline.selection import select_chapters
from audiobook.pipeline.studio import sole_build, spare_memory, work_folder, workshop
from audiobook.pipeline.voices import accent, require_voices, unhonoured
from audiobook.progress import Event, Progress
from audiobook.record import Keys, Recorder, open_recorder
from audiobook.script import NARRATOR, Script
from audiobook.settings import Settings

__all__ = ["Built", "ChapterLevels", "build"]

_NAMED = 5
"""Failed lines that the closing error names; every one has been named by a warning before."""
_WAITING = 2
"""Chapters that may wait, with their takes, to be mastered."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build has made."""

    script: Path
    packages: tuple[Package, ...]
    levels: tuple[ChapterLevels, ...]
    takes: int
    """Lines of the plan."""
    recorded: int
    """Lines that were spoken in this run."""
    audio_s: float
    """Length of the book."""
    wall_s: float
    speaking_s: float
    """For which speakers were busy with this book."""
    book: Audiobook
    """What the packages were made of; the sound of its tracks is gone."""
    unclear: tuple[Unclear, ...] = ()
    """Lines that a recognizer could not follow, where one listened."""

    def as_json(self) -> dict[str, Any]:
        """Return what ``build --json`` prints last."""
        return {
            "script": str(self.script),
            "packages": [
                {"kind": package.kind, "paths": [str(path) for path in package.paths]} for package in self.packages
            ],
            "takes": self.takes,
            "recorded": self.recorded,
            "audio_s": round(self.audio_s, 3),
            "wall_s": round(self.wall_s, 3),
            "unclear": [asdict(line) for line in self.unclear],
        }


def build(request: Request, settings: Settings, progress: Progress, crew: Crew | None = None, rank: int = 0) -> Built:
    """Turn a book or a script into packages in ``output/<slug>/`` or ``request.out``.

    Args:
        request: what to build and where.
        settings: of this book.
        progress: told what happens.
        crew: speakers that serve other books too; None hires some for this book alone.
        rank: of the book among those the crew serves; lower goes first.

    Raises:
        RecordingError: some lines could not be recorded; all others are kept, and no package is written.
        CheckError: a finished file misses the delivery standard.
        AudiobookError: whatever a stage raises.
    """
    started = time.monotonic()
    spare_memory()
    publish.require_formats(settings)
    made = draft(request.source, settings, progress)
    name = slug(made.script.metadata.title)
    folder = request.out or OUTPUT / name
    path, own = Path(request.source), folder / f"{name}.script"
    script = made.script
    if is_script(request.source):
        require_same_book(own, request.source, script)
    else:
        path, script = own, reconcile(own, made, rescript=request.rescript).script
    rate = _require_recordable(script, settings, path)
    plan = make_plan(script, settings, made.book, Path(request.source), progress)
    if not any(chapter.passages for chapter in plan.chapters):
        raise SourceError("there is nothing to read aloud", place=request.source, remedy="See audiobook inspect")
    listen = require_ears(script.metadata.language, settings, progress)
    work = work_folder(plan, rate, folder)
    if is_script(request.source):
        note_book(own, request.source, script)
    else:
        made = settle(path, made, request, progress)
    accents = accent(dict(script.cast)[NARRATOR], script.metadata.language)
    for message in (*accents, *unhonoured(plan, settings.record.device)):
        progress(Event("warning", message))
    if settings.chapters:  # a part of a book never takes the place of the whole
        folder /= f"chapters-{slug(settings.chapters)}"
    with ExitStack() as stack:
        stack.enter_context(sole_build(folder))
        stack.enter_context(TakeCache().session())
        studio = stack.enter_context(workshop(work))
        assemble = _assembler(made)
        recorder = open_recorder(TakeCache(), settings.record, settings.jobs, crew, rank)
        hired = attentive(recorder, progress, listen=listen)
        recorded = _record(plan, rate, studio, settings, progress, assemble, hired)
        note_takes(folder, plan, settings)
        _require_all(recorded)
        progress(Event("stage", f"writing {', '.join(settings.formats)}"))
        book = assemble(recorded.tracks)
        packages = _publish(book, folder, name, settings, progress)
    audio_s = sum(track.frames / track.sample_rate for track in recorded.tracks)
    wall_s = time.monotonic() - started
    return Built(
        path, packages, tuple(recorded.levels), recorded.takes, recorded.spoken,
        audio_s, wall_s, recorded.speaking_s, book, tuple(recorded.unclear),
    )  # fmt: skip


def _require_recordable(script: Script, settings: Settings, path: Path) -> int:
    """Refuse wrong chapters and voices before anything is written; return the book's sample rate in hertz."""
    select_chapters(script, settings.chapters)
    try:
        return require_voices(script.cast, script.metadata.language)
    except VoiceError as error:
        place = f"{path} [cast]" if path.is_file() and not error.place else error.place
        raise VoiceError(error.message, place=place, remedy=error.remedy) from error


def _record(
    plan: Plan,
    rate: int,
    studio: Path,
    settings: Settings,
    progress: Progress,
    assemble: Callable[[Sequence[Track]], Audiobook],
    hired: AbstractContextManager[Recorder | AttentiveRecorder],
) -> Recording:
    """Record all chapters; while the next ones are spoken, one thread masters and two encode what is complete."""
    state = Recording(plan, progress, settings.delivery_standard())
    cache = TakeCache()
    with ExitStack() as stack:
        finisher = stack.enter_context(_threads(1))
        encoders = Encoders(stack.enter_context(_threads(ENCODERS)), settings, cache.encoded.folder, studio)
        recorder = stack.enter_context(hired)
        keys = stack.enter_context(closing(Keys(settings.record.seed, settings.record.device)))
        masters = Masters(cache, settings, rate, keys, words=publish.needs_words(settings))
        finishing: list[Future[Mastered]] = []

        def encode_ready() -> None:
            tracks, ready = state.ready_to_encode()
            book = assemble(tracks)
            for index in ready:
                encoders.encode(book, index)

        def settle_chapter(made: Mastered) -> None:
            state.finish_chapter(made.track, made.levels)
            state.invite_to_listen(made.track)
            encode_ready()

        chapters = {chapter.number: chapter for chapter in plan.chapters}
        for found in masters.find(plan, calibration_utterances(plan)):
            state.note_found(chapters[found.track.number], found.track, found.levels)
        encode_ready()
        for complete in state.chapters(recorder):
            if complete:
                chapter, takes, gains = complete
                order = Order(chapter, tuple(takes), gains, masters.key(chapter, gains))
                finishing.append(finisher.submit(masters.make, order, studio))
            # Where takes are there already they come faster than they are mastered, and a book of them is much.
            while len(finishing) > _WAITING or (finishing and finishing[0].done()):
                settle_chapter(finishing.pop(0).result())
        for future in finishing:
            settle_chapter(future.result())
        state.speaking_s = recorder.spent_s
    encoders.finish()
    state.tracks.sort(key=lambda track: track.number)
    state.levels.sort(key=lambda chapter: chapter.number)
    for line in state.unclear:
        progress(Event("warning", str(line), chapter=line.chapter))
    return state


@contextmanager
def _threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Give threads that finish what they were given; after an error, or Ctrl-C, only what they have begun."""
    pool = ThreadPoolExecutor(count)
    whole = False
    try:
        yield pool
        whole = True
    finally:
        pool.shutdown(cancel_futures=not whole)


def _require_all(state: Recording) -> None:
    if state.failures:
        named = "; ".join(state.failures[:_NAMED])
        more = len(state.failures) - _NAMED
        and_more = f"; and {more} more" if more > 0 else ""
        raise RecordingError(
            f"{len(state.failures)} of {state.total} lines could not be recorded: {named}{and_more}",
            remedy="Nothing was published; change these lines or their voice in the script and build again",
        )


def _assembler(made: Draft) -> Callable[[Sequence[Track]], Audiobook]:
    """Return what makes an audiobook of the tracks that are ready, the licences of its voices looked up once."""
    script = made.script
    used = {voice.address for _speaker, voice in script.cast}
    engines = dict.fromkeys(voice.engine for _speaker, voice in script.cast)
    infos = [info for engine in engines for info in all_voices(engine) if info.address in used]
    licences = tuple((info.address, info.licence) for info in infos)
    cover = made.book.cover if made.book else None

    def assemble(tracks: Sequence[Track]) -> Audiobook:
        # Players show tracks in their own order: after --chapters 3,5 they are still the first and the second.
        numbered = tuple(replace(track, number=number) for number, track in enumerate(tracks, 1))
        return Audiobook(script.metadata, numbered, cover, script.cast, licences, made.pages)

    return assemble


def _publish(
    audiobook: Audiobook, folder: Path, name: str, settings: Settings, progress: Progress
) -> tuple[Package, ...]:
    packages = []
    for kind in settings.formats:
        package = publish.publish(audiobook, kind, folder, settings, name, store=TakeCache().encoded.folder)
        for note in package.notes:
            progress(Event("warning", f"{kind}: {note}"))
        if package.paths:
            progress(Event("package", f"{kind}: {package.paths[0]}"))
        packages.append(package)
    _require_standard(packages, settings)
    return tuple(packages)


def _require_standard(packages: list[Package], settings: Settings) -> None:
    """Raise CheckError when a finished file misses the profile. What was measured on the way is not decoded again."""
    measured = dict(pair for package in packages for pair in package.measured)
    sounds = [path for package in packages for path in package.paths if path.suffix in verify.AUDIO]
    others = [path for path in sounds if path not in measured]
    standard = settings.delivery_standard()
    reports = verify.check_measured(measured.items(), standard) + (verify.check(others, standard) if others else ())
    problems = [f"{report.path.name}: {problem.message}" for report in reports for problem in report.problems]
    if problems:
        raise CheckError(
            f"the files are written, but miss profile {settings.profile}: {'; '.join(problems[:_NAMED])}",
            remedy="See audiobook check; try another voice or --profile none",
        )
