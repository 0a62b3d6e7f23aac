"""From a source to its script: read, check the ledger, adapt, and never overwrite what a person wrote."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from audiobook import adapt, ingest
from audiobook.adapt.castlist import cast_warnings
from audiobook.adapt.llm import ask
from audiobook.atomic import write_text
from audiobook.book import Book, Metadata, count_letters
from audiobook.cache import cache_folder
from audiobook.engines import all_voices
from audiobook.errors import LedgerError, ScriptError, UsageError
from audiobook.ingest.textfile import fallback_title
from audiobook.names import slug
from audiobook.pipeline.belonging import MEMORY, note_book, require_same_book, texts
from audiobook.pipeline.voices import better_voices, recast, resolve_engine
from audiobook.progress import Event, Progress
from audiobook.rescript import keep_edits
from audiobook.script import Script
from audiobook.scriptfile import format_script, read_script
from audiobook.settings import MetadataSettings, Settings

__all__ = ["Draft", "Reconciled", "Request", "draft", "read_source", "reconcile", "write_draft"]

OUTPUT = Path("output")
_LONG_BYTES = 100_000
"""Of a source: from there on reading takes so long that somebody who waits wonders."""


@dataclass(frozen=True, slots=True)
class Request:
    """What to build and where."""

    source: str
    """A path, or ``-`` for standard input."""
    out: Path | None = None
    """Folder of the packages, or file of the script; None is ``output/<slug>/``."""
    rescript: bool = False
    """Make the script anew, keeping hand edits whose text is still there."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A script, and what it was made from."""

    source: str
    """A path, or ``-`` for standard input."""
    script: Script
    book: Book | None
    """None when the source is a script."""
    warnings: tuple[str, ...] = ()
    pages: Path | None = None
    """The source when it is an EPUB, whose pages a package can keep."""


def draft(source: str, settings: Settings, progress: Progress) -> Draft:
    """Make or read the script of ``source``, with all cast and metadata settings applied.

    Raises:
        SourceError: the book cannot be read, or text went missing on the way.
        ScriptError: the script file is wrong.
        EngineError: no engine or voice to cast with.
    """
    if source != "-" and Path(source).is_file() and Path(source).stat().st_size >= _LONG_BYTES:
        progress(Event("stage", f"reading {Path(source).name}"))
    if is_script(source):
        script = read_script(Path(source))
        lines = (line.text for chapter in script.chapters for line in chapter.lines())
        metadata = _titled(with_settings(script.metadata, settings.metadata), source, lines)
        return Draft(source, recast(dataclasses.replace(script, metadata=metadata), settings), None)
    book = read_source(source, settings)
    chosen, settings = settings.engine, resolve_engine(settings, book.metadata.language)
    progress(
        Event("stage", f"{book.metadata.title}: {len(book.chapters)} chapter{'s' * (len(book.chapters) != 1)} read")
    )
    marked = adapt.mark(book, settings.adapt)
    warnings = better_voices(settings, book.metadata.language) if chosen == "auto" else ()
    if settings.adapt.attribution == "llm":
        marked, complaints = ask(marked, settings.adapt, cache_folder())
        warnings += complaints
    earlier = read_script(Path(settings.adapt.cast_from)).cast if settings.adapt.cast_from else ()
    script = adapt.direct(marked, settings, all_voices(settings.engine), earlier)
    warnings += cast_warnings(script, settings.cast)
    _require_every_letter(book, script, source)
    is_epub = source != "-" and ingest.format_of(Path(source)) == "epub"
    return Draft(source, script, book, warnings, Path(source) if is_epub else None)


def write_draft(request: Request, settings: Settings, progress: Progress) -> tuple[Path, Draft]:
    """Make the script of a book and write it where ``build`` finds it; hand edits there are kept.

    Raises:
        AudiobookError: as `draft`; OutputError when the file cannot be written.
    """
    made = draft(request.source, settings, progress)
    path = request.out or OUTPUT / slug(made.script.metadata.title) / f"{slug(made.script.metadata.title)}.script"
    if path.is_dir():
        raise UsageError("is a folder", place=str(path), remedy="Name a file: -o my.script")
    if request.source != "-" and path.resolve() == Path(request.source).resolve():
        raise UsageError("the script would overwrite its own source", place=str(path), remedy="Choose -o FILE")
    return path, settle(path, made, request, progress)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A fresh script brought together with the one that lies in the folder; nothing is written yet."""

    script: Script
    written: str | None
    """Text for the script file; None when a person's file stays as it is."""
    generated: str
    """Text to remember, to tell hand edits from it."""
    notes: tuple[Event, ...] = ()


