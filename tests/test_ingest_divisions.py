from __future__ import annotations

import pytest
from bookmaker import Prose, chapters, gutenberg

from audiobook.book import Book
from audiobook.ingest.plain import book_from_text
from audiobook.settings import IngestSettings


def read(text: str, name: str = "a book") -> Book:
    book = book_from_text(text, name, IngestSettings())
    assert book.imbalance() == {}
    for chapter in book.chapters:
        assert chapter.source is None or text[chapter.source.start : chapter.source.end].strip()
    return book


def titles(text: str) -> list[str]:
    return [chapter.title for chapter in read(text).chapters]


ROMAN = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"]
WORDS = ["One", "Two", "Three", "Four", "Five"]

SINGLE_LINE = {
    "chapter roman with stop": [f"CHAPTER {n}." for n in ROMAN],
    "chapter arabic": [f"Chapter {n}" for n in range(1, 9)],
    "chapter in words with title": [f"Chapter {w}: The {w} Door" for w in WORDS],
    "chapter with dash and title": [f"CHAPTER {n}--THE ROAD TO TOWN {n}" for n in ROMAN],
    "bare roman": ROMAN,
    "bare roman with stop": [f"{n}." for n in ROMAN],
    "bare arabic": [str(n) for n in range(1, 13)],
    "bare word": ["ONE", "TWO", "THREE", "FOUR"],
    "roman and title": [f"{n}. The Mill at Night" for n in ROMAN],
    "arabic and title": [f"{n}. The Mill at Night" for n in range(1, 7)],
    "stave": ["STAVE ONE", "STAVE TWO", "STAVE THREE"],
    "stave with title": ["Stave I: The Ghost's Visit", "Stave II: The Second Visit"],
    "letters": [f"LETTER {n}" for n in ROMAN],
    "letter the": ["LETTER THE FIRST", "LETTER THE SECOND", "LETTER THE THIRD"],
    "chapter the": ["CHAPTER THE FIRST", "CHAPTER THE SECOND", "CHAPTER THE LAST"],
    "canto": [f"CANTO {n}" for n in ROMAN[:4]],
    "adventures": [f"ADVENTURE {n}. THE SILVER SPOON" for n in ROMAN[:5]],
    "ordinal first": ["FIRST CHAPTER", "SECOND CHAPTER", "THIRD CHAPTER"],
    "acts spelled out": ["FIRST ACT", "SECOND ACT", "THIRD ACT"],
    "acts": ["ACT I", "ACT II", "ACT III"],
    "scenes only": ["SCENE I. A Wood", "SCENE II. A Field", "SCENE III. A Wood"],
    "underscored": [f"_Chapter {n}_" for n in ROMAN[:5]],
    "centred": [f"                 CHAPTER {n}." for n in ROMAN[:5]],
    "french": [f"CHAPITRE {n}" for n in ROMAN[:4]],
    "german": ["Erstes Kapitel", "Zweites Kapitel", "Drittes Kapitel"],
    "russian": [f"ГЛАВА {n}" for n in ROMAN[:4]],
    "books of a poem": [f"BOOK {n}" for n in ROMAN],
    "parts alone": ["PART ONE", "PART TWO"],
    "caps titles": ["THE GREY GOOSE", "THE KING'S OLD COAT", "JACK AND THE MILLER", "THE LAST TRAIN"],
    "fits": ["FIT THE FIRST", "FIT THE SECOND", "FIT THE THIRD"],
    "sections": [f"SECTION {n}" for n in ROMAN[:4]],
    "preface and epilogue": ["PREFACE", "CHAPTER I", "CHAPTER II", "EPILOGUE"],
    "prologue": ["Prologue", "Chapter 1", "Chapter 2", "Epilogue", "Author's Note"],
    "introduction": ["INTRODUCTION.", "CHAPTER I.", "CHAPTER II.", "CONCLUSION.", "APPENDIX."],
    "letters then chapters": ["Letter 1", "Letter 2", "Chapter 1", "Chapter 2", "Chapter 3"],
    "misprinted number": ["CHAPTER I", "CHAPTER II", "CHAPTER II", "CHAPTER IV", "CHAPTER V"],
    "missing first": ["CHAPTER II", "CHAPTER III", "CHAPTER IV"],
}


