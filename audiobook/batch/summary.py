"""What a batch leaves behind: summary.json and summary.csv for programs, index.html for people."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import string
from collections.abc import Sequence
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import quote

from audiobook.atomic import write_bytes, write_text
from audiobook.audio import Audiobook
from audiobook.batch.entries import Entry
from audiobook.batch.outcome import Outcome
from audiobook.names import one_line
from audiobook.publish import Edition
from audiobook.publish.covers import cover_jpeg

__all__ = ["keep_cover", "summary_json", "write_summary"]

_THUMBNAIL = 160
"""Pixels of a cover on the page."""
_MOST_LINKS = 6
"""Files of a book that the page links one by one; of more it links the folder."""
_COLUMNS = (
    "name", "state", "title", "author", "chapters", "lines", "recorded", "audio_s", "speaking_s", "size", "source",
    "error",
)  # fmt: skip
_WORDS = {"done": "finished", "failed": "failed", "stopped": "stopped", "waiting": "not begun", "begun": "stopped"}


def keep_cover(book: Audiobook, entry: Entry, out: Path) -> None:
    """Keep a small cover for the page; raise OutputError when it cannot be written."""
    edition = Edition(book, entry.folder, "", entry.settings, out)
    write_bytes(_cover(out, entry.name), cover_jpeg(edition, _THUMBNAIL))


def write_summary(out: Path, outcomes: Sequence[Outcome]) -> None:
    """Write summary.json, summary.csv and index.html; raise OutputError when that fails."""
    write_bytes(out / "summary.json", _encoded(json.dumps(summary_json(outcomes), indent=1, ensure_ascii=False) + "\n"))
    write_bytes(out / "summary.csv", _encoded(_table(outcomes)))
    write_text(out / "index.html", _page(out, outcomes))


def summary_json(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """Describe a batch in plain values: totals, then every book in the order listed."""
    return {
        "books": len(outcomes),
        "done": sum(outcome.state == "done" for outcome in outcomes),
        "failed": sum(outcome.state == "failed" for outcome in outcomes),
        "unfinished": sum(outcome.state not in ("done", "failed") for outcome in outcomes),
        "audio_s": round(sum(outcome.audio_s for outcome in outcomes), 3),
        "speaking_s": round(sum(outcome.speaking_s for outcome in outcomes), 3),
        "size": sum(outcome.size for outcome in outcomes),
        "outcomes": [_row(outcome) for outcome in outcomes],
    }


def _row(outcome: Outcome) -> dict[str, Any]:
    row = outcome.as_json()
    files = [{"path": file.path, "size": file.size, "sha256": file.sha256} for file in outcome.files]
    figures = {name: round(row[name], 3) for name in ("audio_s", "wall_s", "speaking_s")}
    failure = {**row["failure"], "text": str(outcome.failure)} if outcome.failure else None
    names = ("name", "source", "state", "title", "author", "chapters", "lines", "recorded")
    return {name: row[name] for name in names} | figures | {"size": outcome.size, "failure": failure, "files": files}


def _table(outcomes: Sequence[Outcome]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for outcome in outcomes:
        row = _row(outcome) | {"error": str(outcome.failure or "")}
        writer.writerow([_harmless(row[name]) for name in _COLUMNS])
    return out.getvalue()


def _harmless(cell: object) -> object:
    """Keep a spreadsheet from taking a title for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _page(out: Path, outcomes: Sequence[Outcome]) -> str:
    totals = summary_json(outcomes)
    words = f"{totals['done']} of {totals['books']} books finished, {_hours(totals['audio_s'])} of audio"
    if totals["failed"]:
        words += f", {totals['failed']} failed"
    template = string.Template(resources.files(__package__).joinpath("index.html").read_text("utf-8"))
    books = "\n".join(_card(out, outcome) for outcome in outcomes)
    return _printable(template.substitute(summary=escape(words), size=escape(_size(totals["size"])), books=books))


def _card(out: Path, outcome: Outcome) -> str:
    title = one_line(outcome.title) or one_line(outcome.name)
    chapters = "1 chapter" if outcome.chapters == 1 else f"{outcome.chapters} chapters"
    facts = [chapters, _hours(outcome.audio_s), _size(outcome.size)]
    details = " · ".join(facts) if outcome.state == "done" else _WORDS[outcome.state]
    body = [
        f'<h2 dir="auto">{escape(title)}</h2>',
        f'<p dir="auto">{escape(one_line(outcome.author))}</p>' if outcome.author else "",
        f"<p>{escape(details)}</p>",
        f'<p class="error">{escape(one_line(str(outcome.failure)))}</p>' if outcome.failure else "",
        f"<ul>{_links(outcome)}</ul>" if outcome.state == "done" else "",
        f"<p>{escape(one_line(outcome.source))}</p>" if not outcome.failure and outcome.state != "done" else "",
    ]
    return f'<li class="{outcome.state}">{_picture(out, outcome)}<div>{"".join(body)}</div></li>'


def _links(outcome: Outcome) -> str:
    paths = [file.path for file in outcome.files]
    if len(paths) > _MOST_LINKS:
        rest = len(paths) - _MOST_LINKS + 1
        shown = [(path, path.rpartition("/")[2]) for path in paths[: _MOST_LINKS - 1]]
        shown.append((f"{outcome.name}/", f"{rest} more files"))
    else:
        shown = [(path, path.rpartition("/")[2]) for path in paths]
    return "".join(f'<li><a href="{_address(path)}">{escape(one_line(word))}</a></li>' for path, word in shown)


def _address(path: str) -> str:
    # Leading ./: a first part with a colon would be taken for a scheme.
    return escape("./" + quote(path, errors="surrogateescape"), quote=True)


def _picture(out: Path, outcome: Outcome) -> str:
    try:
        data = base64.b64encode(_cover(out, outcome.name).read_bytes()).decode("ascii")
    except OSError:
        return '<span class="cover"></span>'
    return f'<img class="cover" alt="" width="80" height="80" src="data:image/jpeg;base64,{data}">'


def _cover(out: Path, name: str) -> Path:
    return out / ".audiobook" / "covers" / f"{hashlib.sha256(_encoded(name)).hexdigest()[:24]}.jpg"


def _hours(seconds: float) -> str:
    if seconds < 60:
        return f"{round(seconds)} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{size / 1e6:.1f} MB"


def _printable(text: str) -> str:
    """Replace what is no letter: half of a pair from a file name that is not Unicode."""
    return _encoded(text).decode("utf-8")


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "replace")
