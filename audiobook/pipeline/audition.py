"""Names and unusual words of a book: listed with counts, and spoken into one file with a page to hear them by."""

from __future__ import annotations

import dataclasses
import string
from html import escape
from importlib import resources
from pathlib import Path

from audiobook.atomic import write_text
from audiobook.audio import Track
from audiobook.errors import UsageError
from audiobook.names import slug
from audiobook.pipeline.draft import draft
from audiobook.pipeline.lexicons import gather
from audiobook.pipeline.trial import perform
from audiobook.progress import Progress
from audiobook.script import NARRATOR, Line, Scene, Script, ScriptChapter, ScriptParagraph
from audiobook.settings import Settings
from audiobook.spoken import Lexicon, pls
from audiobook.spoken.lexiconfile import to_toml
from audiobook.spoken.unusual import Unusual, unusual

__all__ = ["audition", "export_lexicon", "find_unusual"]


def find_unusual(source: str, settings: Settings, progress: Progress) -> tuple[Script, tuple[Unusual, ...], Lexicon]:
    """List the names and unusual words of a book or script, the most frequent first; and return what settles some.

    Raises:
        AudiobookError: as `draft`.
    """
    made = draft(source, settings, progress)
    lexicon = gather(settings, made.book, Path(source))
    texts = [line.text for chapter in made.script.chapters for line in chapter.lines()]
    return made.script, unusual(texts, made.script.metadata.language, lexicon), lexicon


def export_lexicon(lexicon: Lexicon, language: str, path: Path) -> Path:
    """Write a lexicon as PLS or, by the suffix ``.toml``, as this program's own; return the path.

    Raises:
        UsageError: the suffix is neither.
        OutputError: the file cannot be written.
    """
    if path.suffix.lower() not in {".toml", ".pls"}:
        raise UsageError(f"{path.name} is no name of a lexicon", place="--export", remedy="End it with .toml or .pls")
    write_text(path, to_toml(lexicon) if path.suffix.lower() == ".toml" else pls.to_pls(lexicon, language))
    return path


def audition(script: Script, words: tuple[Unusual, ...], source: Path, settings: Settings, folder: Path) -> Path:
    """Speak ``words`` in the narrator's voice; return the page that plays them, beside its sound file.

    Raises:
        UsageError: there are no words.
        AudiobookError: as `perform`.
    """
    if not words:
        raise UsageError("there is no unusual word to hear", place=str(source), remedy="Nothing needs to be done")
    name = f"{slug(script.metadata.title)}-pronunciation"
    lines = [ScriptParagraph((Line(NARRATOR, f"{word.word}."),)) for word in words]
    cast = ((NARRATOR, dict(script.cast)[NARRATOR]),)
    spoken = dataclasses.replace(script, cast=cast, chapters=(ScriptChapter("", (Scene(tuple(lines)),)),))
    track = perform(spoken, settings, folder / f"{name}.mp3", source)
    rows = "\n".join(_row(word, track, number) for number, word in enumerate(words))
    page = folder / f"{name}.html"
    title = escape(script.metadata.title)
    language = escape(script.metadata.language, quote=True)
    template = string.Template(resources.files(__package__).joinpath("audition.html").read_text("utf-8"))
    write_text(page, template.substitute(language=language, title=title, sound=f"{name}.mp3", rows=rows))
    return page


def _row(word: Unusual, track: Track, number: int) -> str:
    marks = [mark for mark in track.marks if mark.paragraph == number]
    start, end = marks[0].start / track.sample_rate, marks[-1].end / track.sample_rate
    kind = f"{word.kind}, settled" if word.settled else word.kind
    return (
        f'<tr><td><button data-start="{start:.3f}" data-end="{end:.3f}" aria-label="hear {escape(word.word)}">&#9654;'
        f"</button></td><td>{escape(word.word)}</td><td>{word.count}</td><td>{kind}</td><td>{escape(word.example)}</td></tr>"
    )