@pytest.mark.parametrize("headings", SINGLE_LINE.values(), ids=SINGLE_LINE.keys())
@pytest.mark.parametrize("listed", [False, True], ids=["no contents", "contents"])
def test_headings_of_every_form_open_chapters(headings: list[str], listed: bool) -> None:
    contents = (
        "CONTENTS\n\n" + "\n".join(f"  {heading.strip()}" for heading in headings) + "\n\n\n\n\n" if listed else ""
    )
    text = gutenberg(f"THE STONE BRIDGE\n\nby Ann Author\n\n\n\n\n{contents}{chapters(headings)}")
    assert titles(text) == [heading.strip(" _") for heading in headings]


@pytest.mark.parametrize("headings", SINGLE_LINE.values(), ids=SINGLE_LINE.keys())
def test_headings_are_found_where_every_line_is_a_paragraph(headings: list[str]) -> None:
    prose = Prose()
    text = "\n\n\n".join(heading + "\n\n" + "\n".join(prose.paragraph() for _ in range(6)) for heading in headings)
    assert titles(gutenberg(text)) == [heading.strip(" _") for heading in headings]


TOC_FORMS = {
    "page numbers": "CONTENTS\n\n"
    + "\n".join(f"{n}. The Door {i}{'.' * 20} {i * 11}" for i, n in enumerate(ROMAN[:5], 1)),
    "wide page numbers": "CONTENTS\n\nCHAPTER                          PAGE\n\n"
    + "\n".join(f"   {n}. THE DOOR {i}              {i * 11}" for i, n in enumerate(ROMAN[:5], 1)),
    "blank lines": "Table of Contents\n\n"
    + "\n\n".join(f"CHAPTER {n}. The Door {i}" for i, n in enumerate(ROMAN[:5], 1)),
    "many a line": "CONTENTS\n\n     "
    + "      ".join(f"Chapter {n}     The Door {i}" for i, n in enumerate(ROMAN[:5], 1)),
    "titles only": "Contents\n\n" + "\n".join(f"The Door {i}" for i in range(1, 6)),
    "synopsis": "CONTENTS.\n\n"
    + "\n\n".join(
        f"CHAPTER {n}. The Door {i}.--A Friend.--What the Dog Saw.--\nThe Long Walk Home"
        for i, n in enumerate(ROMAN[:5], 1)
    ),
    "unheaded": "\n\n".join(f"CHAPTER {n}. The Door {i}" for i, n in enumerate(ROMAN[:5], 1)),
}


@pytest.mark.parametrize("contents", TOC_FORMS.values(), ids=TOC_FORMS.keys())
@pytest.mark.parametrize(
    "form",
    [
        "CHAPTER {n}. The Door {i}",
        "CHAPTER {n}.\n\nThe Door {i}",
        "CHAPTER {n}\nTHE DOOR {i}",
        "{n}. THE DOOR {i}",
        "{n}\n\nTHE DOOR {i}",
    ],
)
def test_a_contents_page_is_left_out_whatever_its_form(contents: str, form: str) -> None:
    headings = [form.format(n=n, i=i) for i, n in enumerate(ROMAN[:5], 1)]
    book = read(gutenberg(f"THE STONE BRIDGE\n\n\n\n{contents}\n\n\n\n\n{chapters(headings)}"))
    assert len(book.chapters) == 5
    for number, chapter in enumerate(book.chapters, 1):
        assert "door" in chapter.title.lower()
        assert str(number) in chapter.title
    assert "contents" in {exclusion.reason for exclusion in book.exclusions}


def shape(text: str) -> list[tuple[str, str]]:
    return [(chapter.part_heading, chapter.title) for chapter in read(gutenberg(text)).chapters]


