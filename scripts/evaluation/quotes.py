"""Speech and speakers: quotations found and rightly attributed, on QuoteLi3 and LitBank.

Each text is read by the program's own reader and marked up with nothing given but the text. What the script's
lines cover in the source is compared with the right answers by the scorer that lies beside the data. The pieces
of one quotation that runs over paragraphs are one prediction, as they are one answer.
"""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path
from types import ModuleType

from audiobook.adapt.compose import compose
from audiobook.adapt.marking import mark
from audiobook.book import Book
from audiobook.ingest import read_book
from audiobook.script import UNKNOWN, Script
from audiobook.settings import Settings

OPENING = "\"'“‘«»„「"
CLOSING = "\"'”’«»」"


def run(data: Path) -> dict[str, object]:
    """Return the scorer's figures for each collection, and QuoteLi3's once more in other quotation marks."""
    score = scorer(data / "quotes" / "score.py")
    results: dict[str, object] = {}
    for name, forms in (("quoteli3", ("as is", "curly", "single", "straight single")), ("litbank", ("as is",))):
        golds = score.load(str(data / "quotes" / name))
        for form in forms:
            answers = {doc: gold | {"text": written(gold["text"], form)} for doc, gold in golds.items()}
            report = score.run(answers, {doc: predict(gold["text"]) for doc, gold in answers.items()})
            results[name if form == "as is" else f"{name}, {form}"] = report["MICRO"]
    return results


def scorer(path: Path) -> ModuleType:
    """Load the scorer that lies beside the data."""
    spec = importlib.util.spec_from_file_location("quotes_score", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def written(text: str, form: str) -> str:
    """Write a text's double quotation marks in another form, every character staying where it is."""
    if form == "as is":
        return text
    straight = text.replace("“", '"').replace("”", '"')
    if form == "straight single":
        return straight.replace('"', "'")
    letters = list(straight)
    for i, letter in enumerate(letters):
        if letter == '"':
            opens = (i == 0 or letters[i - 1].isspace() or letters[i - 1] in "-—([_“‘") and i + 1 < len(letters)
            opens = opens and not letters[i + 1].isspace()
            letters[i] = {"curly": "“" if opens else "”", "single": "‘" if opens else "’"}[form]
        elif letter == "'":
            letters[i] = "’"
    return "".join(letters)


def predict(text: str) -> list[dict[str, object]]:
    """Read a text as a book and list what is spoken, with offsets into the text."""
    settings = Settings().adapt
    return spoken(compose(mark(read_text(text), settings), settings, ()))


def read_text(text: str) -> Book:
    """Read a text as the program reads a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "book.txt"
        path.write_text(text, encoding="utf-8", newline="")
        return read_book(path, Settings().ingest)


def spoken(script: Script) -> list[dict[str, object]]:
    """List the spoken lines of a script, the pieces of a quotation that goes on joined."""
    found: list[dict[str, object]] = []
    open_end = False
    for chapter in script.chapters:
        for line in chapter.lines():
            if line.kind == "narration" or line.source is None:
                open_end = False
                continue
            speaker = None if line.speaker == UNKNOWN else line.speaker
            if open_end and found and found[-1]["speaker"] == speaker:
                found[-1]["end"] = line.source.end
            else:
                found.append({"start": line.source.start, "end": line.source.end, "speaker": speaker})
            open_end = line.text[:1] in OPENING or open_end
            open_end = open_end and line.text[-1:] not in CLOSING
    return found
