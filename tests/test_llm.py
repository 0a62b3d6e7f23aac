"""Doubtful speakers go to a local server by number; whatever it does, the book's words stay."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from audiobook.adapt.llm import ask
from audiobook.adapt.marked import MarkedBook, MarkedChapter, Person, Piece, SceneSpan
from audiobook.book import Book, Chapter, Metadata, Paragraph
from audiobook.errors import SettingsError
from audiobook.script import NARRATOR, UNKNOWN
from audiobook.settings import AdaptSettings


class Server:
    """A chat server of the test's own; ``reply`` makes the answer to a question."""

    def __init__(self) -> None:
        self.reply: Callable[[str], tuple[int, bytes]] = lambda _: (200, b"")
        self.asked: list[dict[str, Any]] = []
        self.paths: list[str] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.asked.append(body)
                outer.paths.append(self.path)
                status, answer = outer.reply(body["messages"][1]["content"])
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_port}"

    def says(self, content: str) -> None:
        self.reply = lambda _: (200, json.dumps({"choices": [{"message": {"content": content}}]}).encode())

    def close(self) -> None:
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


TEXTS = ("“Sure.” Ada turned.", "“Perhaps.”", "“Or not,” said a voice, “at all.”")


def book() -> MarkedBook:
    """Return a book with one sure and two doubtful turns, the second of them in two pieces."""
    chapter = Chapter("One", tuple(Paragraph(text) for text in TEXTS))
    pieces = (
        Piece(0, 0, 7, "Ada", "speech", 0.95),
        Piece(0, 7, 19, NARRATOR, "narration"),
        Piece(1, 0, 10, "Ada", "speech", 0.4, "Bo 0.3"),
        Piece(2, 0, 9, UNKNOWN, "speech", 0.2, "no evidence"),
        Piece(2, 9, 23, NARRATOR, "narration"),
        Piece(2, 23, 32, UNKNOWN, "speech", 0.2, "no evidence"),
    )
    marked = MarkedChapter(chapter, (SceneSpan(0, 3),), pieces)
    return MarkedBook(Book(Metadata(), (chapter,)), (Person("Ada"), Person("Bo")), (marked,))


def settings(server: Server) -> AdaptSettings:
    return AdaptSettings(attribution="llm", llm_url=server.url, llm_model="tiny")


def speakers(marked: MarkedBook) -> list[str]:
    return [piece.speaker for piece in marked.chapters[0].pieces if piece.kind != "narration"]


def test_only_doubtful_quotes_are_asked_and_answers_are_by_number(server: Server, tmp_path: Path) -> None:
    server.says('{"1": 2, "2": 1}')
    marked, warnings = ask(book(), settings(server), tmp_path)
    assert speakers(marked) == ["Ada", "Bo", "Ada", "Ada"]
    assert warnings == ()
    question = server.asked[0]["messages"][1]["content"]
    assert "[Ada] “Sure.”" in question
    assert "[1] “Perhaps.”" in question
    assert question.count("[2]") == 3  # both pieces of the turn, and the question itself
    assert server.paths == ["/v1/chat/completions"]
    assert (server.asked[0]["model"], server.asked[0]["temperature"]) == ("tiny", 0)


def test_a_named_speaker_is_surer_and_needs_no_check(server: Server, tmp_path: Path) -> None:
    server.says("```json\n{1: 2}\n```")
    marked, _ = ask(book(), settings(server), tmp_path)
    piece = marked.chapters[0].pieces[2]
    assert (piece.speaker, piece.doubt) == ("Bo", "")
    assert piece.confidence > AdaptSettings().check_below


@pytest.mark.parametrize("content", ['{"1": 9, "7": 1}', "Ada, I think.", "", '{"1": "Bo"}', '{"1": 3, "2": 3}'])
def test_answers_that_name_nobody_leave_the_rules_speaker(server: Server, tmp_path: Path, content: str) -> None:
    server.says(content)
    marked, _ = ask(book(), settings(server), tmp_path)
    assert marked == book()


def test_unusable_answers_are_counted(server: Server, tmp_path: Path) -> None:
    server.says('{"1": 2, "2": 77}')
    marked, warnings = ask(book(), settings(server), tmp_path)
    assert speakers(marked)[1] == "Bo"
    assert warnings == ("1 doubtful speakers are left to the rules: the model gave no usable answer for them",)


def test_a_second_run_asks_nothing(server: Server, tmp_path: Path) -> None:
    server.says('{"1": 2, "2": 1}')
    first = ask(book(), settings(server), tmp_path)
    assert ask(book(), settings(server), tmp_path) == first
    assert len(server.asked) == 1


def test_a_damaged_cache_is_made_anew(server: Server, tmp_path: Path) -> None:
    (tmp_path / "llm.json").write_text("[not json", encoding="utf-8")
    server.says('{"1": 2, "2": 1}')
    assert ask(book(), settings(server), tmp_path)[1] == ()
    assert json.loads((tmp_path / "llm.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, b"oops"), (200, b"not json"), (200, b"[]"), (200, b'{"choices": []}'), (404, b"{}")],
)
def test_a_failing_server_leaves_everything_to_the_rules(
    server: Server, tmp_path: Path, status: int, body: bytes
) -> None:
    server.reply = lambda _: (status, body)
    marked, warnings = ask(book(), settings(server), tmp_path)
    assert marked == book()
    assert len(warnings) == 1
    assert warnings[0].startswith("2 doubtful speakers are left to the rules: ")


def test_a_server_that_is_not_there_is_one_warning(server: Server, tmp_path: Path) -> None:
    nowhere = replace(settings(server), llm_url="http://127.0.0.1:9")
    marked, warnings = ask(book(), nowhere, tmp_path)
    assert marked == book()
    assert len(warnings) == 1


def test_a_book_without_doubt_asks_nothing(server: Server, tmp_path: Path) -> None:
    sure = replace(settings(server), check_below=0.0)
    marked = book()
    pieces = tuple(
        replace(piece, speaker="Bo" if piece.speaker == UNKNOWN else piece.speaker)
        for piece in marked.chapters[0].pieces
    )
    marked = replace(marked, chapters=(replace(marked.chapters[0], pieces=pieces),))
    assert ask(marked, sure, tmp_path) == (marked, ())
    assert server.asked == []


@pytest.mark.parametrize("url", ["", "127.0.0.1:8080", "file:///etc/hosts", "ftp://host"])
def test_what_is_no_web_address_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"adapt\.llm_url: .* is not the address of a server"):
        ask(book(), AdaptSettings(attribution="llm", llm_url=url), tmp_path)


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/chat/completions"])
def test_the_address_may_name_the_interface(server: Server, tmp_path: Path, path: str) -> None:
    server.says('{"1": 2, "2": 1}')
    ask(book(), replace(settings(server), llm_url=server.url + path), tmp_path)
    assert server.paths == ["/v1/chat/completions"]


def test_no_answer_changes_a_word_of_the_book(server: Server, tmp_path: Path) -> None:
    server.says('{"1": 2, "2": 1} “Something else.”')
    marked, _ = ask(book(), settings(server), tmp_path)
    assert marked.book == book().book
    assert [replace(piece, speaker="", confidence=0, doubt="") for piece in marked.chapters[0].pieces] == [
        replace(piece, speaker="", confidence=0, doubt="") for piece in book().chapters[0].pieces
    ]