def test_parts_stand_above_the_chapters_that_follow_them() -> None:
    prose = Prose()
    text = ""
    for part in ("PART I\n\nTHE OLD HOUSE", "PART II\n\nTHE NEW HOUSE"):
        text += f"{part}\n\n\n\n" + "".join(f"CHAPTER {n}\n\n{prose.body()}\n\n\n\n" for n in ("I", "II", "III"))
    assert shape(text) == [
        ("PART I. THE OLD HOUSE", "CHAPTER I"), ("", "CHAPTER II"), ("", "CHAPTER III"),
        ("PART II. THE NEW HOUSE", "CHAPTER I"), ("", "CHAPTER II"), ("", "CHAPTER III"),
    ]  # fmt: skip


def test_volumes_books_and_chapters_nest() -> None:
    prose = Prose()
    text = ""
    for volume in ("I", "II"):
        text += f"VOLUME {volume}\n\n\n\n"
        for book in ("FIRST", "SECOND"):
            text += f"BOOK THE {book}\n\n\n" + "".join(
                f"CHAPTER {n}.--A WALK\n\n{prose.body()}\n\n\n\n" for n in ("I", "II")
            )
    book = read(gutenberg(text))
    assert [chapter.part for chapter in book.chapters][::2] == [
        "VOLUME I: BOOK THE FIRST", "VOLUME I: BOOK THE SECOND",
        "VOLUME II: BOOK THE FIRST", "VOLUME II: BOOK THE SECOND",
    ]  # fmt: skip
    assert [chapter.part_heading for chapter in book.chapters] == [
        "VOLUME I: BOOK THE FIRST", "", "BOOK THE SECOND", "", "VOLUME II: BOOK THE FIRST", "", "BOOK THE SECOND", "",
    ]  # fmt: skip


def test_chapters_may_count_on_across_parts() -> None:
    prose = Prose()
    text = ""
    for part, numbers in (("BOOK ONE", "1 2 3"), ("BOOK TWO", "4 5 6")):
        text += f"{part}\n\n\n\n" + "".join(f"{n}\n\n{prose.body()}\n\n\n\n" for n in numbers.split())
    assert [part for part, _ in shape(text)] == ["BOOK ONE", "", "", "BOOK TWO", "", ""]
    assert [title for _, title in shape(text)] == ["1", "2", "3", "4", "5", "6"]


def test_text_under_a_part_is_a_chapter_of_its_own() -> None:
    prose = Prose()
    text = f"PART ONE\n\n\n{prose.body(2)}\n\n\n\nCHAPTER 1\n\n{prose.body()}\n\n\n\nCHAPTER 2\n\n{prose.body()}"
    assert [title for _, title in shape(text)] == ["PART ONE", "CHAPTER 1", "CHAPTER 2"]


def test_acts_stand_above_their_scenes() -> None:
    prose = Prose()
    text = "DRAMATIS PERSONAE\n\nANN, a miller.\n\nBEN, her brother.\n\n\n\n"
    for act in ("ACT I", "ACT II"):
        text += f"{act}\n\n" + "".join(
            f"SCENE {n}. A Mill\n\n[Enter ANN.]\n\n{prose.body(3)}\n\n\n" for n in ("I", "II")
        )
    assert shape(text) == [
        ("", "DRAMATIS PERSONAE"),
        ("ACT I", "SCENE I. A Mill"), ("", "SCENE II. A Mill"), ("ACT II", "SCENE I. A Mill"), ("", "SCENE II. A Mill"),
    ]  # fmt: skip


def test_acts_and_scenes_on_one_line_are_chapters() -> None:
    headings = [
        "ACT I. SCENE I. A Mill.",
        "ACT I. SCENE II. A Road.",
        "ACT II. SCENE I. A Mill.",
        "ACT II. SCENE II. A Road.",
    ]
    assert titles(gutenberg(chapters(headings))) == headings


