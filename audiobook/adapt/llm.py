"""Doubtful speakers, put by number to a language model on a local server; the rules stand where it fails.

The model sees numbered quotations and numbered people and answers with numbers, so it cannot change a
word of the book. Any server with OpenAI's chat interface will do (llama.cpp, Ollama, LM Studio ...).
"""

from __future__ import annotations

import hashlib
import http.client
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audiobook.adapt.marked import MarkedBook, MarkedChapter, Piece
from audiobook.atomic import write_text
from audiobook.errors import OutputError, SettingsError
from audiobook.script import NARRATOR, UNKNOWN
from audiobook.settings import AdaptSettings

__all__ = ["ask"]

_TIMEOUT_S = 180
"""Seconds for one answer: a small model on a slow processor reads a page in a minute or two."""
_BATCH = 8
"""Doubtful quotations in one question."""
_AROUND = 6
"""Paragraphs shown before and after them."""
_LONGEST = 600
"""Characters of a paragraph that are shown."""
_PEOPLE = 20
"""Most people to choose from: those who speak nearby first."""
_CONFIDENCE = 0.75
"""Confidence of a speaker the model named: above the rules' doubt, below their certainty."""
_LARGEST_ANSWER = 1 << 20
"""Bytes; more is no answer."""
_NOBODY = "somebody else"
_PAIR = re.compile(r'"?(\d{1,4})"?\s*:\s*"?(\d{1,4})"?')
_INSTRUCTION = (
    "You read a novel and say who speaks. Doubtful quotations are marked [1], [2] and so on; quotations whose "
    "speaker is known are marked with the name. Answer with one JSON object that gives for each number the number "
    'of the speaker from the list, like {"1": 3, "2": 1}. Answer with nothing else.'
)


_Turn = tuple[int, ...]
"""Indices of a chapter's pieces that one person says in one paragraph."""


@dataclass(frozen=True, slots=True)
class _Question:
    """A few doubtful quotations of one chapter."""

    chapter: int
    turns: tuple[_Turn, ...]
    """Number 1 of the question is the first."""
    people: tuple[str, ...]
    """Number 1 is the first; one more stands for somebody else."""
    text: str


class _NoAnswerError(Exception):
    """The server did not answer, or not in a way that can be used."""


def ask(marked: MarkedBook, settings: AdaptSettings, cache_folder: Path) -> tuple[MarkedBook, tuple[str, ...]]:
    """Put speakers that are less sure than ``settings.check_below`` to a model.

    Args:
        marked: What the rules found.
        settings: ``llm_url``, ``llm_model`` and ``check_below`` matter.
        cache_folder: Keeps answers, so that a second run asks nothing.

    Returns:
        The book with the model's speakers, and warnings: where the server failed, the rules stand.

    Raises:
        SettingsError: ``llm_url`` is empty or no web address.
    """
    address = _address(settings.llm_url)
    questions = [
        question
        for index, chapter in enumerate(marked.chapters)
        for question in _questions(marked, index, chapter, settings.check_below)
    ]
    if not questions:
        return marked, ()
    server = _Server(address, settings.llm_model, cache_folder / "llm.json")
    answers: dict[int, dict[int, str]] = {}
    warnings: list[str] = []
    refused = 0
    for question in questions:
        try:
            numbers = server.answer(question)
        except _NoAnswerError as error:
            left = sum(len(later.turns) for later in questions[questions.index(question) :])
            warnings.append(f"{left} doubtful speakers are left to the rules: {error}")
            break
        given = _valid(question, numbers)
        refused += len(question.turns) - len(given)
        for turn, name in given.items():
            answers.setdefault(question.chapter, {}).update(dict.fromkeys(turn, name))
    if refused:
        warnings.append(f"{refused} doubtful speakers are left to the rules: the model gave no usable answer for them")
    if problem := server.save():
        warnings.append(problem)
    return _with_answers(marked, answers), tuple(warnings)


def _address(url: str) -> str:
    """Return the address of the chat interface below the one given."""
    parts = urllib.parse.urlsplit(url.strip())
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise SettingsError(
            f"{url!r} is not the address of a server",
            place="adapt.llm_url",
            remedy="Give it with --llm-url, such as http://127.0.0.1:8080",
        )
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path = f"{path}/chat/completions" if path.endswith("/v1") else f"{path}/v1/chat/completions"
    return urllib.parse.urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _questions(marked: MarkedBook, index: int, chapter: MarkedChapter, below: float) -> Iterator[_Question]:
    turns: dict[tuple[int, str], list[int]] = {}
    for number, piece in enumerate(chapter.pieces):
        if piece.kind != "narration" and (piece.confidence < below or piece.speaker == UNKNOWN):
            turns.setdefault((piece.paragraph, piece.speaker), []).append(number)
    batch: list[_Turn] = []
    for (paragraph, _), numbers in turns.items():
        far = batch and paragraph - chapter.pieces[batch[0][0]].paragraph > 2 * _AROUND
        if batch and (far or len(batch) == _BATCH):
            yield _question(marked, index, chapter, tuple(batch))
            batch = []
        batch.append(tuple(numbers))
    if batch:
        yield _question(marked, index, chapter, tuple(batch))


