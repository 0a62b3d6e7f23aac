"""Lexicons: what they hold, how they are read and written, and how they reach the voice."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.book import LexiconEntry
from audiobook.errors import SettingsError
from audiobook.pipeline.lexicons import gather
from audiobook.script import Override
from audiobook.settings import Settings, SpokenSettings
from audiobook.spoken import EMPTY, Entry, Lexicon, Spoken, pls, say
from audiobook.spoken.ipa import fault, respell, tidy, to_espeak
from audiobook.spoken.lexiconfile import from_book, parse_toml, read_lexicon, to_toml
from audiobook.spoken.parts import named
from audiobook.spoken.unusual import unusual


def spoken(text: str, *entries: Entry, overrides: tuple[Override, ...] = (), language: str = "en") -> Spoken:
    return say(text, language=language, settings=SpokenSettings(), lexicon=Lexicon(entries), overrides=overrides)


def test_an_entry_is_said_in_place_of_its_word() -> None:
    assert spoken("Mr. Cholmondeley came.", Entry("Cholmondeley", "Chumley")).text == "Mister Chumley came."


def test_phonemes_keep_the_written_word_and_its_place() -> None:
    said = spoken("In 1905 Siobhan came.", Entry("Siobhan", ipa="ʃɪvˈɔːn"))
    (start, end, ipa), *rest = said.phonemes
    assert said.text[start:end] == "Siobhan"
    assert ipa == "ʃɪvˈɔːn"
    assert not rest


def test_the_longest_entry_wins_and_only_whole_words_count() -> None:
    entries = (Entry("York", "yoke"), Entry("New York", "Gotham"))
    assert spoken("New York, Yorkshire, York", *entries).text == "Gotham, Yorkshire, yoke"


def test_capitals_count_only_where_the_entry_says_so() -> None:
    assert spoken("Polish the polish", Entry("Polish", "Poh-lish", case=True)).text == "Poh-lish the polish"
    assert spoken("Gaol GAOL", Entry("gaol", "jail")).text == "jail jail"


def test_curly_apostrophes_match_straight_entries() -> None:
    assert spoken("the fo’c’s’le", Entry("fo'c's'le", "folksle")).text == "the folksle"


def test_an_entry_serves_its_own_language_only() -> None:
    entry = Entry("chat", "shah", language="fr")
    assert spoken("chat", entry).text == "chat"
    assert spoken("chat", entry, language="fr-CA").text == "shah"


def test_the_stronger_lexicon_wins() -> None:
    merged = Lexicon((Entry("Ada", "book"),)).merged(Lexicon((Entry("Ada", "user"), Entry("Bo", "user"))))
    said = say("Ada Bo", language="en", settings=SpokenSettings(), lexicon=merged)
    assert said.text == "book user"


WORDS = st.lists(
    st.sampled_from(["a", "b", "New", "new", "York", "C", "+", "+", ".", "$", "(", "'", "-", " ", "1", "_", "É", "é"]),
    min_size=1, max_size=6,
).map("".join)  # fmt: skip


@given(st.lists(st.builds(Entry, WORDS, st.just("x")), max_size=6), WORDS, WORDS)
def test_entries_are_found_as_by_one_alternation_of_them_all(entries: list[Entry], one: str, two: str) -> None:
    # That took 19 processor seconds for 10,000 entries in 5,000 lines, and is still what an entry means.
    forms = sorted({entry.written.strip() for entry in entries} - {""}, key=len, reverse=True)
    text = f"{one} {two}"
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, forms))})(?!\w)", re.IGNORECASE)
    expected = [match.span() for match in pattern.finditer(text)] if forms else []
    found = Lexicon(tuple(entries)).find(text, "en")
    assert [(start, end) for start, end, _entry in found] == expected


def test_a_phrase_in_other_capitals_does_not_hide_the_word_in_it() -> None:
    # Nothing was said for YORK: the phrase took the place and then did not count.
    assert spoken("NEW YORK", Entry("New York", "Gotham", case=True), Entry("york", "yoke")).text == "new yoke"


RECORD = (Entry("record", "wreck-urd", part="noun"), Entry("record", "re-cord", part="verb"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("The record was sold.", "The wreck-urd was sold."),
        ("They will record an album.", "They will re-cord an album."),
        ("I want to record it for the record.", "I want to re-cord it for the wreck-urd."),
        ("A strange record, on record.", "A strange wreck-urd, on wreck-urd."),
        ("Record the song!", "re-cord the song!"),
        ("Record", "wreck-urd"),
    ],
)
def test_entries_of_one_word_are_told_apart_by_the_words_around_it(text: str, said: str) -> None:
    # The part of speech was a note for people: the first entry was said everywhere.
    assert spoken(text, *RECORD).text == said


def test_where_nothing_shows_the_part_of_speech_the_entry_without_one_counts() -> None:
    entries = (*RECORD, Entry("record", "plain"))
    assert spoken("Record! The record.", *entries).text == "plain! The wreck-urd."
    assert spoken("Das record.", *entries, language="de").text == "Das plain."
    assert spoken("The polish.", Entry("polish", "x", part="verb")).text == "The x."


def test_adjectives_are_told_from_nouns_and_verbs() -> None:
    entries = (Entry("minute", "min-it", part="n."), Entry("minute", "my-newt", part="JJ"))
    assert spoken("A minute. So minute that it hid.", *entries).text == "A min-it. So my-newt that it hid."


@pytest.mark.parametrize(
    ("part", "name"),
    [("noun", "noun"), ("n.", "noun"), ("NN1", "noun"), ("VVZ", "verb"), ("ADJ", "adjective"), ("AJ0", "adjective"),
     ("proper noun", "noun"), ("ADV", ""), ("NUM", ""), ("", "")],
)  # fmt: skip
def test_parts_of_speech_are_known_by_their_usual_names(part: str, name: str) -> None:
    assert named(part) == name


def test_an_override_is_stronger_than_a_lexicon_and_is_not_normalized() -> None:
    overrides = (Override(3, 7, "nineteen-five"), Override(8, 11, "/ˈeɪdə/"))
    said = spoken("In 1905 Ada came.", Entry("Ada", "Bob"), overrides=overrides)
    assert said.text == "In nineteen-five Ada came."
    assert said.phonemes == ((17, 20, "ˈeɪdə"),)


TOML = """
[words]
Cholmondeley = "Chumley"
"Van Gogh" = "/væn ˈɡoʊ/"