def test_numerals_below_the_tales_of_a_collection_are_scenes() -> None:
    prose = Prose()
    tales = ["THE GREY GOOSE", "THE OLD COAT", "THE LAST TRAIN", "THE MILLER'S SON"]
    text = "\n\n\n\n\n".join(
        f"{tale}\n\n\n" + "\n\n\n".join(f"{n}\n\n{prose.body(3)}" for n in ("I", "II", "III")) for tale in tales
    )
    book = read(gutenberg(text))
    assert [chapter.title for chapter in book.chapters] == tales
    assert [p.text for p in book.chapters[0].paragraphs if p.kind == "heading"] == ["I", "II", "III"]


def test_numbered_tales_keep_their_inner_numerals_as_scenes() -> None:
    prose = Prose()
    tales = [
        f"{n}. THE ADVENTURE OF THE {w} KEY" for n, w in zip(ROMAN, ("GOLD", "LEAD", "LOST", "BENT"), strict=False)
    ]
    inner = "\n\n".join(f"{n}.\n\n{prose.body(3)}" for n in ("I", "II"))
    text = f"{tales[0]}\n\n\n{inner}\n\n\n\n" + "\n\n\n\n".join(f"{tale}\n\n\n{prose.body(6)}" for tale in tales[1:])
    assert titles(gutenberg(text)) == tales


def test_listed_tales_may_have_titles_in_small_letters() -> None:
    tales = ["The Grey Goose", "A Coat for the King", "Jack", "What the Moon Saw, and Said"]
    contents = "CONTENTS\n\n" + "\n".join(tales)
    assert titles(gutenberg(f"{contents}\n\n\n\n\n{chapters(tales, below=chr(10) * 2)}")) == tales


def test_two_novels_in_one_volume_are_parts() -> None:
    prose = Prose()
    text = ""
    for novel in ("THE LOST KEY", "THE FOUND KEY"):
        text += f"{novel}\n\n\n\n" + "".join(f"CHAPTER {n}\n\n{prose.body()}\n\n\n\n" for n in ("I", "II", "III"))
    contents = "CONTENTS\n\nTHE LOST KEY\n\nTHE FOUND KEY\n\n\n\n\n"
    assert [part for part, _ in shape(contents + text)] == ["THE LOST KEY", "", "", "THE FOUND KEY", "", ""]


def test_a_heading_inside_an_illustration_counts() -> None:
    prose = Prose()
    text = f"[Illustration: The Mill\n\nChapter I.]\n\n\n{prose.body()}\n\n\n\n" + "".join(
        f"[Illustration: A cow]\n\nCHAPTER {n}.\n\n{prose.body()}\n\n[Illustration]\n\n{prose.body(1)}\n\n\n\n"
        for n in ("II", "III")
    )
    book = read(gutenberg(text))
    assert [chapter.title for chapter in book.chapters] == ["Chapter I.", "CHAPTER II.", "CHAPTER III."]
    assert [e.text for e in book.exclusions if e.reason == "illustration" and "cow" in e.text] == [
        "[Illustration: A cow]"
    ] * 2
    assert "llustration" not in "".join(p.text for chapter in book.chapters for p in chapter.paragraphs)


def test_a_heading_may_touch_its_first_paragraph() -> None:
    prose = Prose()
    text = "\n\n\n".join(f"CHAPTER {n}\n{prose.body()}" for n in ROMAN[:4])
    assert titles(gutenberg(text)) == [f"CHAPTER {n}" for n in ROMAN[:4]]


def test_long_titles_in_capitals_join_their_number() -> None:
    title = "IN WHICH THE MILLER AND HIS BROTHER AGREE, THE ONE TO STAY AT HOME, THE\nOTHER TO WALK TO THE SEA AND BACK"
    headings = [f"CHAPTER {n}.\n\n{title}" for n in ROMAN[:3]]
    assert titles(gutenberg(chapters(headings))) == [f"CHAPTER {n}. {title.replace(chr(10), ' ')}" for n in ROMAN[:3]]