def _question(marked: MarkedBook, index: int, chapter: MarkedChapter, turns: tuple[_Turn, ...]) -> _Question:
    first = max(chapter.pieces[turns[0][0]].paragraph - _AROUND, 0)
    last = chapter.pieces[turns[-1][-1]].paragraph + _AROUND
    near = [(number, piece) for number, piece in enumerate(chapter.pieces) if first <= piece.paragraph <= last]
    counts = Counter(piece.speaker for _, piece in near if piece.speaker not in {NARRATOR, UNKNOWN})
    others = (person.name for person in marked.people)
    people = tuple(dict.fromkeys([*(name for name, _ in counts.most_common()), *others]))[:_PEOPLE]
    numbers = {piece: number for number, turn in enumerate(turns, 1) for piece in turn}
    passage = "".join(_shown(chapter, piece, numbers.get(number)) for number, piece in near)
    listed = "\n".join(f"{number}. {name}" for number, name in enumerate((*people, _NOBODY), 1))
    text = f"People:\n{listed}\n\nPassage:\n{passage.strip()}\n\nWho speaks [1] to [{len(turns)}]?"
    return _Question(index, turns, people, text)


def _shown(chapter: MarkedChapter, piece: Piece, number: int | None) -> str:
    text = chapter.chapter.paragraphs[piece.paragraph].text[piece.start : piece.end]
    if len(text) > _LONGEST:
        text = f"{text[: _LONGEST // 2]} … {text[-_LONGEST // 2 :]}"
    opening = "\n\n" if piece.start == 0 else ""
    if piece.kind == "narration":
        return opening + text
    mark = f"[{number}]" if number else f"[{piece.speaker}]"
    return f"{opening}{mark} {text}"


def _valid(question: _Question, numbers: dict[int, int]) -> dict[_Turn, str]:
    """Return turn -> speaker for every answer that names a quotation and a person of the question."""
    names = (*question.people, UNKNOWN)
    return {
        turn: names[numbers[number] - 1]
        for number, turn in enumerate(question.turns, 1)
        if 1 <= numbers.get(number, 0) <= len(names)
    }


def _with_answers(marked: MarkedBook, answers: dict[int, dict[int, str]]) -> MarkedBook:
    """Put the model's speakers in; somebody else leaves the rules' speaker and doubt."""
    chapters = list(marked.chapters)
    for number, speakers in answers.items():
        pieces = list(chapters[number].pieces)
        for index, name in speakers.items():
            if name != UNKNOWN:
                pieces[index] = replace(pieces[index], speaker=name, confidence=_CONFIDENCE, doubt="")
        chapters[number] = replace(chapters[number], pieces=tuple(pieces))
    return replace(marked, chapters=tuple(chapters))


class _Server:
    """A chat server and the answers it has given so far."""

    def __init__(self, address: str, model: str, cache: Path) -> None:
        self.address = address
        self.model = model
        self.cache = cache
        self.known = _read_cache(cache)
        self.is_new = False

    def answer(self, question: _Question) -> dict[int, int]:
        """Return number of quotation -> number of person, as the model says; raise _NoAnswerError."""
        key = hashlib.sha256(f"{self.model}\x1f{_INSTRUCTION}\x1f{question.text}".encode(errors="replace")).hexdigest()
        content = self.known.get(key)
        if content is None:
            content = self._ask(question.text)
            if _PAIR.search(content):
                self.known[key] = content
                self.is_new = True
        return {int(number): int(person) for number, person in _PAIR.findall(content)}

    def save(self) -> str:
        """Keep the answers; return a warning when that fails, for answers can be had again."""
        if self.is_new:
            try:
                write_text(self.cache, json.dumps(self.known, sort_keys=True, indent=0) + "\n")
            except OutputError as error:
                return f"the model's answers are not kept: {error}"
        return ""

    def _ask(self, text: str) -> str:
        body: dict[str, Any] = {
            "messages": [{"role": "system", "content": _INSTRUCTION}, {"role": "user", "content": text}],
            "temperature": 0,
            "seed": 0,
            "max_tokens": 400,
            "stream": False,
        }
        if self.model:
            body["model"] = self.model
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked: http or https
            self.address, json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        try:
            # No proxy: the server is on this machine or beside it.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=_TIMEOUT_S) as response:
                data = json.loads(response.read(_LARGEST_ANSWER))
            content = data["choices"][0]["message"]["content"]
        except (OSError, http.client.HTTPException) as error:
            raise _NoAnswerError(f"no answer from {self.address} ({_reason(error)})") from error
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise _NoAnswerError(f"{self.address} does not answer as a chat server") from error
        if not isinstance(content, str):
            raise _NoAnswerError(f"{self.address} does not answer as a chat server")
        return content


def _reason(error: Exception) -> str:
    return str(error.reason if isinstance(error, urllib.error.URLError) else error) or type(error).__name__


def _read_cache(path: Path) -> dict[str, str]:
    """Read the kept answers; a damaged file counts as none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(data, dict):
        return {}
    return {key: value for key, value in data.items() if isinstance(value, str)}