[[word]]
written = "Polish"
ipa = "ˈpoʊlɪʃ"
part = "adjective"
case = true
language = "en"
"""


def test_toml_is_read_in_both_forms() -> None:
    assert parse_toml(TOML, "lexicon.toml").entries == (
        Entry("Cholmondeley", "Chumley"),
        Entry("Van Gogh", ipa="væn ˈɡoʊ"),
        Entry("Polish", ipa="ˈpoʊlɪʃ", part="adjective", case=True, language="en"),
    )


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).map(str.strip).filter(bool)
SAID = TEXT.filter(lambda text: not fault(text))
IPA = st.text("pbkʃŋaɪuəːˈ ", min_size=1).map(str.strip).filter(lambda text: not fault(f"/{text}/"))
ENTRY = st.one_of(
    st.builds(Entry, TEXT, spoken=SAID, part=st.just(""), case=st.booleans(), language=st.sampled_from(["", "en"])),
    st.builds(Entry, TEXT, ipa=IPA, case=st.booleans()),
)


@given(st.lists(ENTRY, max_size=5))
def test_toml_comes_back_as_it_was_written(entries: list[Entry]) -> None:
    lexicon = Lexicon(tuple(entries))
    assert parse_toml(to_toml(lexicon), "lexicon.toml") == lexicon


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[words]\nA = ", "not valid TOML"),
        ("[wrods]\n", "unknown key 'wrods'"),
        ("[words]\nA = 1\n", "words.A"),
        ('[[word]]\nwriten = "A"\n', "unknown key 'writen'"),
        ('[[word]]\nspoken = "A"\n', "lacks written"),
        ('[[word]]\nwritten = "A"\n', "needs spoken or ipa"),
        ('[[word]]\nwritten = "A"\nspoken = "b"\ncase = "yes"\n', "case is not true or false"),
        ('word = "A"\n', "list of tables"),
    ],
)
def test_a_wrong_lexicon_names_file_and_key(text: str, problem: str) -> None:
    with pytest.raises(SettingsError, match=problem) as caught:
        parse_toml(text, "my.toml")
    assert str(caught.value).startswith("my.toml:")


def test_a_missing_or_unreadable_lexicon_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml"):
        read_lexicon(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe\xfa")
    with pytest.raises(SettingsError, match="UTF-8"):
        read_lexicon(tmp_path / "latin.toml")


PLS = """<?xml version="1.0"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en">
  <lexeme role="w:noun"><grapheme>lead</grapheme><grapheme>Lead</grapheme>
    <phoneme>liːd</phoneme><phoneme prefer="true">lɛd</phoneme></lexeme>
  <lexeme><grapheme>W3C</grapheme><alias>World Wide Web Consortium</alias></lexeme>
  <lexeme><grapheme>x</grapheme><phoneme alphabet="x-other">y</phoneme></lexeme>