@pytest.mark.parametrize(
    ("word", "title", "byline"),
    [
        ("Chapitre", "Le gardien de nuit", "par Jeanne Morel"),
        ("Capítulo", "La noche larga", "por Jeanne Morel"),
        ("Capitolo", "Il vecchio guardiano", "di Jeanne Morel"),
        ("Kapitel", "Der alte Wärter", "von Jeanne Morel"),
    ],
)
def test_titles_with_one_capital_letter_join_their_number(word: str, title: str, byline: str) -> None:
    prose = Prose()
    book = read(f"Faro\n\n{byline}\n\n" + "\n\n".join(f"{word} {n}\n\n{title}\n\n{prose.body()}" for n in ("I", "II")))
    assert [chapter.title for chapter in book.chapters] == [f"{word} I. {title}", f"{word} II. {title}"]
    assert book.metadata.author == "Jeanne Morel"


def test_what_follows_the_last_chapter_is_left_out_by_name() -> None:
    prose = Prose()
    text = (
        chapters(["CHAPTER I", "CHAPTER II"])
        + "\n\nTHE END\n\n\n\n\nFOOTNOTES:\n\n[1] A note on the mill.\n\n[2] Another.\n\n\n\n\n"
        "INDEX\n\nMill, 3\nRiver, 9\n"
        + "\n\n\n\nTRANSCRIBER'S NOTES\n\nSpelling has been kept.\n\n\n\nADVERTISEMENTS\n\nA NEW NOVEL\n\n"
        + prose.body(1)
    )
    book = read(gutenberg(text))
    assert [chapter.title for chapter in book.chapters] == ["CHAPTER I", "CHAPTER II"]
    assert book.chapters[-1].paragraphs[-1].text == "THE END"
    assert {"notes", "index", "transcriber-note", "adverts"} <= {exclusion.reason for exclusion in book.exclusions}


def test_lists_of_illustrations_are_left_out() -> None:
    prose = Prose()
    text = (
        "ILLUSTRATIONS\n\nThe mill by night      _Frontispiece_\n\nShe turned the key     12\n\n"
        "A long walk home     48\n\n\n\n\n"
        f"PREFACE\n\n{prose.body(2)}\n\n\n\n{chapters(['CHAPTER I', 'CHAPTER II'])}"
    )
    book = read(gutenberg(text))
    assert [chapter.title for chapter in book.chapters] == ["PREFACE", "CHAPTER I", "CHAPTER II"]
    assert "She turned the key" in "".join(e.text for e in book.exclusions if e.reason == "list-of-illustrations")


def test_the_title_page_is_left_out() -> None:
    page = (
        'THE STONE BRIDGE\n\nA Novel\n\nBY\n\nANN AUTHOR\n\nAUTHOR OF "THE MILL"\n\nLONDON\n'
        "A. PRESS AND SONS\n1901\n\n\n\n"
        "Copyright, 1901, by A. Press and Sons. All rights reserved. Printed in Lower Puddle by the author's uncle."
    )
    book = read(gutenberg(f"{page}\n\n\n\n{chapters(['CHAPTER I', 'CHAPTER II'])}"))
    assert [chapter.title for chapter in book.chapters] == ["CHAPTER I", "CHAPTER II"]
    assert {"title-page", "imprint"} <= {exclusion.reason for exclusion in book.exclusions}


def test_diary_dates_open_chapters_when_nothing_else_does() -> None:
    dates = ["January 3rd, 1890.", "January 4th.", "January 9th.", "February 1st."]
    assert titles(gutenberg(chapters(dates, gap="\n\n\n", below="\n\n"))) == dates


def test_dates_inside_chapters_stay_text() -> None:
    prose = Prose()
    text = "".join(f"CHAPTER {n}\n\n{prose.body(2)}\n\nMonday, May 3rd.\n\n{prose.body(2)}\n\n\n\n" for n in ROMAN[:3])
    book = read(gutenberg(text))
    assert [chapter.title for chapter in book.chapters] == ["CHAPTER I", "CHAPTER II", "CHAPTER III"]
    assert "Monday, May 3rd." in [p.text for p in book.chapters[0].paragraphs]


