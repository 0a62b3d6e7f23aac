"""The language of a book that does not state it."""

from __future__ import annotations

from pathlib import Path

import pytest
from epub_maker import make_epub, page

from audiobook.ingest import read_book
from audiobook.ingest.language import guess_language
from audiobook.settings import IngestSettings

TEXTS = {
    "ar": "فتح سالم الباب.", "fa": "پدر در را باز کرد و چیزی گفت.", "zh": "老李推开门。", "ja": "健は戸を開けた。",
    "ko": "민수는 문을 열었다.", "ru": "Олег открыл дверь.", "uk": "Олег відчинив двері і вийшов.",
    "el": "Άνοιξε την πόρτα.",
    "he": "יוסף פתח את הדלת.", "hi": "मोहन ने दरवाज़ा खोला।", "th": "เขาเปิดประตู",
    "fr": "« Où est la barque ? » dit-elle. Il ne répondit pas.",
    "de": "„Wo ist das Boot?“ fragte Anna. Er öffnete die Tür.",
    "es": "—¿Dónde está la barca? —preguntó Ana.", "it": "Il ragazzo non era nella barca. Gli altri sono andati via.",
    "cs": "Muž otevřel dveře. Není tam nikdo, ale světlo se rozsvítilo.", "en": "Nobody answered.",
}  # fmt: skip


@pytest.mark.parametrize("language", TEXTS)
def test_a_few_words_tell_the_language(language: str) -> None:
    # Broke: other scripts, and short texts in Latin letters, counted as English.
    assert guess_language(TEXTS[language]) == language


@pytest.mark.parametrize("text", ["# CON\n\nTom sat down.", "No con man. “No,” Juan said. En route.", "17", ""])
def test_little_evidence_leaves_english(text: str) -> None:
    # Broke: a heading "CON" made an English story Spanish.
    assert guess_language(text) == "en"


@pytest.mark.parametrize("name", ["a.html", "a.epub", "a.md", "a.txt"])
def test_formats_that_state_no_language_get_one_from_their_text(name: str, tmp_path: Path) -> None:
    body = f"<p>{TEXTS['fr']}</p><p>{TEXTS['fr']}</p>"
    path = tmp_path / name
    if name.endswith(".epub"):
        data = make_epub({"one.xhtml": page(body).replace(' xml:lang="en"', "")}, metadata="<dc:title>T</dc:title>")
    else:
        data = (f"<html><body>{body}</body></html>" if name.endswith(".html") else TEXTS["fr"]).encode()
    path.write_bytes(data)
    book = read_book(path, IngestSettings())
    assert book.metadata.language == "fr"
    assert not any(paragraph.markup for chapter in book.chapters for paragraph in chapter.paragraphs)


def test_what_a_page_says_of_its_language_leads(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html lang='oc'><body><p>{TEXTS['fr']}</p></body></html>", encoding="utf-8")
    assert read_book(path, IngestSettings()).metadata.language == "oc"