def reconcile(path: Path, made: Draft, *, rescript: bool, named: bool = False) -> Reconciled:
    """Bring a fresh script together with the file at ``path``: edited by hand it stays, else it gives way.

    Args:
        path: of the script.
        made: the fresh one.
        rescript: whether edits are carried over, in place of using the edited script.
        named: whether the user named this very file, which then may give way to another book's.

    Raises:
        UsageError: another book lies there.
        ScriptError: the edited script is wrong.
    """
    memory = _memory(path)
    fresh = format_script(made.script)
    edited_by_hand = path.is_file() and not (memory.is_file() and memory.read_bytes() == path.read_bytes())
    if edited_by_hand or not named:
        require_same_book(path, made.source, made.script)
    if not edited_by_hand:
        return Reconciled(made.script, fresh, fresh)
    try:
        edited = read_script(path)
        base = read_script(memory) if memory.is_file() else made.script
    except ScriptError as error:
        remedy = f"{error.remedy.rstrip('.')}; or move the script away to start anew"
        raise ScriptError(error.message, place=error.place, remedy=remedy) from error
    if not rescript:
        notes = [Event("stage", f"using the edited script {path}; --rescript makes it anew and keeps the edits")]
        if added := texts(made.script) - texts(base):
            count = sum(added.values())
            message = f"the book has changed since this script was made; paragraphs that are not in it: {count}"
            notes.append(Event("warning", f"{message}; --rescript takes them in and keeps your edits"))
        return Reconciled(edited, None, fresh, tuple(notes))
    merged, lost = keep_edits(base, edited, made.script)
    notes = [Event("warning", f"edit not kept: {edit}") for edit in lost]
    return Reconciled(merged, format_script(merged), fresh, tuple(notes))


def settle(path: Path, made: Draft, request: Request, progress: Progress) -> Draft:
    """Write the script that `reconcile` settles on, and tell of what it found.

    Raises:
        UsageError: another book lies there.
        ScriptError: the edited script is wrong.
        OutputError: the script cannot be written.
    """
    found = reconcile(path, made, rescript=request.rescript, named=path == request.out)
    for event in (*(Event("warning", warning) for warning in made.warnings), *found.notes):
        progress(event)
    if path != request.out and (unused := _edited_beside(path)):
        message = f"{', '.join(unused)}: edited by hand and not used, as this book's script is {path.name}"
        progress(
            Event(
                "warning",
                f'{message}; build that one by its name, or give the book its title: --set metadata.title="..."',
            )
        )
    if found.written is not None:
        write_text(path, found.written)
        write_text(_memory(path), found.generated)
    note_book(path, made.source, made.script)
    return dataclasses.replace(made, script=found.script)


def _edited_beside(path: Path) -> list[str]:
    """Return the other scripts of a folder that a person edited: a book whose title changed has a new script."""
    others = [memory for memory in sorted(_memory(path).parent.glob("*.script")) if memory.name != path.name]
    pairs = [(path.parent / memory.name, memory) for memory in others]
    return [str(script) for script, memory in pairs if script.is_file() and script.read_bytes() != memory.read_bytes()]


def _memory(path: Path) -> Path:
    return path.parent / MEMORY / path.name


def is_script(source: str) -> bool:
    """Tell whether a source is a script file, by its name."""
    return source.lower().endswith(".script")


def read_source(source: str, settings: Settings) -> Book:
    """Read a book, apply metadata settings and require a balanced ledger.

    Raises:
        LedgerError: a letter of the source is neither in a paragraph nor in an exclusion.
    """
    book = ingest.read_book(source, settings.ingest)
    if off := book.imbalance():
        raise LedgerError(
            f"the ledger does not balance ({_letters(off)}): text would be lost",
            place=source,
            remedy="Please report this book; converting it to EPUB or TXT may help meanwhile",
        )
    lines = (paragraph.text for chapter in book.chapters for paragraph in chapter.paragraphs)
    return dataclasses.replace(book, metadata=_titled(with_settings(book.metadata, settings.metadata), source, lines))


def _titled(metadata: Metadata, source: str, lines: Iterable[str]) -> Metadata:
    """Name a book without a title after its file, or its opening words: it is nobody's "audiobook"."""
    if metadata.title.strip():
        return metadata
    opening = next(filter(str.strip, lines), "")
    return dataclasses.replace(metadata, title=fallback_title(Path(source).stem, opening))


def with_settings(metadata: Metadata, settings: MetadataSettings) -> Metadata:
    """Let every ``[metadata]`` setting that is not empty win over the source's own word."""
    names = {field.name for field in dataclasses.fields(Metadata)}
    return dataclasses.replace(
        metadata,
        **{
            field.name: getattr(settings, field.name)
            for field in dataclasses.fields(settings)
            if field.name in names and getattr(settings, field.name)
        },
    )


def _require_every_letter(book: Book, script: Script, place: str) -> None:
    written = "\n".join(
        text
        for chapter in book.chapters
        for text in (chapter.part_heading, chapter.title, *(p.text for p in chapter.paragraphs))
    )
    read = "\n".join(
        text
        for chapter in script.chapters
        for text in (
            chapter.title,
            *(scene.title for scene in chapter.scenes),
            *(line.text for line in chapter.lines()),
        )
    )
    off = Counter(dict(count_letters(written)))
    off.subtract(dict(count_letters(read)))
    lost = {letter: count for letter, count in off.items() if count}
    if lost:
        raise LedgerError(
            f"the script does not hold every word of the book ({_letters(lost)})",
            place=place,
            remedy="Please report this book",
        )


def _letters(off: dict[str, int]) -> str:
    missing, added = (sum(abs(n) for n in off.values() if (n > 0) == sign) for sign in (True, False))
    return f"{missing} letters missing, {added} too many"
