"""Books in scripts without capitals or spaces, and front matter that is told, not printed."""

from __future__ import annotations

import pytest

from audiobook.book import Book
from audiobook.ingest.headings import recognize
from audiobook.ingest.plain import book_from_text
from audiobook.ingest.scripts import count_words, ends_sentence
from audiobook.settings import IngestSettings

TOLD = {
    "zh": ("渔村", ["老李推开门。海风很冷，没有人说话。", "“船呢？”他问。", "“走了。”孩子说。", "他坐下来等天亮。"]),
    "ja": (
        "渡し船",
        ["健は戸を開けた。海は静かだった。", "「船は？」と彼は聞いた。", "「もう出たよ」と子供が言った。"],
    ),
    "ar": ("العبارة", ["فتح سالم الباب ونظر إلى البحر.", "«أين المركب؟» سأل.", "«رحل» قال الولد."]),
    "hi": ("नाव", ["मोहन ने दरवाज़ा खोला। समुद्र शांत था।", "“नाव कहाँ है?” उसने पूछा।"]),
    "ko": (
        "나룻배",
        ["민수는 문을 열었다. 바다는 조용했다.", '"배는 어디 있지?" 그가 물었다.', '"떠났어요." 아이가 말했다.'],
    ),
    "ru": ("Паром", ["Олег открыл дверь.", "— Где лодка? — спросил он.", "— Ушла, — сказал мальчик."]),
}


def book(text: str) -> Book:
    made = book_from_text(text, "000_a1", IngestSettings())
    assert made.imbalance() == {}
    return made


def told(made: Book) -> list[str]:
    return [paragraph.text for chapter in made.chapters for paragraph in chapter.paragraphs if paragraph.text]


@pytest.mark.parametrize("language", TOLD)
def test_a_story_without_headings_keeps_every_sentence_below_its_title(language: str) -> None:
    # Broke: only full stops of Latin print ended a sentence, so whole paragraphs went out as "title-page".
    title, lines = TOLD[language]
    made = book("\n\n".join((title, *lines)) + "\n")
    assert told(made) == lines
    assert made.metadata.title == title
    assert [exclusion.text for exclusion in made.exclusions] == [title]


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    ("first", "second"),
    [("第一章 清晨", "第二章 夜晚"), ("第1话 清晨", "第2话 夜晚"), ("第十回：清晨", "第十一回：夜晚"),
     ("第１話　朝", "第２話　夜")],
)  # fmt: skip
def test_counted_headings_cut_a_chinese_or_japanese_book_with_or_without_blank_lines(
    gap: str, first: str, second: str
) -> None:
    # Broke: chapter one went with the title page and the heading of chapter two into a paragraph.
    lines = ["渔村", "作者：李海", first, "“船呢？”老李问。", "“走了。”", second, "他坐下来等天亮。"]
    made = book(gap.join(lines))
    assert [chapter.title for chapter in made.chapters] == [first.replace("　", " "), second.replace("　", " ")]
    assert told(made) == ["“船呢？”老李问。", "“走了。”", "他坐下来等天亮。"]
    assert (made.metadata.title, made.metadata.author) == ("渔村", "李海")


def test_a_title_below_a_counted_number_joins_it() -> None:
    made = book("第一章\n清晨\n“船呢？”老李问。\n第二章\n夜晚\n他坐下来等天亮。\n")
    assert [chapter.title for chapter in made.chapters] == ["第一章. 清晨", "第二章. 夜晚"]


def test_korean_and_arabic_chapters_are_found() -> None:
    korean = book("제1장 아침\n\n민수는 문을 열었다.\n\n제2장 밤\n\n바다는 조용했다.\n")
    arabic = book("الفصل 1\n\nفتح سالم الباب.\n\nالفصل 2\n\nنظر إلى البحر.\n")
    assert [len(korean.chapters), len(arabic.chapters)] == [2, 2]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("第三十二章", 32),
        ("第一百零五章 雨", 105),
        ("第二〇一節", 201),
        ("第12話　雨", 12),
        ("제 7 화", 7),
        ("第两千章", 2000),
    ],
)
def test_numbers_of_counted_headings_are_read(line: str, number: int) -> None:
    found = recognize(line)
    assert found is not None
    assert found.number == number


