"""Who says it: tags, pronouns, nouns, calls and turns, with text written for these tests."""

from __future__ import annotations

import pytest

from audiobook.adapt.marked import MarkedBook
from audiobook.adapt.marking import mark
from audiobook.book import Book, Chapter, Metadata, Paragraph
from audiobook.settings import AdaptSettings

CAST = "Nora Pell set down the lamp. She had her mother's eyes. Tobias Harrow came in and shook the rain from his hat."


def read(*paragraphs: str, check_below: float = 0.5) -> MarkedBook:
    chapter = Chapter("One", tuple(Paragraph(p) for p in paragraphs))
    return mark(Book(Metadata(), (chapter,)), AdaptSettings(check_below=check_below))


def speakers(*paragraphs: str) -> list[str]:
    pieces = read(CAST, *paragraphs).chapters[0].pieces
    return [piece.speaker.split()[0] for piece in pieces if piece.kind != "narration"]


@pytest.mark.parametrize(
    "line",
    [
        '"It is late," said Nora.',
        '"It is late," Nora said.',
        '"It is late," said Nora Pell quietly to Tobias.',
        '"It is late," whispered Nora, and Tobias nodded.',
        'Nora looked at Tobias and said, "It is late."',
        'When Tobias had sat down, Nora said: "It is late."',
        '"It is late." Nora yawned at Tobias.',
        '"It is late," Nora, who had seen Tobias come in, said at last.',
        'Tobias stood by the window; but Nora, rising, laid down her book and said, "It is late."',
        'Nora hardly heard Tobias come in, but looked up at last and asked Tobias softly: "It is late."',
        '"It is late," came Nora\'s answer, and Tobias nodded.',
        '"It is late," he heard Nora\'s voice from the stairs.',
        '"It is late," said the good-natured Nora, and Tobias nodded.',
        'Tobias rose. As Tobias bowed, Nora said, "It is late."',
    ],
)
def test_a_tag_names_the_speaker(line: str) -> None:
    assert speakers(line) == ["Nora"]


def test_both_pieces_of_an_interrupted_speech_have_one_speaker() -> None:
    assert speakers('"It is late," said Nora, "and the road is bad."') == ["Nora", "Nora"]


def test_a_pronoun_means_the_person_of_its_sex() -> None:
    assert speakers('"It is late," she said.', '"Not for me," he answered.') == ["Nora", "Tobias"]


def test_turns_alternate_without_tags() -> None:
    lines = ['"It is late," said Nora.', '"Not for me," said Tobias.', '"You have far to go."', '"I know the road."']
    assert speakers(*lines) == ["Nora", "Tobias", "Nora", "Tobias"]


def test_a_later_tag_acts_on_the_turns_before_it() -> None:
    lines = ['"Is it late?"', '"It is."', '"Then I shall go," said Tobias to Nora.']
    assert speakers(*lines) == ["Tobias", "Nora", "Tobias"]


def test_nobody_calls_himself_by_name() -> None:
    assert speakers('"Sit down, Tobias."', '"Thank you, Nora."') == ["Nora", "Tobias"]


def test_narration_that_ends_in_a_colon_names_the_speaker_of_the_next_paragraph() -> None:
    assert speakers("Tobias turned to Nora, bowed and said:", '"I must be off."') == ["Tobias"]


def test_whoever_accosts_somebody_at_the_end_of_a_paragraph_speaks_in_the_next() -> None:
    assert speakers("Tobias was thinking of the road, when he was thus accosted by Nora.", '"It is late."') == ["Nora"]


def test_a_clause_inside_the_tag_does_not_take_the_rest_of_the_speech() -> None:
    line = '"It is late," said Nora, when Tobias had read the letter aloud, "and the road is bad."'
    assert speakers(line) == ["Nora", "Nora"]


def test_somebody_without_any_name_speaks_as_someone() -> None:
    assert speakers('"Make way there!" shouted someone from the street.') == ["Someone"]


def test_the_noun_for_somebody_called_by_it_is_the_same_person() -> None:
    marked = read(
        "Duchess smiled at them all.",
        '"It rains, Duchess," said Nora Pell.',
        '"So it does," said Duchess.',
        '"It always rains," said Nora Pell.',
        '"Not always," said the duchess.',
    )
    spoken = [p.speaker for p in marked.chapters[0].pieces if p.kind == "speech"]
    assert spoken[1] == spoken[3]


def test_the_doctor_is_whoever_is_written_dr() -> None:
    marked = read(
        "Dr. Pell was in the kitchen, and Nora ran in. Dr. Pell rose. She looked at Dr. Pell.",
        '"Is it late?" asked Nora.',
        '"It is," said Dr. Pell.',
        '"Then I shall go," said Nora.',
        '"Stay," said the doctor.',
    )
    assert [p.speaker for p in marked.chapters[0].pieces if p.kind == "speech"] == ["Nora", "Dr. Pell"] * 2


def test_sir_and_madam_tell_the_sex_of_whoever_answers() -> None:
    assert speakers('"Will you sit, madam?"', '"I will."') == ["Tobias", "Nora"]


def test_a_wife_is_the_mrs_of_her_husbands_name() -> None:
    marked = read(
        "Mr. Harrow put down his paper. Mrs. Harrow was at the window.",
        '"It rains," said Mr. Harrow.',
        '"It always rains," replied his wife.',
    )
    assert [p.speaker for p in marked.chapters[0].pieces if p.kind == "speech"] == ["Mr. Harrow", "Mrs. Harrow"]


def test_two_tags_in_one_paragraph_part_it_between_two_speakers() -> None:
    assert speakers('"Stay," said Nora. "I cannot," said Tobias.') == ["Nora", "Tobias"]


def test_narration_is_never_a_characters_and_the_tag_is_never_spoken() -> None:
    marked = read(CAST, '"It is late," said Nora softly.')
    last = marked.chapters[0].pieces[-1]
    assert (last.speaker, last.kind) == ("NARRATOR", "narration")


def test_the_tag_is_where_its_words_stand() -> None:
    line = '"It is late," whispered Nora softly.'
    pieces = read(CAST, line).chapters[0].pieces
    tags = [piece.tag for piece in pieces if piece.kind == "speech"]
    assert tags[0] is not None
    assert "whispered Nora" in line[slice(*tags[0])]


def test_a_doubtful_speaker_leaves_its_runners_up_and_the_reason() -> None:
    marked = read(CAST, "Olga Stern came too.", '"Somebody has been here."', check_below=0.9)
    piece = next(p for p in marked.chapters[0].pieces if p.kind == "speech")
    assert piece.confidence < 0.9
    assert piece.speaker in piece.doubt
    assert piece.doubt.endswith(")")


def test_a_sure_speaker_leaves_no_doubt() -> None:
    marked = read(CAST, '"It is late," said Nora.')
    piece = next(p for p in marked.chapters[0].pieces if p.kind == "speech")
    assert piece.confidence > 0.95
    assert piece.doubt == ""


def test_marking_is_the_same_every_time() -> None:
    lines = (CAST, '"It is late," she said.', '"Not for me."', '"Sit, Tobias."', '"I will not."')
    assert read(*lines) == read(*lines)
