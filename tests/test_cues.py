"""Cues come from the words around speech, the speech itself and the scene, and only where they apply."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.adapt.cues import add_cues
from audiobook.adapt.cuewords import cue_words
from audiobook.adapt.marked import MarkedBook, MarkedChapter, Person, Piece, SceneSpan
from audiobook.adapt.mood import paragraph_moods
from audiobook.book import Book, Chapter, Metadata, Paragraph
from audiobook.script import EMOTIONS, MANNERS, NARRATOR, Cue
from audiobook.settings import AdaptSettings, Settings

SETTINGS = Settings()
PEOPLE = (
    Person("Ada", ("Miss Ada",), "female"),
    Person("Bo", (), "male"),
    Person("Me", (), "unknown", is_narrator=True),
)


LONG = "I went to the market and bought a fine new hat, and then I came home by the river with all my friends. "


def book_of(*paragraphs: str, language: str = "en", speaker: str = "Ada", kind: str = "speech") -> MarkedBook:
    """Make a book in which “curly quotes” are ``speaker``'s and ``[[double brackets]]`` hold the speech tag."""
    plain: list[Paragraph] = []
    pieces: list[Piece] = []
    for number, marked in enumerate(paragraphs):
        start, end = marked.find("[["), marked.find("]]")
        tag = (start, end - 2) if start >= 0 else None
        text = marked.replace("[[", "").replace("]]", "")
        at = 0
        while at < len(text):
            if text[at] == "“":
                past = text.index("”", at) + 1
                pieces.append(Piece(number, at, past, speaker, kind, tag=tag))  # type: ignore[arg-type]
            else:
                past = text.find("“", at) if "“" in text[at:] else len(text)
                pieces.append(Piece(number, at, past, NARRATOR, "narration"))
            at = past
        plain.append(Paragraph(text))
    chapter = Chapter("One", tuple(plain))
    scenes = (SceneSpan(0, len(plain)),)
    return MarkedBook(
        Book(Metadata(language=language), (chapter,)), PEOPLE, (MarkedChapter(chapter, scenes, tuple(pieces)),)
    )


def cues(marked: str, speaker: str = "Ada", kind: str = "speech", language: str = "en") -> list[str]:
    """Return the cues of the first line of speech."""
    done = add_cues(book_of(marked, speaker=speaker, kind=kind, language=language), SETTINGS)
    return [str(cue) for piece in done.chapters[0].pieces if piece.kind != "narration" for cue in piece.cues][:2]


def test_a_verb_tells_the_manner() -> None:
    assert cues("“Come here,” [[whispered Ada]].") == ["whisper"]
    assert cues("“Come here,” [[Ada shouts]].") == ["shout"]


def test_the_verb_leads_and_its_adverb_follows() -> None:
    assert cues("“Come here,” [[shouted Ada]] angrily.") == ["shout", "anger"]


def test_an_adverb_alone_tells_the_emotion() -> None:
    assert cues("“Come here,” [[said Ada]], very sadly.") == ["sadness"]


def test_a_plain_tag_tells_nothing() -> None:
    assert cues("“Come here,” [[said Ada]].") == []


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("[[said Ada]] in a cold voice.", ["coldanger"]),
        ("[[said Ada]], her voice trembling.", ["fear=0.7"]),
        ("[[said Ada]], and her voice was gentle.", ["tenderness"]),
        ("[[said Ada]] with a sob.", ["crying"]),
        ("[[said Ada]] in a hoarse whisper.", ["whisper"]),
        ("[[said Ada]], laughing.", ["laughing"]),
        ("[[said Ada]], whispering.", ["whisper"]),
        ("[[said Ada]], her voice barely above a whisper.", ["whisper"]),
        ("[[said Ada]], and her voice rose to a shout.", ["shout"]),
        ("[[said Ada]], not coldly but softly.", ["soft"]),
    ],
)
def test_stage_business_in_the_tag_tells_how(tag: str, expected: list[str]) -> None:
    assert cues(f"“Come here,” {tag}") == expected