</lexicon>"""


def test_pls_is_read_with_its_preferred_sounds(tmp_path: Path) -> None:
    (tmp_path / "book.pls").write_text(PLS, encoding="utf-8")
    assert read_lexicon(tmp_path / "book.pls").entries == (
        Entry("lead", ipa="lɛd", part="noun", case=True, language="en"),
        Entry("Lead", ipa="lɛd", part="noun", case=True, language="en"),
        Entry("W3C", "World Wide Web Consortium", case=True, language="en"),
    )


def test_pls_that_is_written_can_be_read() -> None:
    entries = (
        Entry("record", ipa="ˈɹɛkɚd", part="proper noun", case=True, language="en"),
        Entry("record", ipa="ɹɪˈkɔːɹd", part="VVI", case=True, language="en"),
        Entry("A & B", "a < b", case=True, language="en"),
        Entry("Ada", ipa="ˈeɪdə", case=True, language="en"),
    )
    assert pls.parse(pls.to_pls(Lexicon(entries), "en").encode(), "x").entries == entries


def test_a_pls_entity_bomb_is_not_expanded() -> None:
    bomb = b"""<!DOCTYPE lexicon [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
    <lexicon xmlns="http://www.w3.org/2005/01/pronunciation-lexicon"><lexeme><grapheme>x&f;</grapheme><alias>&b;y</alias></lexeme></lexicon>"""
    entries = pls.parse(bomb, "bomb.pls").entries
    assert all("root:" not in entry.written and len(entry.spoken) < 50 for entry in entries)


@pytest.mark.parametrize("data", [b"<lexicon", b"<html/>", b""])
def test_what_is_no_pls_is_refused(data: bytes) -> None:
    with pytest.raises(SettingsError, match=r"x\.pls"):
        pls.parse(data, "x.pls")


def test_a_books_own_pronunciations_are_taken_over() -> None:
    entries = (
        LexiconEntry(("Aix", "AIX"), phonemes="ɛks"),
        LexiconEntry(("Nix",), alias="nicks", language="en", part="noun"),
        LexiconEntry(("no",)),
    )
    assert from_book(entries).entries == (
        Entry("Aix", ipa="ɛks", case=True),
        Entry("AIX", ipa="ɛks", case=True),
        Entry("Nix", "nicks", part="noun", case=True, language="en"),
    )


@pytest.mark.parametrize(
    ("ipa", "mnemonics"),
    [
        ("tʃˈɜːtʃ", "tS'3:tS"),
        ("wˈɔːɾɚ", "w'O:r3"),
        ("ˈhæpi", "'hapi"),
        ("fˈɑːðɚ", "f'A:D3"),
        ("xɔ⁑", "xO:"),
        ("a b", "a b"),
    ],
)
def test_ipa_becomes_what_espeak_reads(ipa: str, mnemonics: str) -> None:
    assert to_espeak(ipa) == mnemonics


def test_mnemonics_never_hold_a_sign_that_would_cut_the_word_off() -> None:
    assert to_espeak("♪!☃\u0325k]]") == "k"


def test_ipa_is_tidied_for_voices_that_read_it() -> None:
    assert tidy("/t͡ʃʊr.ɡə/ ") == "tʃʊrɡə"
    assert tidy("go:") == "ɡoː"


def test_a_respelling_is_plain_letters() -> None:
    assert respell("ælɪmˈbɛkoʊvə") == "alihm-behkohvuh"
    assert respell("ʃɪvˈɔːn").isascii()


def test_names_and_uncommon_words_are_listed_with_counts() -> None:
    texts = [
        "The road to Belrive was long. We saw Belrive again.",
        "Belrive! cried Mr. Zaphkiel, in a quodlibet. The cats sat.",
    ]
    found = unusual(texts, "en", Lexicon((Entry("Zaphkiel", "zaff-kee-el"),)))
    assert [(item.word, item.count, item.kind, item.settled) for item in found] == [
        ("Belrive", 3, "name", False),
        ("quodlibet", 1, "word", False),
        ("Zaphkiel", 1, "name", True),
    ]
    assert found[0].example == "The road to Belrive was long."


# --- IPA that cannot be meant


@pytest.mark.parametrize(
    ("spoken", "problem"),
    [
        ("/@#$/", "@ # $"),
        (r"/S_i\:mon/", "S _"),
        ("/漢字/", "漢 字"),
        ("//", "neither words nor IPA"),
        ("/ʃɪmɒn", "neither words nor IPA"),
        ("/ /", "neither words nor IPA"),
        ("/ˈː/", "no sound"),
        ("/ʃɪm0n/", "0"),
    ],
)
def test_ipa_that_no_engine_can_say_is_named(spoken: str, problem: str) -> None:
    # It passed in silence, and the word was said without the signs, or not at all.
    assert problem in fault(spoken)


@pytest.mark.parametrize(
    "spoken",
    [
        "ah-leem", "and/or", "/ˈʂɨ.mɔn/", "/t͡ʃɛ̃˥˩/", "/ˈæn.ə ˈkæɹ.ən.ɪ.nə/", "/bɔ̃ʒuʁ/", "/ǃʰo/", "/g'aɪ:/", "/(h)ɜɹb/",
        "/nɯᵝ/", "/ma⁵⁵/", "/p-a/",
    ],
)  # fmt: skip
def test_words_and_ipa_of_any_language_are_taken(spoken: str) -> None:
    assert fault(spoken) == ""


def test_every_letter_of_ipa_has_a_mnemonic_or_is_known_to_be_silent() -> None:
    letters = (
        "pbtdʈɖcɟkɡqɢʔmɱnɳɲŋɴʙrʀⱱɾɽɸβfvθðszʃʒʂʐçʝxɣχʁħʕhɦɬɮʋɹɻjɰlɭʎʟʍwɥʜʢʡɕʑɺɧʘǀǃǂǁɓɗʄɠʛiyɨʉɯuɪʏʊeøɘɵɤoəɛœɜɞʌɔæɐaɶɑɒ"
    )
    assert [letter for letter in letters if fault(f"/{letter}/")] == []
    assert [letter for letter in letters if not to_espeak(letter)] == list("ʔʕʢʡ")


def test_a_lexicon_with_wrong_ipa_names_the_line() -> None:
    with pytest.raises(SettingsError, match=r"lexicon.toml:3: Polish: /@/ holds @") as caught:
        parse_toml('[words]\nVan = "/væn/"\nPolish = "/@/"\n', "lexicon.toml")
    assert caught.value.exit_code == 4
    with pytest.raises(SettingsError, match=r"lexicon.toml:4: Polish: /@/ holds @"):
        parse_toml('[[word]]\nwritten = "a"\nspoken = "b"\n[[word]]\nwritten = "Polish"\nipa = "@"\n', "lexicon.toml")
    with pytest.raises(SettingsError, match=r"'the king' is no language"):
        parse_toml('[[word]]\nwritten = "a"\nspoken = "b"\nlanguage = "the king"\n', "lexicon.toml")


def test_pls_with_wrong_ipa_names_the_line(tmp_path: Path) -> None:
    data = b"<lexicon>\n<lexeme><grapheme>Polish</grapheme><phoneme>@@</phoneme></lexeme></lexicon>"
    with pytest.raises(SettingsError, match=r"a.pls:2: Polish: /@@/ holds @"):
        pls.parse(data, "a.pls")


def test_a_books_own_wrong_ipa_is_left_to_the_voice() -> None:
    assert from_book([LexiconEntry(("Polish",), phonemes="@@")]) == EMPTY


def test_lexicons_of_book_folder_series_and_user_apply_in_this_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A series in folders of its own had no place for words that all its books share.
    monkeypatch.setenv("AUDIOBOOK_CONFIG", str(tmp_path / "config"))
    book = tmp_path / "series" / "first" / "emma.epub"
    book.parent.mkdir(parents=True)
    (tmp_path / "config").mkdir()
    files = (
        book.with_name("emma.lexicon.toml"), book.with_name("lexicon.toml"),
        book.parent.parent / "lexicon.toml", tmp_path / "config" / "lexicon.toml",
    )  # fmt: skip
    for number, path in enumerate(files):
        words = "".join(f'{word} = "said {number}"\n' for word in "abcd"[: number + 1])
        path.write_text(f"[words]\n{words}", "utf-8")
    lexicon = gather(Settings(), None, book)
    said = [lexicon.find(word, "en")[0][2].spoken for word in "abcd"]
    assert said == ["said 0", "said 1", "said 2", "said 3"]


def test_what_is_said_as_other_words_is_no_unusual_word() -> None:
    # "rd" of 3rd, "lbs" and "Dr" stood in the list of words to hear.
    texts = ["On the 3rd Dr. Zaphkiel bought 2 lbs. of quodlibet.", "“Szymon!” she cried.", "“Szymon?”"]
    assert [(item.word, item.kind) for item in unusual(texts)] == [
        ("Szymon", "name"), ("quodlibet", "word"), ("Zaphkiel", "name"),
    ]  # fmt: skip