def test_a_text_without_headings_is_one_chapter_named_after_it() -> None:
    prose = Prose()
    book = read(f"The Stone Bridge\n\nby Ann Author\n\n{prose.body(6)}")
    assert [chapter.title for chapter in book.chapters] == ["The Stone Bridge"]
    assert (book.metadata.title, book.metadata.author) == ("The Stone Bridge", "Ann Author")
    untitled = book_from_text(prose.body(3), "my_story", IngestSettings())
    assert [chapter.title for chapter in untitled.chapters] == ["my story"]


def test_words_in_capitals_do_not_cut_a_story() -> None:
    prose = Prose()
    text = f"{prose.body()}\n\nNO TRESPASSING\n\n{prose.body()}\n\n\nTHE END\n"
    assert len(read(text).chapters) == 1


def test_a_numbered_list_does_not_cut_a_story() -> None:
    prose = Prose()
    rules = "\n\n".join(f"{n}. Always close the gate behind you." for n in range(1, 6))
    assert len(read(f"{prose.body()}\n\n{rules}\n\n{prose.body()}").chapters) == 1


def test_poems_are_told_apart_by_their_titles() -> None:
    stanza = (
        "The road goes down to the water,\n  The water goes down to the sea,\n"
        "And nobody asked the miller\n  What the end of it all would be."
    )
    poems = ["THE ROAD", "TO A MILLER", "LINES ON A GATE"]
    text = "\n\n\n\n".join(f"{poem}\n\n{stanza}\n\n{stanza}" for poem in poems)
    book = read(gutenberg(text))
    assert [chapter.title for chapter in book.chapters] == poems
    assert {p.kind for p in book.chapters[0].paragraphs} == {"verse"}
    assert book.chapters[0].paragraphs[0].text == stanza.replace("\n  ", "\n")


def test_a_play_announces_its_scenes_without_making_chapters_of_them() -> None:
    text = (
        "THE SCENES OF THE PLAY\n\nACT I. A Mill.\n\nACT II. A Road.\n\nACT III. A Mill.\n\nTIME: Now.\n\n\n\n\n"
        + chapters(["FIRST ACT", "SECOND ACT", "THIRD ACT"])
    )
    assert [title for title in titles(gutenberg(text)) if "ACT" in title] == ["FIRST ACT", "SECOND ACT", "THIRD ACT"]


def test_compact_texts_need_no_wide_gaps() -> None:
    headings = [f"Chapter {n}" for n in range(1, 6)]
    assert titles(chapters(headings, gap="\n\n", below="\n\n")) == headings


def test_indented_paragraphs_without_blank_lines_are_told_apart() -> None:
    prose = Prose()
    body = "\n".join("    " + prose.body(1) for _ in range(12))
    book = read(f"CHAPTER I\n\n{body}\n\n\nCHAPTER II\n\n{body}")
    assert [len(chapter.paragraphs) for chapter in book.chapters] == [12, 12]


def test_every_book_of_a_contents_page_may_have_its_chapter_one() -> None:
    prose = Prose()
    books = [
        f"BOOK {word}: {year}" for word, year in zip(("ONE", "TWO", "THREE", "FOUR"), range(1805, 1809), strict=True)
    ]
    books.append("FIRST EPILOGUE: 1813 - 20")
    contents = "\n\n".join(book + "\n\n" + "\n".join(f"CHAPTER {n}" for n in ROMAN[:3]) for book in books)
    text = "\n\n\n\n".join(
        f"{book}\n\n\n\n" + "\n\n\n\n".join(f"CHAPTER {n}\n\n{prose.body()}" for n in ROMAN[:3]) for book in books
    )
    found = shape(f"CONTENTS\n\n{contents}\n\n\n\n\n{text}")
    assert [part for part, _ in found] == [part for book in books for part in (book, "", "")]
    assert [title for _, title in found] == ["CHAPTER I", "CHAPTER II", "CHAPTER III"] * 5


