"""What a batch is made of before anything is made: books found, manifests read, settings of each book apart."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.batch import Asked, Failure, FileNote, Outcome, gather
from audiobook.batch.journal import open_journal, read_asked
from audiobook.batch.order import weight
from audiobook.batch.sources import find_sources
from audiobook.batch.summary import write_summary
from audiobook.cli import main
from audiobook.configfile import Layer, build_settings, explain
from audiobook.errors import AudiobookError, SettingsError, SourceError, UsageError
from audiobook.settings import Settings


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def lay(path: str, text: str = "A story.\n") -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def names(*words: str, out: str = "out") -> list[str]:
    return [entry.name for entry in gather(Asked(words), Path(out)).entries]


class TestFinding:
    def test_a_folder_is_searched_through_and_its_folders_are_kept(self) -> None:
        for name in ("Book 10.txt", "Book 2.txt", "Austen/Emma.epub", "Austen/notes.pages", ".hidden.txt", "README.md"):
            lay(f"shelf/{name}")
        assert names("shelf") == ["austen/emma", "book-2", "book-10"]

    def test_scripts_are_made_only_when_they_are_named(self) -> None:
        lay("shelf/emma.script")
        lay("shelf/emma.txt")
        assert names("shelf") == ["emma"]
        assert names("shelf/emma.script") == ["emma"]

    def test_the_output_folder_is_no_source(self) -> None:
        lay("shelf/emma.txt")
        lay("shelf/out/emma/emma.txt")
        assert names("shelf", out="shelf/out") == ["emma"]

    def test_patterns_that_the_shell_left_are_expanded(self) -> None:
        for name in ("b.txt", "a.txt", "c.epub"):
            lay(f"shelf/{name}")
        assert names("shelf/*.txt", "shelf/c.*") == ["a", "b", "c"]
        assert names("**/*.epub") == ["c"]

    def test_a_file_whose_name_looks_like_a_pattern_is_a_file(self) -> None:
        lay("a[1].txt")
        lay("a1.txt")
        assert [found.source.name for found in find_sources(["a[1].txt"], Path("out"))] == ["a[1].txt"]

    def test_a_book_that_several_words_mean_is_made_once(self) -> None:
        lay("shelf/emma.txt")
        assert names("shelf/emma.txt", "shelf", "shelf/*") == ["emma"]

    @pytest.mark.parametrize("word", ["nothing.txt", "*.epub", "hollow"])
    def test_a_word_that_means_nothing_is_refused(self, word: str) -> None:
        Path("hollow").mkdir()
        with pytest.raises(SourceError, match="no book matches"):
            names(word)

    def test_books_of_one_name_get_their_kind_to_it(self) -> None:
        for name in ("emma.txt", "emma.epub", "other.txt"):
            lay(f"shelf/{name}")
        assert names("shelf") == ["emma-epub", "emma-txt", "other"]

    def test_a_book_never_lies_inside_another(self) -> None:
        lay("shelf/austen.txt")
        lay("shelf/austen/emma.txt")
        assert sorted(names("shelf")) == ["austen-txt", "austen/emma"]

    def test_books_that_would_share_a_folder_are_refused_by_name(self) -> None:
        first, second = lay("one/Emma.txt"), lay("two/emma!.txt")
        with pytest.raises(UsageError, match="same folder emma") as caught:
            names(str(first), str(second))
        assert str(first) in str(caught.value)
        assert str(second) in str(caught.value)

    def test_a_long_book_weighs_more_than_a_short_one_of_any_kind(self) -> None:
        assert weight(lay("a.txt", "word " * 100)) < weight(lay("b.html", "word " * 200))
        assert weight(Path("none.txt")) == 0
        assert weight(lay("c.epub", "PK no zip")) > 0


TOML = """
[defaults]
formats = ["mp3"]
[defaults.pauses]
comma = 111

[[book]]
source = "emma.txt"
output = "austen/emma"
[book.pauses]
paragraph = 222
[book.metadata]
title = "1984"

