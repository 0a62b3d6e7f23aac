"""Whom a noun beside speech means and who is called papa, with text written for these tests."""

from __future__ import annotations

from audiobook.adapt.marking import mark
from audiobook.book import Book, Chapter, Metadata, Paragraph
from audiobook.settings import AdaptSettings


def speakers(*paragraphs: str) -> list[str]:
    chapter = Chapter("One", tuple(Paragraph(text) for text in paragraphs))
    marked = mark(Book(Metadata(), (chapter,)), AdaptSettings())
    return [piece.speaker for piece in marked.chapters[0].pieces if piece.kind != "narration"]


HOUSE = (
    "Mr. Harrow had lived in the mill house for thirty years. Mrs. Harrow kept the books there.",
    'Clara Harrow was their only child. "Good morning," said Clara. Clara liked the mill. She walked there daily.',
)


def test_a_mans_wife_is_the_lady_of_his_name_before_she_is_ever_named_near() -> None:
    assert speakers(
        '"The miller is dead," said Mr. Harrow.',
        '"I do not believe it," replied his wife.',
        "The rain went on all night. In the morning Mrs. Harrow wrote to the miller's brother.",
        '"He is alive," said Mrs. Harrow.',
    ) == ["Mr. Harrow", "Mrs. Harrow", "Mrs. Harrow"]


def test_her_father_is_never_the_daughter_herself() -> None:
    assert speakers(*HOUSE, "Clara came in wet from the garden.", '"Shut the door, Clara," said her father.') == [
        "Clara",
        "Mr. Harrow",
    ]


def test_whoever_the_speech_calls_is_the_owner_of_the_noun() -> None:
    family = 'Edwin Pell had a sister, and Mrs. Pell a temper. "I am off," said Edwin Pell.'
    assert speakers(*HOUSE, family, '"Sit down, Edwin," said his mother.')[-1] == "Mrs. Pell"


def test_the_husband_of_an_aunt_is_an_uncle() -> None:
    said = speakers(
        *HOUSE,
        "In the spring her aunt, Mrs. Dunn, came to stay with Clara, and brought Mr. Dunn along.",
        '"You look pale," said Mrs. Dunn.',
        '"I am quite well," said Clara.',
        '"She looks very well to me," said her uncle.',
    )
    assert said[-1] == "Mr. Dunn"


def test_her_ladyship_is_whoever_is_called_lady() -> None:
    said = speakers(
        "Lady Orme received them in the hall, and Clara Harrow made her bow.",
        '"You are late," said Lady Orme.',
        '"The road was bad," said Clara.',
        '"Roads are always bad," said her ladyship.',
    )
    assert said == ["Lady Orme", "Clara", "Lady Orme"]


def test_papa_is_whose_daughter_the_narration_tells_of() -> None:
    said = speakers(
        *HOUSE,
        "Clara went with her father to the window. Mr. Harrow did not look up. Mr. Venn laughed, and Mr. Venn coughed.",
        '"Papa, I would rather stay," said Clara.',
        '"Then stay."',
    )
    assert said[-1] == "Mr. Harrow"


def test_a_phrase_that_is_no_person_tags_nothing() -> None:
    said = speakers(
        *HOUSE,
        "Mr. Harrow nodded, and when Clara had finished her second song, said aloud:",
        '"That will do."',
    )
    assert said[-1] == "Mr. Harrow"


def test_a_phrase_with_a_pause_in_it_does_not_swallow_the_person() -> None:
    said = speakers(*HOUSE, 'After a short pause, her father added, "It is late."')
    assert said[-1] == "Mr. Harrow"


def test_whom_somebody_turns_to_does_not_speak() -> None:
    assert speakers(*HOUSE, 'Mr. Harrow shut the book, and turning to Clara, said, "It is late."')[-1] == "Mr. Harrow"


def test_a_word_that_is_one_mans_given_and_another_mans_family_name_is_the_commoner_bearers() -> None:
    said = speakers(
        "Mr. Darnley Venn was the owner. Captain Darnley was his cousin, and Captain Darnley had the wit.",
        '"A fine day," said Captain Darnley.',
        '"If you say so," said Mr. Venn.',
        '"I do," said Darnley.',
    )
    assert said == ["Captain Darnley", "Mr. Darnley Venn", "Captain Darnley"]


def test_the_eldest_daughter_is_miss_with_the_family_name() -> None:
    said = speakers(
        'Ann Pell was the elder. "Come," said Ann. Miss Judith Pell and Miss Judith were one and the same.',
        '"No," said Judith. Judith laughed. Judith Pell was never in a hurry, and Judith knew it.',
        '"We are late," said Miss Pell.',
    )
    assert said == ["Ann", "Judith", "Ann"]