def test_stage_business_in_another_sentence_is_weaker() -> None:
    assert cues("“Come here,” [[said Ada]]. She laughed at him.") == ["laughing=0.7"]


@pytest.mark.parametrize(
    "narration",
    [
        "She did not laugh.",
        "She never laughed.",
        "She would have laughed.",
        "She looked as if she laughed.",
        "She had laughed before.",
        "Bo laughed.",
        "He laughed.",
        "I laughed.",
        "She stopped laughing.",
        "She wanted to laugh, or sob, and laughed no more.",
        "She was unable to laugh.",
        "Trying to laugh, she rose.",
        "She turned to scream.",
    ],
)
def test_words_denied_unreal_past_or_of_others_tell_nothing(narration: str) -> None:
    assert cues(f"“Come here,” [[said Ada]]. {narration}") == []


def test_a_first_person_narrators_own_business_counts() -> None:
    assert cues("“Come here,” [[I said]]. I laughed.", speaker="Me") == ["laughing=0.7"]


def test_far_away_business_does_not_belong_to_the_speech() -> None:
    far = "The road went on and on between the fields, the farms and the barns, and there was nobody on it at all. "
    assert cues(f"“Come here,” [[said Ada]]. {far}{far}She laughed.") == []


def test_of_two_verbs_the_one_beside_the_speech_counts() -> None:
    assert cues("[[Ada called him up, and said]], “Come here.”") == []
    assert cues("[[Ada spoke low and then shouted]], “Come here.”") == ["shout"]


def test_spoken_musing_is_no_thought() -> None:
    assert cues("“It is late,” [[mused Ada]] thoughtfully.") == ["slow=0.5"]


def test_almost_halves_a_cue() -> None:
    assert cues("“Come here,” [[said Ada]], almost sadly.") == ["sadness=0.5"]


def test_cried_is_an_exclamation_unless_tears_are_near() -> None:
    assert cues("“Come here,” [[cried Ada]].") == ["excitement=0.4"]
    assert cues("“Come here,” [[cried Ada]], and the tears ran down her cheeks.")[0] == "crying"


@pytest.mark.parametrize(
    ("speech", "expected"),
    [
        ("“It is here!”", ["emphasis=0.4"]),
        ("“It is here?!”", ["surprise=1"]),
        ("“It is HERE.”", ["emphasis=0.6"]),
        ("“It IS HERE.”", ["emphasis=0.6"]),
        ("“COME HERE THIS MINUTE.”", ["shout=0.7"]),
        ("“It is… here.”", ["hesitant=0.5"]),
        (f"“{LONG}Well… {LONG}{LONG}”", []),
        ("“It is here…”", ["hesitant=0.3"]),
        ("“W-what is it.”", ["hesitant=0.7"]),
        ("“The FBI and the BBC met King Henry VIII.”", []),
        ("“A well-known re-entry.”", []),
        ("“Read CHAPTER IV and ACT 2.”", []),
    ],
)
def test_print_tells_how(speech: str, expected: list[str]) -> None:
    assert [cue.removesuffix("=1") for cue in cues(speech)] == [cue.removesuffix("=1") for cue in expected]


def test_an_exclamation_mark_raises_what_is_there_but_no_whisper() -> None:
    assert cues("“Come here!” [[said Ada]], almost happily.") == ["joy=0.9"]
    assert cues("“Come here!” [[said Ada]], almost sadly.") == ["sadness=0.5"]
    assert cues("“Come here!” [[whispered Ada]].") == ["whisper"]


def test_one_mark_in_a_long_speech_does_not_colour_it() -> None:
    assert cues(f"“{LONG}It was fun! {LONG}”") == []
    assert cues(f"“{LONG * 2}Please. {LONG}”") == []
    assert cues("“Look! Look there! It is mine.”") == ["emphasis=0.4"]


