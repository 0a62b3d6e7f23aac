"""Finding speech: every convention of quotation marks, with text written for these tests."""

from __future__ import annotations

import time

import pytest

from audiobook.adapt.cues import add_cues
from audiobook.adapt.marking import mark
from audiobook.book import Book, Chapter, Markup, Metadata, Paragraph
from audiobook.settings import AdaptSettings, Settings


def book(*paragraphs: str | Paragraph) -> Book:
    made = tuple(p if isinstance(p, Paragraph) else Paragraph(p) for p in paragraphs)
    return Book(Metadata(), (Chapter("One", made),))


def spoken(*paragraphs: str | Paragraph, quotes: str = "auto") -> list[str]:
    marked = mark(book(*paragraphs), AdaptSettings(quotes=quotes))
    return [
        chapter.chapter.paragraphs[piece.paragraph].text[piece.start : piece.end]
        for chapter in marked.chapters
        for piece in chapter.pieces
        if piece.kind != "narration"
    ]


@pytest.mark.parametrize(
    ("left", "right"),
    [('"', '"'), ("“", "”"), ("'", "'"), ("‘", "’"), ("«", "»"), ("»", "«"), ("„", "“"), ("「", "」")],
)
def test_speech_is_found_in_every_pair_of_marks(left: str, right: str) -> None:
    first, second = f"{left}Where is the boat?{right}", f"{left}Gone,{right}"
    third = f"{left}and the oars with it.{right}"
    assert spoken(f"{first} asked Nora.", f"{second} said Tobias, {third}") == [first, second, third]


def test_apostrophes_do_not_open_or_close_single_quotes() -> None:
    lines = [
        "'The dogs' bowls aren't clean,' said Nora. 'It's Tobias's turn.'",
        "''Tis mine, and I'm not ashamed o' it,' he said.",
        "They danced to rock 'n' roll till the miners' lamps went out.",
    ]
    assert spoken(*lines) == [
        "'The dogs' bowls aren't clean,'",
        "'It's Tobias's turn.'",
        "''Tis mine, and I'm not ashamed o' it,'",
    ]


def test_nested_quotes_stay_inside_the_outer_ones() -> None:
    outer = "\"She said 'Never again' and she meant it,\""
    assert spoken(f"{outer} said Nora.", '"Did she?" asked Tobias.') == [outer, '"Did she?"']
    british = "'She said \"Never again\" and she meant it,'"
    assert spoken(f"{british} said Nora.", "'Did she?' asked Tobias.") == [british, "'Did she?'"]


def test_a_quote_that_reopens_in_the_next_paragraph_is_one_persons_speech() -> None:
    marked = mark(
        book(
            '"I will tell you all of it," said Nora. "First came the flood.',
            '"Then the bridge went, and after the bridge the mill."',
            "Tobias said nothing.",
        ),
        AdaptSettings(),
    )
    pieces = [piece for piece in marked.chapters[0].pieces if piece.kind == "speech"]
    assert [piece.speaker for piece in pieces] == ["Nora", "Nora", "Nora"]


def test_an_unclosed_quote_damages_only_its_own_paragraph() -> None:
    lines = ['"I never closed this, said Nora.', "The rain went on.", '"Nor should you," said Tobias.']
    assert spoken(*lines)[-1] == '"Nor should you,"'
    assert not any("rain" in text for text in spoken(*lines))


def test_dashes_open_dialogue_and_tags() -> None:
    lines = ["— Come here! — said Nora. — I have found it.", "— Found what?", "She held up the key."] * 3
    assert spoken(*lines)[:3] == ["— Come here!", "I have found it.", "— Found what?"]


def test_titles_signs_and_scare_quotes_are_narration() -> None:
    lines = [
        '"Good morning," said Nora.',
        'The sign said nothing but "Closed" in red paint.',
        'He called it his "system" and was proud of it.',
        'She had read "The Tempest" twice.',
        'People knew her as "Sparrow."',
    ]
    assert spoken(*lines) == ['"Good morning,"']


def test_tokenized_text_with_marks_that_stand_apart_is_read() -> None:
    lines = ['" You must n\'t go , " said Nora .', 'Tobias , who was late , said , " I must . "']
    assert spoken(*lines) == ['" You must n\'t go , "', '" I must . "']


def test_thoughts_are_marked_as_thoughts() -> None:
    stressed = "I must not tell him, Nora thought."
    lines = (
        '"Good morning," said Nora.',
        Paragraph(stressed, markup=(Markup(0, 20, "emphasis"),)),
        '"It is raining," thought Tobias.',
    )
    marked = mark(book(*lines), AdaptSettings())
    thoughts = [(piece.speaker, piece.paragraph) for piece in marked.chapters[0].pieces if piece.kind == "thought"]
    assert thoughts == [("Nora", 1), ("Tobias", 2)]


def test_a_play_gives_each_part_its_speech_and_the_narrator_the_directions() -> None:
    lines = []
    for _ in range(3):
        lines += ["NORA. Where is the lamp?", "TOBIAS. [Lighting a match.] Here, my dear."]
    marked = mark(book(*lines), AdaptSettings())
    pieces = marked.chapters[0].pieces
    texts = {(piece.speaker, lines[piece.paragraph][piece.start : piece.end].strip()) for piece in pieces}
    assert texts == {
        ("NARRATOR", "NORA."),
        ("Nora", "Where is the lamp?"),
        ("NARRATOR", "TOBIAS. [Lighting a match.]"),
        ("Tobias", "Here, my dear."),
    }