@pytest.mark.parametrize(
    "line", ["第一部电影是老李拍的", "第一次见面", "第二天早上下雨了。", "第三章的故事很长", "第一夜很冷"]
)
def test_sentences_that_begin_with_an_ordinal_head_nothing(line: str) -> None:
    assert recognize(line) is None


@pytest.mark.parametrize("line", ["他走了。", "誰だ？」", "कौन हो।", "من أنت؟»", "She left—and then…"])
def test_sentences_end_in_every_script(line: str) -> None:
    assert ends_sentence(line)


def test_words_without_spaces_are_counted_by_their_letters() -> None:
    assert count_words("老李推开门") == 3
    assert count_words("It's well-known") == 2
    assert count_words("老李 said hello") == 3


@pytest.mark.parametrize(
    "line",
    [
        '"Wait," said Tom',
        "“Not yet!”",
        "she never came back to the house by the river again",
        "«Non,» dit-elle",
        "— Où vas-tu ?",
        "He laughed.",
        "The names were printed in red, and she read them twice.",
        "“All rights reserved,” said the clerk.",
        "He could not spell copyright.",
    ],
)
def test_speech_and_sentences_before_the_first_heading_are_read(line: str) -> None:
    # Broke: what did not end in a full stop or a quotation mark counted as print of the title page,
    # and any sentence with the word "printed" or "copyright" as an imprint.
    made = book(f"The Low Tide\n\n{line}\n\nChapter 1\n\nThe tide went out. He ran.\n\nChapter 2\n\nIt came back.\n")
    assert line in told(made)
    assert [exclusion.text for exclusion in made.exclusions] == ["The Low Tide"]


def test_a_title_page_never_takes_a_large_share_of_a_book() -> None:
    lines = [f"Slow Water {number}" for number in range(200)]
    made = book("\n\n".join(lines) + "\n\nChapter 1\n\nThe tide went out. He ran.\n")
    assert sum(len(exclusion.text) for exclusion in made.exclusions) <= 400


@pytest.mark.parametrize(
    "text",
    [
        "The Ferry at Low Water\nby Nell Carter\n\nChapter 1\n\nHe ran. The boat went.\n",
        "The Ferry at Low Water\n\nby Nell Carter\n\nChapter 1\n\nHe ran. The boat went.\n",
        "The Ferry at Low Water\n\nA novel by Nell Carter\n\nHe ran. The boat went. Nobody saw it go that night.\n",
    ],
)
def test_a_byline_is_no_part_of_the_title(text: str) -> None:
    # Broke: title and byline of one paragraph became "The Ferry at Low Water by Nell Carter".
    made = book(text)
    assert (made.metadata.title, made.metadata.author) == ("The Ferry at Low Water", "Nell Carter")


def test_a_title_in_capitals_over_two_lines_is_one() -> None:
    made = book("THE FERRY AT\nLOW WATER\n\nBY NELL CARTER\n\nCHAPTER I\n\nHe ran. The boat went.\n")
    assert made.metadata.title == "THE FERRY AT LOW WATER"


def test_a_name_that_ends_in_by_is_no_byline() -> None:
    made = book("Derby Days\n\nChapter 1\n\nHe ran. The boat went.\n")
    assert (made.metadata.title, made.metadata.author) == ("Derby Days", "")


def test_a_motto_before_the_first_heading_is_read() -> None:
    made = book("The Low Tide\n\nthe tide is low,\nthe oars are dry\n\nChapter 1\n\nThe tide went out. He ran.\n")
    assert "the tide is low, the oars are dry" in [" ".join(text.split()) for text in told(made)]


def test_a_title_without_a_blank_line_below_names_the_book_alone() -> None:
    made = book("　　渔村\n　　老李推开门。\n　　“船呢？”他问。\n")
    assert (made.metadata.title, told(made)) == ("渔村", ["渔村", "老李推开门。", "“船呢？”他问。"])
