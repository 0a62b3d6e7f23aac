"""Who is who: names, titles, sexes and narrators, with text written for these tests."""

from __future__ import annotations

from audiobook.adapt.marked import MarkedBook, Person
from audiobook.adapt.marking import mark
from audiobook.book import Book, Chapter, Metadata, Paragraph
from audiobook.settings import AdaptSettings


def read(text: str) -> MarkedBook:
    paragraphs = tuple(Paragraph(" ".join(p.split())) for p in text.strip().split("\n\n"))
    return mark(Book(Metadata(), (Chapter("One", paragraphs),)), AdaptSettings())


def person(marked: MarkedBook, name: str) -> Person:
    return next(one for one in marked.people if name in {one.name, *one.aliases})


def speakers(marked: MarkedBook) -> list[str]:
    return [piece.speaker for chapter in marked.chapters for piece in chapter.pieces if piece.kind != "narration"]


def test_full_name_title_and_single_names_are_one_person() -> None:
    marked = read("""
        "Good evening," said Mr. Tobias Harrow. Mr. Harrow took off his hat.

        "You are late, Tobias," said Nora Pell.

        "I was held up," said Harrow. Nora looked away. Tobias Harrow sat down.
    """)
    harrow = person(marked, "Tobias Harrow")
    assert {"Mr. Harrow", "Harrow", "Tobias", "Mr. Tobias Harrow"} <= {harrow.name, *harrow.aliases}
    assert speakers(marked) == [harrow.name, person(marked, "Nora").name, harrow.name]


def test_husband_wife_and_daughter_of_one_name_are_three_people() -> None:
    marked = read("""
        "Tea?" asked Mrs. Harrow.

        "Please," said Mr. Harrow.

        "None for me," said Miss Harrow.
    """)
    assert speakers(marked) == ["Mrs. Harrow", "Mr. Harrow", "Miss Harrow"]
    assert [person(marked, name).sex for name in speakers(marked)] == ["female", "male", "female"]


def test_a_short_form_is_tied_to_its_full_name() -> None:
    marked = read("""
        "Sit down," said Elizabeth Pell. Elizabeth Pell was tall.

        "I would rather stand," said Lizzy Pell.
    """)
    assert len(set(speakers(marked))) == 1


def test_a_name_whose_sex_its_pronouns_tell_is_not_the_he_beside_it() -> None:
    # Mentions are found before sexes are settled: they must learn what was settled.
    marked = read("""
        Varkun put down her basket. Varkun wiped her hands. Varkun smiled at her own reflection. Tom Harrow came in.

        "Sit down," said Varkun. "I would rather stand," he said. "It is late."
    """)
    assert speakers(marked) == ["Varkun", "Tom Harrow", "Tom Harrow"]


def test_the_sex_of_an_unknown_name_comes_from_its_pronouns() -> None:
    marked = read("""
        Varkun put down her basket. Varkun wiped her hands. Varkun smiled at her own reflection.

        "It is done," said Varkun.

        Ostrel shook his head. Ostrel took his hat and his stick.

        "It is not," said Ostrel.
    """)
    assert person(marked, "Varkun").sex == "female"
    assert person(marked, "Ostrel").sex == "male"


def test_a_first_person_narrator_speaks_under_the_name_that_others_call() -> None:
    text = """
        I took the road to the mill, and I did not look back. I was tired and I was wet, but I went on.

        "You are wet, Quentin," said Nora.

        "I am," I said.

        I sat by the fire, and I warmed my hands. I thought of the mill and I wondered what I should do.

        "What will you do, Quentin?" she asked.

        "I shall wait," I answered. I lit my pipe.
    """
    marked = read(text)
    assert speakers(marked)[1] == "Quentin"
    assert person(marked, "Quentin").is_narrator


def test_a_narrator_without_a_name_still_has_a_voice_of_his_own() -> None:
    marked = read("""
        I took the road to the mill, and I did not look back. I was tired and I was wet, but I went on.

        "You are wet," said Nora.

        "I am," I said. I sat by the fire and I warmed my hands.
    """)
    assert speakers(marked) == ["Nora", "Narrator"]


def test_people_known_by_a_noun_are_speakers() -> None:
    marked = read("""
        "Rooms are two shillings," said the landlord.

        "Too dear," said Nora.

        "Take it or leave it," the landlord answered.
    """)
    assert speakers(marked) == ["The landlord", "Nora", "The landlord"]


def test_every_person_has_a_name_of_their_own() -> None:
    marked = read("""
        "One," said Nora Pell.

        "Two," said Nora Harrow.
    """)
    names = [one.name for one in marked.people]
    assert len(names) == len(set(names)) == 2


def test_the_words_that_tell_of_a_speech_give_a_sex_to_a_name_without_one() -> None:
    # "He" stands behind the speech, out of the name's sentence; Dr. Varkun got a woman's voice.
    marked = read("""
        Dr. Varkun laughed. "She has your temper," he whispered.

        "Good," said Ostrel. Ostrel took his hat.
    """)
    assert person(marked, "Dr. Varkun").sex == "male"


def test_a_call_that_somebody_else_answers_does_not_name_the_narrator() -> None:
    # "Mr. Bell" stands next to "I shouted", but his daughter tells and he answers.
    marked = read("""
        I was nine when my father first let me hold the tiller, and I was proud. I held it with both hands.

        "Keep her head up, Nell," my father said.

        "I am keeping it up!" I shouted.

        Dr. Varkun laughed. "She has your temper, Mr. Bell," he whispered.

        "And her mother's hands," said my father softly.
    """)
    assert not person(marked, "Mr. Bell").is_narrator
    assert person(marked, speakers(marked)[1]).is_narrator