@pytest.mark.parametrize("mark_", [". ", ": ", "\n", " — "])
def test_a_short_play_has_parts_that_speak_once(mark_: str) -> None:
    lines: tuple[str, ...] = (
        "Enter NORA and TOBIAS.",
        f"NORA{mark_}Is it you?",
        f"TOBIAS{mark_}It is.",
        f"NORA{mark_}Come in, then.",
    )
    if mark_ == "\n":
        lines += (f"TOBIAS{mark_}Gladly.",)
    pieces = mark(book(*lines), AdaptSettings()).chapters[0].pieces
    said = [(p.speaker, lines[p.paragraph][p.start : p.end].strip()) for p in pieces if p.kind == "speech"]
    assert said[:3] == [("Nora", "Is it you?"), ("Tobias", "It is."), ("Nora", "Come in, then.")]


def test_a_french_play_sets_directions_behind_a_comma_and_a_dash_before_the_speech() -> None:
    lines = ("JEAN. — Entrez.", "LÉA, à voix basse. — Merci.", "JEAN. — Asseyez-vous.", "LÉA. — Non.")
    pieces = mark(book(*lines), AdaptSettings()).chapters[0].pieces
    said = [(p.speaker, lines[p.paragraph][p.start : p.end].strip()) for p in pieces if p.kind == "speech"]
    assert said == [("Jean", "Entrez."), ("Léa", "Merci."), ("Jean", "Asseyez-vous."), ("Léa", "Non.")]


def test_a_dialogue_of_names_and_colons_is_a_play() -> None:
    pieces = mark(book("Nora: Is it you?", "Tobias: It is.", "Nora: Come in."), AdaptSettings()).chapters[0].pieces
    assert [p.speaker for p in pieces if p.kind == "speech"] == ["Nora", "Tobias", "Nora"]


def test_a_name_alone_in_its_paragraph_stands_before_the_speech_below_it() -> None:
    lines = (
        "MARTHA.",
        "Is the kettle on?",
        "JOHN. [Softly.]",
        "It has been on this half hour.",
        "[He pokes the fire.]",
        "MARTHA.",
        "Then why does it not sing?",
        "It always sang for my mother.",
        "JOHN.",
        "Perhaps it waits for company.",
    )
    marked = mark(book(*lines), AdaptSettings())
    spoken = [(p.speaker, p.paragraph) for p in marked.chapters[0].pieces if p.kind == "speech"]
    assert spoken == [("Martha", 1), ("John", 3), ("Martha", 6), ("Martha", 7), ("John", 9)]


def test_names_with_a_full_stop_that_open_most_paragraphs_make_a_play() -> None:
    lines = ("Martha. Is the kettle on?", "John. [Pokes the fire.] It is.", "Martha. Then why does it not sing?")
    more = ("John. It waits.", "[He sits.]", "Martha. For whom?", "John. Company. It may come.")
    marked = mark(book(*lines, *more), AdaptSettings())
    assert {p.speaker for p in marked.chapters[0].pieces if p.kind == "speech"} == {"Martha", "John"}


def test_stage_directions_of_a_play_tell_how_its_speech_is_said() -> None:
    lines = ("NORA. (whispering) Is it you?", "TOBIAS. [angrily] It is.", "NORA. Come in.", "TOBIAS. No.")
    pieces = add_cues(mark(book(*lines), AdaptSettings()), Settings()).chapters[0].pieces
    assert [p.cues[0].name for p in pieces if p.kind == "speech" and p.cues][:2] == ["whisper", "anger"]


@pytest.mark.parametrize(
    "lines",
    [
        ("NOTE. The mill is closed.", "It stands by the river.", "NOTE. Bring bread."),
        ("ACT I. A mill.", "SCENE I. A road.", "ACT II. A mill.", "SCENE I. A road."),
        ('NORA. "Is it you?"', 'TOBIAS. "It is."', 'NORA. "Come in."'),
        ("Warning: it rains.",),
    ],
)
def test_notes_headings_and_quoted_speech_are_no_play(lines: tuple[str, ...]) -> None:
    pieces = mark(book(*lines), AdaptSettings()).chapters[0].pieces
    assert not [p for p in pieces if p.kind == "speech" and lines[p.paragraph][p.start] != '"']


@pytest.mark.parametrize("text", ["A" * 50_000, "TOM " * 10_000, "TOM (" * 10_000, "(" * 50_000])
def test_long_lines_of_capitals_and_brackets_take_no_time(text: str) -> None:
    begun = time.process_time()
    mark(book(text), AdaptSettings())
    assert time.process_time() - begun < 5


def test_the_convention_can_be_set_by_hand() -> None:
    assert spoken("'Yes,' said Nora.", '"No," said Tobias.', quotes="double") == ['"No,"']
    assert spoken('"No," said Tobias.', quotes="none") == []