def test_words_spoken_count_where_nothing_else_tells() -> None:
    assert cues("“Please, come home.”") == ["pleading=0.5"]
    assert cues("“Please, come home,” [[whispered Ada]].") == ["whisper"]
    assert cues("“He was pleased.”") == []
    assert cues("“We will go now, if you please.”") == []
    assert cues("“The wild ones will please her better.”") == []
    assert cues("“Let me go, please.”") == ["pleading=0.5"]
    assert cues("“Please come home!”") == ["pleading=0.5"]


@pytest.mark.parametrize(
    "speech",
    [
        "“Good morning.”",
        "“Thank you, sir, that is all.”",
        "“The dearest of the hats is in the window.”",
        "“He is a rascal, by all accounts.”",
        "“Have a quick look at the blast door.”",
        "“It is a lonely house, and the heavens are wide.”",
        "“The boat sails on Monday at nine.”",
        "“It is perfectly true.”",
        "“The good God knows, and so do I.”",
        "“He loved the worship of beauty, and all his friends.”",
        "“I think you may find it in the second drawer.”",
    ],
)
def test_plain_speech_is_said_plainly(speech: str) -> None:
    assert cues(f"{speech} [[said Ada]].") == []


def test_endearments_and_abuse_count_when_somebody_is_called_so() -> None:
    assert cues("“Yes, dearest.”") == ["tenderness=0.4"]
    assert cues("“You rascal.”") == ["anger=0.5"]


def test_reading_aloud_is_no_shouting() -> None:
    assert cues("“Lamp lit at nine,” [[she read]] aloud.") == []


def test_the_emotion_model_speaks_last_and_softly() -> None:
    assert cues("“I hate you, you bastard, I will kill you!”") == ["anger=0.3"]
    assert cues("“I hate you, you bastard, I will kill you!” [[sighed Ada]].") == ["soft"]


def test_thoughts_are_marked_as_such() -> None:
    assert cues("“I see,” [[thought Ada]].", kind="thought")[0] == "thought"


def test_contradictions_leave_the_better_evidence() -> None:
    assert cues("“COME HERE AT ONCE,” [[whispered Ada]].") == ["whisper"]


def test_two_people_in_a_paragraph_do_not_share_stage_business() -> None:
    text = "“One.” Somebody laughed. “Two.”"
    chapter = Chapter("", (Paragraph(text),))
    pieces = (
        Piece(0, 0, 6, "Ada", "speech"),
        Piece(0, 6, 25, NARRATOR, "narration"),
        Piece(0, 25, len(text), "Bo", "speech"),
    )
    marked = MarkedBook(Book(Metadata(), (chapter,)), PEOPLE, (MarkedChapter(chapter, (SceneSpan(0, 1),), pieces),))
    assert all(piece.cues == () for piece in add_cues(marked, SETTINGS).chapters[0].pieces)


def test_cues_that_are_there_stay_in_front() -> None:
    marked = book_of("“Come here,” [[whispered Ada]].")
    chapter = marked.chapters[0]
    pieces = tuple(
        Piece(p.paragraph, p.start, p.end, p.speaker, p.kind, tag=p.tag, cues=(Cue("joy"),)) for p in chapter.pieces
    )
    marked = MarkedBook(marked.book, PEOPLE, (MarkedChapter(chapter.chapter, chapter.scenes, pieces),))
    assert add_cues(marked, SETTINGS).chapters[0].pieces[0].cues == (Cue("joy"), Cue("whisper"))


def test_other_languages_have_typography_only() -> None:
    assert cues("“Please, VENEZ ICI TOUT DE SUITE,” [[whispered Ada]].", language="fr") == ["shout=0.7"]


def test_no_cues_are_looked_for_when_not_wanted() -> None:
    marked = book_of("“Come here!” [[shouted Ada]].")
    assert add_cues(marked, Settings(adapt=AdaptSettings(cues="none"))) == marked


CALM = "The road went on between the fields and the farms. The carts stood by the barn."
CREEPY = "The cellar was dark and silent. A shadow crept over the stairs. There were footsteps in the gloom."
FIGHT = "He struck the guard and ran. The pistol fired. They leapt down and fought with their swords."


