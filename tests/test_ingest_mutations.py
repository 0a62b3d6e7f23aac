# ruff: noqa: E501 - markup is easier to read on one line
"""Mutated books: only a `SourceError` or a book whose ledger balances, whatever the bytes."""

from __future__ import annotations

import io
import sys
import tempfile
import zipfile
from pathlib import Path

import pytest
import test_ingest_formats as formats
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audiobook.errors import SourceError
from audiobook.ingest import read_book
from audiobook.ingest.pdflayout import Line, Page, lay_out
from audiobook.settings import IngestSettings

sys.path.insert(0, str(Path(__file__).parent / "data" / "ingest"))
from corpus import NAV, PAGES, TEXT
from epub_maker import make_epub, make_zip, page

RICH = page(
    TEXT
    + '<p>One<a epub:type="noteref" href="#n">1</a><sup>2</sup> <em>two</em><br/>three</p><aside epub:type="footnote" id="n">n</aside>'
    '<table><tr><th>a</th><th>b</th><th>c</th></tr><tr><td>1</td><td>2</td><td>3</td></tr></table><div class="poem"><div>x</div>'
    '<div xml:lang="fr">y</div></div><ruby>k<rt>r</rt></ruby><pre><code>z</code></pre><img alt="T"/>he end<ul><li>li</li></ul>'
)
SEEDS: dict[str, bytes] = {
    "epub": make_epub({**PAGES, "rich.xhtml": RICH}, nav=NAV),
    "docx": formats.docx(formats.para(formats.run("Dusk"), "H1") + formats.para(formats.run("one", "<w:i/>") + formats.run("two")) + f"<w:tbl><w:tr><w:tc>{formats.para(formats.run('c'))}</w:tc></w:tr></w:tbl>"),
    "odt": formats.TestOdt().content('<text:h text:outline-level="1">Dusk</text:h><text:p>one<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>n</text:p></text:note-body></text:note></text:p>'),
    "fb2": formats.TestFb2.BOOK.encode(),
    "html": RICH.encode(),
}  # fmt: skip
INSERTS = st.sampled_from([
    b"<p>", b"</p>", b"</div>", b"<h2>Chapter 3</h2>", b'<a href="#n">1</a>', b"<sup>2</sup>", b"&nbsp;", b"&x;", b"<br/>",
    b"<table>", b"<td>", b"<pre>", b"<!--", b"-->", b"<![CDATA[", b"\0", b"\xff\xfe", b"\xcc\x81", b"<ruby>a<rt>b</rt>",
    b'<span epub:type="pagebreak">3</span>', b'<div hidden="">s</div>', b'<div class="poem">', b"<svg><text>q</text></svg>",
    b"<w:t>w</w:t>", b"<text:p>t</text:p>", b"<section>", b"<title>", b'<p class="dropcap">D</p>', b"stray \xe2\x80\xad text",
])  # fmt: skip
EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.integers(0, 40), INSERTS | st.binary(max_size=4)), min_size=1, max_size=6
)
CHOICES = st.sampled_from(
    [
        IngestSettings(),
        IngestSettings(notes="inline", images="alt", code="read", front_matter="read"),
        IngestSettings(notes="end-of-chapter", tables="skip"),
    ]
)
QUIET = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def edited(data: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    for place, cut, insert in edits:
        at = int(place * len(data))
        data = data[:at] + insert + data[at + cut :]
    return data


def check(kind: str, data: bytes, choice: IngestSettings) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"book.{kind}")
        path.write_bytes(data)
        try:
            book = read_book(path, choice)
        except SourceError as error:
            assert "\n" not in str(error)  # noqa: PT017 - either outcome is right
        else:
            assert book.imbalance() == {}


@pytest.mark.parametrize("kind", SEEDS)
@given(edits=EDITS, choice=CHOICES)
@QUIET
def test_mutated_bytes_give_a_balanced_book_or_one_line(
    kind: str, edits: list[tuple[float, int, bytes]], choice: IngestSettings
) -> None:
    check(kind, edited(SEEDS[kind], edits), choice)


@pytest.mark.parametrize("kind", ["epub", "docx", "odt"])
@given(edits=EDITS, choice=CHOICES, which=st.integers(0, 20))
@QUIET
def test_mutated_members_give_a_balanced_book_or_one_line(
    kind: str, edits: list[tuple[float, int, bytes]], choice: IngestSettings, which: int
) -> None:
    with zipfile.ZipFile(io.BytesIO(SEEDS[kind])) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = sorted(members)[which % len(members)]
    check(kind, make_zip({**members, name: edited(members[name], edits)}), choice)


LINES = st.builds(
    Line,
    text=st.text(st.sampled_from("ab C1-. \xad"), min_size=0, max_size=12),
    left=st.floats(0, 400), bottom=st.floats(0, 600), right=st.floats(0, 400), top=st.floats(0, 600),
    size=st.sampled_from([9.0, 11.0, 16.0, 0.0]),
)  # fmt: skip


@given(
    pages=st.lists(st.builds(Page, st.just(400.0), st.just(600.0), st.lists(LINES, max_size=8).map(tuple)), max_size=6),
    targets=st.lists(st.tuples(st.integers(-1, 6), st.floats(0, 1e9)), max_size=4),
)
@QUIET
def test_no_letter_of_a_page_is_lost_in_laying_it_out(pages: list[Page], targets: list[tuple[int, float]]) -> None:
    document, anchors = lay_out(pages, targets)
    before = sorted(char for p in pages for line in p.lines for char in line.text if char.isalnum())
    after = [passage.text for passage in document.passages] + [exclusion.text for exclusion in document.exclusions]
    assert sorted(char for text in after for char in text if char.isalnum()) == before
    assert len(anchors) == len(targets)
