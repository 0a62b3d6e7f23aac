"""Golden books: what each format's reader makes of one small story, written out in full.

After a change that is meant, write them anew with ``python tests/test_ingest_golden.py`` and read the difference.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from epub_maker import make_epub, make_zip, nav, page

from audiobook.book import Book
from audiobook.ingest import read_book
from audiobook.settings import IngestSettings

FOLDER = Path(__file__).parent / "data" / "ingest" / "golden"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"

TXT = """\
THE LAMP AT LOW WATER

by Nell Carter

Copyright 1921 by Nell Carter

CONTENTS

I. Dusk
II. Dawn

PART ONE

CHAPTER I. DUSK

The keeper lit the lamp, as he did
every _single_ night, and went down to the sea.

"Is it late?" asked Wren.

* * *

    The lamp is lit,
    The tide is out,
    And none shall sit
    Or walk about.

CHAPTER II. DAWN

In the morning the boat was gone.[1]

"Gone," said the keeper.

[1] It was found in May.
"""

MARKDOWN = """\
---
title: The Lamp at Low Water
author: Nell Carter
---

# Part One

## Dusk

The keeper lit the lamp, as he did every *single* night[^1],
and went down to [the sea](http://sea.example/).

> "Is it late?" asked Wren.

---

- one oar
- two oars

## Dawn

In the morning the boat was gone.

| Boat | Found |
|------|-------|
| Tern | May   |

[^1]: Not in June.
"""

HTML = """\
<!doctype html><html lang="en"><head><title>The Lamp at Low Water</title><meta name="author" content="Nell Carter">
<script>let lamp = 1</script></head><body><h1>The Lamp at Low Water</h1>
<nav><ul><li><a href="#a">Dusk</a></li><li><a href="#b">Dawn</a></li></ul></nav>
<h2 id="a">Dusk</h2><p>The keeper lit the lamp, as he did every <em>single</em> night<sup><a href="#n1">1</a></sup>.</p>
<hr><blockquote><p>The lamp is lit,<br>The tide is out.</p></blockquote><img src="x.png" alt="A lamp">
<h2 id="b">Dawn</h2><p>In the morning the boat was <span lang="fr">partie</span>.</p>
<aside id="n1" epub:type="footnote"><p>1. Not in June.</p></aside></body></html>
"""


CHINESE = """\
渔村
作者：李海
第一章 清晨
“船呢？”老李问。
海风很冷，没有人说话。
第二章 夜晚
他坐下来等天亮。
"""


def _epub() -> bytes:
    pages = {
        "cover.xhtml": page("<h1>The Lamp</h1><p>Ann Lee</p>"),
        "rights.xhtml": page("<p>© 1921 Ann Lee. All rights reserved. ISBN 0-00-000000-0. First published 1921.</p>"),
        "one.xhtml": page(
            '<h1>Dusk</h1><p>The keeper lit the lamp<a epub:type="noteref" href="#n">1</a>.</p><hr/><p>Wren slept.</p>'
            '<aside epub:type="footnote" id="n"><p>Not in June.</p></aside>'
        ),
        "two.xhtml": page("<h1>Dawn</h1><p>In the morning the boat was <em>gone</em>.</p><ul><li>one oar</li></ul>"),
    }
    return make_epub(pages, nav=nav(("Dusk", "one.xhtml"), ("Dawn", "two.xhtml")))


def _docx() -> bytes:
    def paragraph(text: str, style: str = "", run: str = "") -> str:
        named = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
        return f"<w:p>{named}<w:r>{run}<w:t>{text}</w:t></w:r></w:p>"

    cells = "".join(f"<w:tc>{paragraph(text)}</w:tc>" for text in ("Tern", "May"))
    body = (
        paragraph("The Lamp at Low Water", "Title")
        + paragraph("Dusk", "Heading1")
        + paragraph("The keeper lit the lamp.")
        + paragraph("Every night.", run="<w:rPr><w:i/></w:rPr>")
        + paragraph("Is it late?", "Quote")
        + paragraph("Dawn", "Heading1")
        + paragraph("one oar", "ListBullet")
        + f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"
    )
    names = {"Title": "Title", "Heading1": "heading 1", "Quote": "Quote", "ListBullet": "List Bullet"}
    styles = "".join(f'<w:style w:styleId="{key}"><w:name w:val="{name}"/></w:style>' for key, name in names.items())
    return make_zip(
        {
            "word/document.xml": f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>',
            "word/styles.xml": f'<w:styles xmlns:w="{WORD}">{styles}</w:styles>',
        }
    )


SOURCES: dict[str, Callable[[], bytes]] = {
    "story.txt": TXT.encode,
    "story.md": MARKDOWN.encode,
    "story.html": HTML.encode,
    "story.epub": _epub,
    "story.docx": _docx,
    "chinese.txt": CHINESE.encode,
}


def compact(book: Book) -> dict[str, object]:
    """Return everything of a book that a reader decides, without places in the source."""
    return {
        "title": book.metadata.title,
        "author": book.metadata.author,
        "language": book.metadata.language,
        "chapters": [
            {
                "title": chapter.title,
                "part": chapter.part,
                "part_heading": chapter.part_heading,
                "paragraphs": [
                    [
                        paragraph.kind,
                        paragraph.text,
                        *([mark.kind, mark.value, paragraph.text[mark.start : mark.end]] for mark in paragraph.markup),
                    ]
                    for paragraph in chapter.paragraphs
                ],
            }
            for chapter in book.chapters
        ],
        "exclusions": [[exclusion.reason, exclusion.text] for exclusion in book.exclusions],
    }


def read(name: str, folder: Path) -> Book:
    path = folder / name
    path.write_bytes(SOURCES[name]())
    return read_book(path, IngestSettings())


@pytest.mark.parametrize("name", SOURCES)
def test_a_small_book_of_every_format_is_read_as_written_down(name: str, tmp_path: Path) -> None:
    book = read(name, tmp_path)
    assert book.imbalance() == {}
    assert json.loads(json.dumps(compact(book))) == json.loads((FOLDER / f"{name}.json").read_text("utf-8"))


def test_every_golden_file_has_its_source() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(SOURCES)


def write() -> None:
    import tempfile

    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            text = json.dumps(compact(read(name, Path(folder))), ensure_ascii=False, indent=1)
            (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(write())