def test_a_calm_scene_has_no_mood() -> None:
    assert set(paragraph_moods([CALM] * 10)) == {""}


def test_a_mood_comes_slowly_and_stays() -> None:
    moods = list(paragraph_moods([CALM, CREEPY, CREEPY, CREEPY, CALM, CREEPY, CREEPY]))
    assert moods[0] == ""
    assert moods[-1] == "suspense"
    assert sum(one != other for one, other in itertools.pairwise(moods)) == 1


def test_a_fight_is_action_and_ends_when_it_is_over() -> None:
    moods = list(paragraph_moods([FIGHT] * 5 + [CALM] * 8))
    assert moods[4] == "action"
    assert moods[-1] == ""


def test_a_mood_never_changes_from_line_to_line() -> None:
    moods = list(paragraph_moods([CREEPY, FIGHT, CALM, CALM] * 10))
    changes = sum(one != other for one, other in itertools.pairwise(moods))
    assert 0 < changes <= len(moods) / 4


def test_narration_takes_the_scenes_mood_at_little_strength() -> None:
    done = add_cues(book_of(*[CREEPY] * 4), SETTINGS)
    last = done.chapters[0].pieces[-1]
    assert last.cues == (Cue("suspense", 0.3),)


def test_moods_start_anew_with_a_scene() -> None:
    marked = book_of(*[CREEPY] * 4, CALM)
    chapter = marked.chapters[0]
    split = MarkedChapter(chapter.chapter, (SceneSpan(0, 4), SceneSpan(4, 5)), chapter.pieces)
    done = add_cues(MarkedBook(marked.book, PEOPLE, (split,)), SETTINGS)
    assert done.chapters[0].pieces[-1].cues == ()


def test_gloomy_words_in_a_bright_scene_are_no_sadness() -> None:
    bright = "It was a wonderful, lovely, happy, glorious wedding party, with no sorrow, no grief and no tears at all."
    assert "sadness" not in set(paragraph_moods([bright] * 5))


def test_every_cue_of_the_word_list_exists() -> None:
    words = cue_words()
    names = {
        name
        for table in (words.verbs, words.adverbs, words.business, words.nouns, words.voices, words.spoken)
        for name, _ in table.values()
    }
    assert names | set(words.moods.values()) <= {*EMOTIONS, *MANNERS}


def test_other_forms_of_a_verb_are_known() -> None:
    verbs = cue_words().verbs
    for form in ("whispers", "whispering", "cries", "crying", "begs", "begging", "weeps", "spits"):
        assert form in verbs


@given(st.lists(st.text(st.sampled_from("aI“”'’!?….,- \n\ud800é") | st.characters(), max_size=60), max_size=4))
def test_no_text_breaks_the_search_and_only_cues_change(texts: list[str]) -> None:
    chapter = Chapter("", tuple(Paragraph(text) for text in texts))
    pieces = tuple(
        Piece(number, start, end, speaker, kind)  # type: ignore[arg-type]
        for number, text in enumerate(texts)
        for start, end, speaker, kind in (
            (0, len(text) // 2, NARRATOR, "narration"),
            (len(text) // 2, len(text), "Ada", "speech"),
        )
    )
    marked = MarkedChapter(chapter, (SceneSpan(0, len(texts)),), pieces)
    done = add_cues(MarkedBook(Book(Metadata(), (chapter,)), PEOPLE, (marked,)), SETTINGS)
    assert tuple(replace(piece, cues=()) for piece in done.chapters[0].pieces) == pieces


def test_a_long_book_takes_seconds() -> None:
    paragraph = "“Come here, you rascal!” [[cried Ada]] angrily, and she laughed at the dark road. " + CALM
    marked = book_of(*[paragraph] * 2000)
    start = time.process_time()  # other programs may be busy too
    add_cues(marked, SETTINGS)
    assert time.process_time() - start < 5