[[book]]
source = "other.txt"
formats = "m4b,srt"
"""

CSV = """source,output,formats,pauses.comma,pauses.paragraph,metadata.title
[defaults],,mp3,111,,
emma.txt,austen/emma,,,222,1984
other.txt,,"m4b,srt",,,
"""


class TestManifest:
    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("shelf.toml", TOML),
            ("shelf.csv", CSV),
            ("excel.csv", "\ufeff" + CSV.replace(",", ";").replace("m4b;srt", "m4b,srt").replace("\n", "\r\n")),
            ("tabs.csv", CSV.replace(",", "\t").replace("m4b\tsrt", "m4b,srt")),
        ],
    )
    def test_each_book_gets_the_defaults_and_its_own(self, name: str, text: str) -> None:
        Path(name).write_bytes(text.encode())
        emma, other = gather(Asked((name,)), Path("out")).entries
        assert (emma.name, emma.source, emma.folder) == ("austen/emma", Path("emma.txt"), Path("out/austen/emma"))
        assert emma.settings.formats == ("mp3",)
        assert (emma.settings.pauses.comma, emma.settings.pauses.paragraph) == (111, 222)
        assert emma.settings.metadata.title == "1984"
        assert (other.name, other.settings.formats) == ("other", ("m4b", "srt"))
        assert (other.settings.pauses.comma, other.settings.pauses.paragraph) == (111, 900)
        assert other.settings.metadata.title == ""

    def test_sources_and_files_in_settings_count_from_the_manifest(self) -> None:
        lay("lists/words.toml", "[words]\n")
        lay("lists/shelf.toml", '[[book]]\nsource = "../books/emma.txt"\n[book.spoken]\nlexicon = "words.toml"\n')
        (entry,) = gather(Asked(("lists/shelf.toml",)), Path("out")).entries
        assert entry.source == Path("lists/../books/emma.txt")
        assert entry.settings.spoken.lexicon == str(Path("lists/words.toml"))

    def test_a_book_of_the_manifests_own_name_does_not_take_it_for_settings(self) -> None:
        lay("shelf.txt")
        lay("shelf.toml", '[[book]]\nsource = "shelf.txt"\n')
        assert names("shelf.toml") == ["shelf"]

    def test_jobs_of_the_defaults_are_the_batchs(self) -> None:
        lay("shelf.toml", '[defaults]\njobs = 3\n[[book]]\nsource = "a.txt"\n')
        assert gather(Asked(("shelf.toml",)), Path("out")).jobs == 3

    @pytest.mark.parametrize(
        ("name", "text", "place", "message"),
        [
            ("m.toml", "[[book]]\n", "m.toml:1, book 1", "names no source"),
            ("m.toml", '\n\n[[book]]\nsource = "a.txt"\n\n[[book]]\nsource = "b.txt"\nvoices = "x"\n',
             "m.toml:6, book 2 (b.txt)", "unknown setting 'voices'. Did you mean adapt.voices?"),
            ("m.toml", '[[book]]\nsource = "a.txt"\n[book.pauses]\ncomma = "x"\n', "m.toml:1, book 1 (a.txt)",
             "pauses.comma"),
            ("m.toml", '[defaults]\nprofile = "axc"\n[[book]]\nsource = "a.txt"\n', "m.toml [defaults]", "'acx'"),
            ("m.toml", '[[book]]\nsource = "a.txt"\njobs = 2\n', "m.toml:1, book 1 (a.txt)", "--jobs"),
            ("m.toml", '[[book]]\nsource = "a.txt"\noutput = "../up"\n', "m.toml:1, book 1 (a.txt)", "leaves"),
            ("m.toml", '[[book]]\nsource = "a.txt"\noutput = "/tmp/x"\n', "m.toml:1, book 1 (a.txt)", "leaves"),
            ("m.toml", '[[book]]\nsource = "a.txt"\noutput = "C:/x"\n', "m.toml:1, book 1 (a.txt)", "leaves"),
            ("m.toml", '[[book]]\nsource = "a.txt"\noutput = "con"\n', "m.toml:1, book 1 (a.txt)", "no name"),
            ("m.toml", '[[book]]\nsource = "a.txt"\noutput = 3\n', "m.toml:1, book 1 (a.txt)", "is not text"),
            ("m.toml", 'source = "a.txt"\n', "m.toml", "stands alone"),
            ("m.toml", 'book = "a.txt"\n', "m.toml", "[[book]] a list"),
            ("m.toml", "book = [1]\n", "m.toml, book 1", "is not a table"),
            ("m.toml", "[defaults]\n", "m.toml", "lists no book"),
            ("m.toml", "[[book]\n", "m.toml", "not valid TOML"),
            ("none.toml", None, "none.toml", "there is no such manifest"),
            ("none.csv", None, "none.csv", "there is no such manifest"),
            ("m.csv", "", "m.csv", "lists no book"),
            ("m.csv", "output,source\nx,a.txt,y\n", "m.csv:2", "3 cells for 2 columns"),
            ("m.csv", "output\nx\n", "m.csv:1", "no column source"),
            ("m.csv", "source,source\na,b\n", "m.csv:1", "'source' stands twice"),
            ("m.csv", "source,\na,b\n", "m.csv:1", "no name"),
            ("m.csv", 'source\n"a.txt\n', "m.csv:2", "is not CSV"),
            ("m.csv", "source,pauses.comma\na.txt,1\n\nb.txt,x\n", "m.csv:4 (b.txt)", "a whole number"),
            ("m.csv", "source,voice\na.txt,\n[defaults],x:y\n", "m.csv:3", "first row"),
        ],
    )  # fmt: skip
    def test_mistakes_are_named_with_file_line_and_remedy(
        self, name: str, text: str | None, place: str, message: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if text is not None:
            lay(name, text)
        with pytest.raises(SettingsError) as caught:
            names(name)
        assert caught.value.place == place
        assert message in str(caught.value)
        assert caught.value.remedy or "Did you mean" in str(caught.value) or "allowed" in str(caught.value)
        assert main(["batch", name]) == 4
        assert not Path("output").exists()

    def test_a_manifest_stands_alone(self) -> None:
        with pytest.raises(UsageError, match="stands alone"):
            names("a.toml", "b.txt")

    def test_two_books_of_one_output_are_refused(self) -> None:
        lay("m.csv", "source,output\na.txt,same\nb.txt,Same\n")
        with pytest.raises(UsageError, match="same folder"):
            names("m.csv")

    @given(st.binary(max_size=200))
    def test_any_bytes_are_read_or_refused(self, data: bytes) -> None:
        for name in ("any.toml", "any.csv"):
            Path(name).write_bytes(data)
            with contextlib.suppress(AudiobookError):
                names(name)


SETTINGS: dict[str, st.SearchStrategy[Any]] = {
    "expression": st.floats(0, 2),
    "formats": st.lists(st.sampled_from(["m4b", "mp3", "vtt", "opus"]), min_size=1, max_size=2, unique=True),
    "pauses.comma": st.integers(0, 9999),
    "pauses.paragraph": st.integers(0, 9999),
    "metadata.series": st.sampled_from(["One", "Two", "3"]),
    "cast.Ada": st.sampled_from(["silent:silent", "silent:silent-bass"]),
    "cast.Tom": st.sampled_from(["silent:silent-alto"]),
    "cues.joy.rate": st.floats(0.5, 2),
    "profiles.mine.rms_db": st.floats(-60, 0),
}
"""Any setting of any kind, tables whose keys the user chooses among them."""
A_BOOK = st.dictionaries(st.sampled_from(sorted(SETTINGS)), st.none(), max_size=5).flatmap(
    lambda keys: st.fixed_dictionaries({key: SETTINGS[key] for key in keys})
)


def nested(flat: dict[str, Any]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in flat.items():
        *path, last = key.split(".")
        inner = table
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return table


def toml(books: list[dict[str, Any]], defaults: dict[str, Any]) -> str:
    parts = ["[defaults]", *(f"{key} = {json.dumps(value)}" for key, value in defaults.items())]
    for number, book in enumerate(books):
        parts += ["[[book]]", f'source = "{number}.txt"', *(f"{key} = {json.dumps(v)}" for key, v in book.items())]
    return "\n".join(parts) + "\n"


@given(st.lists(A_BOOK, min_size=2, max_size=5), A_BOOK)
def test_settings_of_one_book_never_reach_another(books: list[dict[str, Any]], defaults: dict[str, Any]) -> None:
    lay("many.toml", toml(books, defaults))
    entries = gather(Asked(("many.toml",)), Path("out")).entries
    for entry, book in zip(entries, books, strict=True):
        alone = build_settings([Layer("defaults", nested(defaults)), Layer("book", nested(book))])
        assert entry.settings == alone


def test_settings_merge_from_the_users_file_to_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOBOOK_CONFIG", str(Path("user").resolve()))
    keys = ("comma", "semicolon", "dash", "ellipsis", "interruption", "sentence")
    sources = ("user/audiobook.toml", "shelf/audiobook.toml", "shelf/a/audiobook.toml", "shelf/a/emma.toml")
    for place, name in enumerate(sources):
        lay(name, "[pauses]\n" + "".join(f"{key} = {place}\n" for key in keys[place:]))
    lay("shelf/a/emma.txt")
    lay("shelf/b.txt")
    options = (Layer("--set", {"pauses": {"sentence": 9}}),)
    emma, other = gather(Asked(("shelf",), options), Path("out")).entries
    assert [getattr(emma.settings.pauses, key) for key in keys] == [0, 1, 2, 3, 3, 9]
    assert [getattr(other.settings.pauses, key) for key in keys] == [0, 1, 1, 1, 1, 9]
    lay("list.toml", '[defaults.pauses]\ninterruption = 5\n[[book]]\nsource = "shelf/a/emma.txt"\n')
    (listed,) = gather(Asked(("list.toml",), options), Path("out")).entries
    assert [getattr(listed.settings.pauses, key) for key in keys] == [0, 0, 2, 3, 5, 9]


OUTCOME = Outcome(
    "austen/emma", "emma.txt", "done", "abc", (("silent:silent", "1"),), ("austen/emma/emma.script", "def"),
    (FileNote("austen/emma/emma.m4b", 3, "ghi", 5),), "Emma", "Jane Austen", 3, 10, 9, 1.5, 2.5, 3.5,
)  # fmt: skip


class TestJournal:
    def test_outcomes_survive_word_for_word(self) -> None:
        failed = Outcome("b", "b\udcff.txt", "failed", failure=Failure("is empty", "b.txt", "Mend it", 3))
        with open_journal(Path("out"), Asked(("a.txt",))) as journal:
            journal.note(OUTCOME)
            journal.note(failed)
        with open_journal(Path("out"), Asked(("a.txt",))) as journal:
            assert journal.last("austen/emma") == OUTCOME
            assert journal.last("b") == failed
            assert journal.last("c") is None

    def test_cut_anywhere_it_holds_what_was_noted_before(self) -> None:
        path = Path("out/.audiobook/batch.jsonl")
        with open_journal(Path("out"), Asked(("a.txt",))) as journal:
            journal.note(OUTCOME)
            before = path.stat().st_size
            journal.note(Outcome("b", "b.txt", "done"))
        whole = path.read_bytes()
        for cut in (before, before + 1, (before + len(whole)) // 2, len(whole) - 2, len(whole) - 1):
            path.write_bytes(whole[:cut])
            with open_journal(Path("out"), Asked(("a.txt",))) as journal:
                assert journal.last("austen/emma") == OUTCOME
                assert journal.last("b") in (None, Outcome("b", "b.txt", "done"))
                journal.note(Outcome("c", "c.txt", "done"))
            with open_journal(Path("out"), Asked(("a.txt",))) as journal:
                assert journal.last("c") is not None

    @given(st.binary(max_size=300))
    def test_any_bytes_are_no_more_than_nothing_known(self, data: bytes) -> None:
        path = Path("out/.audiobook/batch.jsonl")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        with open_journal(Path("out"), Asked(("a.txt",))) as journal:
            assert journal.last("a") is None

    def test_what_was_asked_is_found_from_any_folder(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        asked = Asked(("shelf", "x/*.epub"), (Layer("--set", {"pauses": {"comma": 1}}),), Path("my.toml"))
        with open_journal(Path("out"), asked):
            pass
        monkeypatch.chdir("/")
        found = read_asked(tmp_path / "out")
        assert found.words == (str(tmp_path / "shelf"), str(tmp_path / "x" / "*.epub"))
        assert found.options == asked.options
        assert found.config == tmp_path / "my.toml"

    def test_without_a_batch_there_is_nothing_to_resume(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["batch", "--resume", "-o", "out"]) == 2
        assert main(["batch", "--retry-failed", "-o", "out"]) == 2
        assert main(["batch"]) == 2
        assert main(["batch", "a.txt", "--resume"]) == 2
        assert capsys.readouterr().err.count("\n") == 4


HOSTILE = "</h2><script>alert(1)</script>\"'&\u202e\n=1+1"


def test_titles_cannot_harm_the_page_or_the_spreadsheet() -> None:
    name = 'a/<b> "c"#%?'
    done = Outcome(
        name,
        "javascript:alert(1)",
        "done",
        files=(FileNote(f"{name}/x y.m4b", 1, "", 0),),
        title=HOSTILE,
        author=HOSTILE,
    )
    failed = Outcome("=evil", "b", "failed", failure=Failure(HOSTILE), title="=1+1")
    write_summary(Path("out"), (done, failed))
    page = Path("out/index.html").read_text("utf-8")
    assert "<script" not in page
    assert "alert(1)&lt;/script&gt;" in page
    assert 'href="./a/%3Cb%3E%20%22c%22%23%25%3F/x%20y.m4b"' in page
    assert "\u202e" not in page
    table = Path("out/summary.csv").read_text("utf-8")
    assert "'=evil" in table
    assert "'=1+1" in table
    rows = json.loads(Path("out/summary.json").read_text("utf-8"))
    assert rows["outcomes"][0]["title"] == HOSTILE


def test_an_unforeseen_error_is_called_internal_and_named() -> None:
    failure = Failure.of(KeyError("words"))
    assert (failure.code, "KeyError" in str(failure)) == (70, True)


@pytest.mark.parametrize("change", [lambda row: row.pop("state"), lambda row: row.update(state="odd"),
                                    lambda row: row.update(files=[1]), lambda row: row.update(voices=3)])  # fmt: skip
def test_a_record_that_is_none_is_refused(change: Callable[[dict[str, Any]], Any]) -> None:
    row = OUTCOME.as_json()
    assert Outcome.from_json(json.loads(json.dumps(row))) == OUTCOME
    change(row)
    with pytest.raises((ValueError, TypeError, KeyError)):
        Outcome.from_json(row)


def test_every_setting_can_stand_in_a_table() -> None:
    keys = [key for key, _value, _origin in explain(()) if key != "jobs"]
    defaults = build_settings(())
    cells = {key: value for key, value, _origin in explain(())}
    shown = {key: ",".join(cells[key]) if isinstance(cells[key], tuple) else cells[key] for key in keys}
    words = [json.dumps(v) if isinstance(v, bool) else "" if v is None else str(v) for v in shown.values()]
    quoted = [f'"{word}"' if "," in word else word for word in words]
    lay("all.csv", f"source,{','.join(keys)}\na.txt,{','.join(quoted)}\n")
    (entry,) = gather(Asked(("all.csv",)), Path("out")).entries
    assert entry.settings == defaults == Settings()