def test_numerals_above_numerals_of_another_kind_are_parts() -> None:
    prose = Prose()
    text, number = "", 0
    for part in ("— I —", "— II —", "— III —"):
        text += f"{part}\n\n\n"
        for _ in range(3):
            number += 1
            text += f"[ {number} ]\n\n{prose.body(2)}\n\n\nTHE EVENING PAPER\n\n{prose.body(2)}\n\n\n\n"
    found = shape(text)
    assert [title for _, title in found] == [f"[ {n} ]" for n in range(1, 10)]
    assert [part for part, _ in found if part] == ["— I —", "— II —", "— III —"]


def test_a_reference_to_a_chapter_inside_the_text_opens_none() -> None:
    prose = Prose()
    text = "\n\n\n\n".join(f"CHAPTER {n}\n\n{prose.body(2)}\n\nCHAPTER IX\n\n{prose.body(2)}" for n in ROMAN[:5])
    assert titles(gutenberg(text)) == [f"CHAPTER {n}" for n in ROMAN[:5]]


def test_headings_may_be_numbered_words_of_the_books_own() -> None:
    for word in ("Inferno: Canto", "FEDERALIST No.", "Conversation"):
        headings = [f"{word} {n}" for n in ("I II III IV" if word[0] == "I" else "1 2 3 4").split()]
        assert titles(gutenberg(chapters(headings))) == headings


def test_numbered_speakers_of_a_play_open_no_chapters() -> None:
    prose = Prose()
    watch = "\n\n".join(f"{n} Watch.\nThe ground is bloody; search about the mill." for n in (1, 2, 1, 3))
    text = "\n\n\n\n".join(f"ACT {n}\n\n{prose.body(2)}\n\n{watch}\n\n{prose.body(1)}" for n in ROMAN[:3])
    assert titles(gutenberg(text)) == ["ACT I", "ACT II", "ACT III"]


def test_the_end_of_one_volume_is_not_the_end_of_the_file() -> None:
    prose = Prose()
    first, second = (prose.body(120) for _ in range(2))
    text = (
        f"CHAPTER I\n\n{first}\n\n\nEnd of Project Gutenberg's The Stone Bridge, Volume 1\n\n\n\nCHAPTER II\n\n{second}"
    )
    assert titles(gutenberg(text)) == ["CHAPTER I", "CHAPTER II"]


def test_page_numbers_are_left_out_and_open_no_chapters() -> None:
    words = Prose().body(40).split()
    pages = [" ".join(words[n : n + 150]) for n in range(0, len(words), 150)]
    text = "\n\n".join(f"{page}\n\n{number}" for number, page in enumerate(pages, 1))
    book = read(f"CHAPTER ONE\n\n{text}")
    assert [chapter.title for chapter in book.chapters] == ["CHAPTER ONE"]
    assert [e.reason for e in book.exclusions] == ["page-number"] * len(pages)


def test_an_advertisement_in_front_is_a_preface() -> None:
    prose = Prose()
    text = f"ADVERTISEMENT\n\n{prose.body(1)}\n\n\n\n{chapters(['CHAPTER I', 'CHAPTER II', 'CHAPTER III'])}"
    assert titles(gutenberg(text)) == ["ADVERTISEMENT", "CHAPTER I", "CHAPTER II", "CHAPTER III"]


def test_a_part_right_after_the_contents_belongs_to_the_text() -> None:
    # Broke: the heading of the first part went out as the last line of the contents.
    text = (
        "CONTENTS\n\nI. Dusk\nII. Dawn\n\nPART ONE\n\nCHAPTER I. DUSK\n\n"
        + "The keeper lit the lamp and went down to the sea, as he did every night.\n\n" * 3
        + "CHAPTER II. DAWN\n\n"
        + "In the morning the boat was gone, and nobody on the shore had seen it go.\n\n" * 3
    )
    book = book_from_text(text, "f", IngestSettings())
    assert [chapter.part_heading for chapter in book.chapters] == ["PART ONE", ""]
