"""Words of other languages inside a book: from the source's marks to the sounds that each engine makes of them."""

from __future__ import annotations

import dataclasses
import sys
import unicodedata
from pathlib import Path

import pytest
from epub_maker import make_epub, make_zip, page
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.adapt.compose import compose
from audiobook.adapt.marking import mark
from audiobook.audio import Mark, Passage, Utterance
from audiobook.book import Book, Chapter, Markup, Metadata, Paragraph
from audiobook.booth import halves
from audiobook.cache import take_facts
from audiobook.engines import open_engine, phonemes
from audiobook.engines.pipertext import marked
from audiobook.ingest import read_book
from audiobook.plan import plan
from audiobook.publish.paragraphs import worded
from audiobook.script import NARRATOR, Line, Override, Scene, Script, ScriptChapter, ScriptParagraph, Voice
from audiobook.scriptfile import format_script, parse_script
from audiobook.settings import AdaptSettings, IngestSettings, Settings, SpokenSettings
from audiobook.spoken import Entry, Lexicon, tongues
from audiobook.spoken.rules import rows
from audiobook.spoken.tongues import nearest, phrases, said_by, transcribe, voice_of

PHRASES = {
    "fr": (
        "bon appétit", "je ne sais quoi", "tout à l'heure", "coup de grâce", "mon cher ami", "à bientôt",
        "un petit peu de vin", "les feuilles mortes", "la nuit tombe", "quelle heure est-il",
    ),
    "de": (
        "Weltschmerz", "Schadenfreude", "guten Morgen", "ich liebe dich", "das Mädchen", "auf Wiedersehen",
        "die schönen Bücher", "zwölf Vögel", "der alte König", "Sturm und Drang",
    ),
    "es": (
        "qué pasa", "buenos días", "el niño pequeño", "mañana por la mañana", "la guerra civil", "muchas gracias",
        "hijo mío", "vaya con Dios", "la llave", "cinco zapatos",
    ),
    "it": (
        "dolce far niente", "buona sera", "la famiglia", "che bella giornata", "gli uomini", "arrivederci",
        "la vita nuova", "mezzo soprano", "ciao ragazzi", "grazie mille",
    ),
    "la": (
        "cogito ergo sum", "carpe diem", "in vino veritas", "alea iacta est", "et tu Brute", "memento mori",
        "ad astra per aspera", "quo vadis", "habeas corpus", "mens sana in corpore sano",
    ),
}  # fmt: skip


def lines_of(book: Book) -> list[Line]:
    script = compose(mark(book, AdaptSettings()), AdaptSettings(), ())
    speakers = dict.fromkeys((NARRATOR, *(line.speaker for line in script.chapters[0].lines())))
    script = dataclasses.replace(script, cast=tuple((name, Voice("silent", "one")) for name in speakers))
    assert parse_script(format_script(script), "x") == script
    return list(script.chapters[0].lines())


def told(path: Path) -> list[str]:
    """Return the marked words of a source as its script has them."""
    book = read_book(path, IngestSettings())
    assert book.imbalance() == {}
    return [f"{line.text[o.start : o.end]}|{o.spoken}" for line in lines_of(book) for o in line.overrides]


def paragraph(text: str, *pieces: tuple[str, str], language: str = "en") -> list[Line]:
    """Compose a paragraph in which pieces are marked as languages."""
    markup = tuple(Markup(text.index(piece), text.index(piece) + len(piece), "language", tag) for piece, tag in pieces)
    return lines_of(Book(Metadata(language=language), (Chapter("One", (Paragraph(text, markup=markup),)),)))


def passages(*lines: Line, language: str = "en", spoken: SpokenSettings | None = None) -> list[Passage]:
    scene = Scene(tuple(ScriptParagraph((line,)) for line in lines))
    script = Script(Metadata(language=language), ((NARRATOR, Voice("silent", "one")),), (ScriptChapter("", (scene,)),))
    return list(plan(script, Settings(spoken=spoken or SpokenSettings())).chapters[0].passages)


def foreign(passage: Passage) -> list[tuple[str, str]]:
    utterance = passage.utterance
    return [(utterance.text[start:end], language) for start, end, language in utterance.foreign]


def marked_line(written: str, piece: str, language: str) -> Line:
    start = written.index(piece)
    return Line(NARRATOR, written, overrides=(Override(start, start + len(piece), f"lang={language}"),))


class TestSources:
    def test_html(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text(
            '<html lang="en"><h1>One</h1><p>He said <i lang="fr">bon appétit</i>.</p>'
            '<p lang="de">Es war <b>so</b>.</p>',
            "utf-8",
        )
        assert told(tmp_path / "a.html") == ["bon appétit|lang=fr", "Es war so|lang=de"]

    def test_epub(self, tmp_path: Path) -> None:
        body = '<h1>One</h1><p>“<i xml:lang="es">¿Qué pasa?</i>” said Nora.</p>'
        (tmp_path / "a.epub").write_bytes(make_epub({"a.xhtml": page(body)}))
        assert told(tmp_path / "a.epub") == ["Qué pasa|lang=es"]

    def test_fb2(self, tmp_path: Path) -> None:
        (tmp_path / "a.fb2").write_text(
            '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0"><description><title-info>'
            "<book-title>Lamp</book-title><lang>en</lang></title-info></description><body><section>"
            '<title><p>One</p></title><p>A <style name="x" xml:lang="it">dolce far niente</style> day.</p>'
            "</section></body></FictionBook>",
            "utf-8",
        )
        assert told(tmp_path / "a.fb2") == ["dolce far niente|lang=it"]

    def test_odt(self, tmp_path: Path) -> None:
        spaces = " ".join(
            f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
            for name, space in (
                ("office", "office"), ("text", "text"), ("style", "style"), ("fo", "xsl-fo-compatible"),
                ("meta", "meta"),
            )
        )  # fmt: skip
        content = (
            f"<office:document-content {spaces}><office:automatic-styles><style:style style:name='F'>"
            "<style:text-properties fo:language='fr' fo:country='FR'/></style:style></office:automatic-styles>"
            "<office:body><office:text><text:h text:outline-level='1'>One</text:h><text:p>He said "
            "<text:span text:style-name='F'>bon appétit</text:span>.</text:p></office:text></office:body>"
            "</office:document-content>"
        )
        meta = (
            f'<office:document-meta {spaces} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta>'
            "<dc:title>Lamp</dc:title><dc:language>en-GB</dc:language></office:meta></office:document-meta>"
        )
        kind = "application/vnd.oasis.opendocument.text"
        (tmp_path / "a.odt").write_bytes(make_zip({"mimetype": kind, "content.xml": content, "meta.xml": meta}))
        assert told(tmp_path / "a.odt") == ["bon appétit|lang=fr-FR"]

    @pytest.mark.parametrize(
        ("runs", "expected"),
        [
            ((("He said ", "", ""), ("bon ", "fr-FR", ""), ("appétit", "fr-FR", "")), ["bon appétit|lang=fr-FR"]),
            ((("The ", "", ""), ("dolce vita", "it-IT", "<w:i/>"), (".", "", "")), ["dolce vita|lang=it-IT"]),
            ((("Nur das ist ", "de-DE", ""), ("true.", "", "")), ["Nur das ist|lang=de-DE"]),
            # What Word does by itself: the keyboard in use, on a name, on half a word, on English.
            ((("He went to ", "", ""), ("London", "de-DE", ""), (" again.", "", "")), []),
            ((("He went aw", "", ""), ("ây", "fr-FR", ""), (" again.", "", "")), []),
            ((("He was not in the house that she had.", "fr-FR", "<w:i/>"),), []),
        ],
    )  # fmt: skip
    def test_docx_where_word_does_not_only_guess(
        self, tmp_path: Path, runs: tuple[tuple[str, str, str], ...], expected: list[str]
    ) -> None:
        space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
        body = "".join(
            f"<w:r><w:rPr>{more}{f'<w:lang w:val={language!r}/>' if language else ''}</w:rPr>"
            f'<w:t xml:space="preserve">{text}</w:t></w:r>'
            for text, language, more in runs
        )
        styles = (
            f"<w:styles {space}><w:docDefaults><w:rPrDefault><w:rPr><w:lang w:val='en-US'/></w:rPr></w:rPrDefault>"
            "</w:docDefaults></w:styles>"
        )
        document = f"<w:document {space}><w:body><w:p>{body}</w:p></w:body></w:document>"
        (tmp_path / "a.docx").write_bytes(make_zip({"word/document.xml": document, "word/styles.xml": styles}))
        assert told(tmp_path / "a.docx") == expected

    def test_a_converters_mark_over_english_is_not_believed(self, tmp_path: Path) -> None:
        (tmp_path / "a.html").write_text(
            '<html lang="en"><h1>One</h1><p lang="fr">It was the house that she had not seen for years.</p>', "utf-8"
        )
        assert told(tmp_path / "a.html") == []


class TestScript:
    def test_a_mark_is_cut_at_lines_and_keeps_no_outer_punctuation(self) -> None:
        lines = paragraph("«Oui,» dit-il. «Non!»", ("«Oui,» dit-il. «Non!»", "fr"))
        text = "".join(line.text[o.start : o.end] for line in lines for o in line.overrides)
        assert text.startswith("Oui")
        assert text.endswith("Non")

    def test_the_innermost_mark_counts_and_the_books_own_language_needs_none(self) -> None:
        text = "Il dit good morning, mon ami."
        lines = paragraph(text, (text, "fr"), ("good morning", "en-GB"))
        assert [(text[o.start : o.end], o.spoken) for o in lines[0].overrides] == [
            ("Il dit", "lang=fr"),
            ("mon ami", "lang=fr"),
        ]

    def test_sounds_of_the_source_are_stronger_than_its_language(self) -> None:
        text = "Le chat Szymon dort."
        markup = (Markup(0, len(text), "language", "fr"), Markup(8, 14, "phonemes", "ʂɨmɔn"))
        line = lines_of(Book(Metadata(), (Chapter("One", (Paragraph(text, markup=markup),)),)))[0]
        assert [(text[o.start : o.end], o.spoken) for o in line.overrides] == [
            ("Le chat", "lang=fr"), ("Szymon", "/ʂɨmɔn/"), ("dort", "lang=fr"),
        ]  # fmt: skip

    def test_a_language_that_nobody_here_can_say_is_left_alone(self) -> None:
        assert paragraph("He said tlhIngan maH.", ("tlhIngan maH", "tlh"))[0].overrides == ()

    def test_greek_and_russian_are_told_by_their_letters(self) -> None:
        line = paragraph("Read γνῶθι σεαυτόν and Война и мир; the letter α, the Я.")[0]
        assert [(line.text[o.start : o.end], o.language) for o in line.overrides] == [
            ("γνῶθι σεαυτόν", "grc"), ("Война и мир", "ru"),
        ]  # fmt: skip

    @pytest.mark.parametrize("language", ["ru", "bg", "sr", "kk", "ja", "el"])
    def test_letters_tell_nothing_in_books_of_other_scripts(self, language: str) -> None:
        assert all(not line.overrides for line in paragraph("Это было вчера, Война и мир.", language=language))

    def test_italics_of_another_language_are_no_emphasis(self) -> None:
        # "He said bon appétit" was shouted, because italics covered most of it.
        text = "Bah, bon appétit."
        markup = (Markup(5, 16, "language", "fr"), Markup(5, 16, "emphasis"))
        line = lines_of(Book(Metadata(), (Chapter("One", (Paragraph(text, markup=markup),)),)))[0]
        assert not line.cues

    @settings(max_examples=100, deadline=None)
    @given(
        st.text(st.sampled_from("ab éα.“ \n"), min_size=1, max_size=30).filter(str.strip),
        st.lists(
            st.tuples(st.integers(0, 30), st.integers(0, 30), st.sampled_from(["fr", "de", "en", "xx", "el"])),
            max_size=4,
        ),
    )
    def test_marks_of_any_shape_lie_in_order_inside_their_line(
        self, text: str, spans: list[tuple[int, int, str]]
    ) -> None:
        markup = tuple(Markup(a, min(b, len(text)), "language", tag) for a, b, tag in spans if a < min(b, len(text)))
        lines = lines_of(Book(Metadata(), (Chapter("One", (Paragraph(text, markup=markup),)),)))
        for line in lines:
            at = 0
            for override in line.overrides:
                assert at <= override.start < override.end <= len(line.text)
                assert override.language in {"fr", "de", "el"}
                at = override.end
            for passage in passages(line):
                said = "".join(passage.utterance.text[a:b] for a, b, _ in passage.utterance.foreign)
                shown = "".join(passage.written[a:b] for a, b, _ in passage.foreign)
                assert "".join(filter(str.isalpha, said)) == "".join(filter(str.isalpha, shown))


class TestTitles:
    def test_titles_keep_the_languages_of_their_words_and_show_plain_ones(self, tmp_path: Path) -> None:
        # Broke: the marks of headings were lost, and those written in the script stood in tags and captions.
        (tmp_path / "a.html").write_text(
            '<html lang="en"><h1 lang="fr">Première partie</h1><h2>Chapter 1: <i lang="fr">Bon appétit</i></h2>'
            '<p>It was.</p><h3><i lang="de">Guten Tag</i>, all</h3><p>It is.</p>',
            "utf-8",
        )
        book = read_book(tmp_path / "a.html", IngestSettings())
        text = format_script(compose(mark(book, AdaptSettings()), AdaptSettings(), ((NARRATOR, Voice("silent", "a")),)))
        assert "# {Première partie|lang=fr}. Chapter 1: {Bon appétit|lang=fr}\n" in text
        assert "## {Guten Tag|lang=de}, all\n" in text
        chapter = plan(parse_script(text), Settings()).chapters[0]
        assert chapter.title == "Première partie. Chapter 1: Bon appétit"
        assert chapter.scene_titles == ("", "Guten Tag, all")
        told, _, scene, _ = chapter.passages
        assert told.utterance.text == "Première partie. Chapter one: Bon appétit"
        assert foreign(told) == [("Première partie", "fr"), ("Bon appétit", "fr")]
        assert [told.written[a:b] for a, b, _ in told.foreign] == ["Première partie", "Bon appétit"]
        assert foreign(scene) == [("Guten Tag", "de")]


class TestPlan:
    def test_numbers_follow_the_language_of_their_words(self) -> None:
        french = passages(marked_line("He said: j'ai 25 ans, in 1893.", "j'ai 25 ans", "fr"))[0]
        assert french.utterance.text == "He said: j'ai vingt-cinq ans, in eighteen ninety three."
        assert foreign(french) == [("j'ai vingt-cinq ans", "fr")]
        english = passages(marked_line("Il dit : in 1893, en 1893.", "in 1893", "en"), language="fr")[0]
        assert "in eighteen ninety three, en mille huit cent" in english.utterance.text

    def test_plain_reads_them_as_the_books_own_and_pages_still_know(self) -> None:
        line = marked_line("He said: j'ai 25 ans.", "j'ai 25 ans", "fr")
        plain = passages(line, spoken=SpokenSettings(foreign="plain"))[0]
        assert plain.utterance.text == "He said: j'ai twenty five ans."
        assert (plain.utterance.foreign, plain.foreign) == ((), ((9, 20, "fr"),))

    def test_a_long_passage_is_cut_at_its_sentences(self) -> None:
        text = "Il fait beau ce matin. Nous allons au marché. Tout va bien."
        found = passages(marked_line(text, text, "fr"))
        assert [passage.written for passage in found] == [
            "Il fait beau ce matin.", "Nous allons au marché.", "Tout va bien.",
        ]  # fmt: skip
        assert [foreign(passage) for passage in found] == [[(passage.written, "fr")] for passage in found]

    def test_a_name_of_the_lexicon_keeps_its_sound_among_them(self) -> None:
        line = marked_line("Le chat Szymon dort.", "Le chat Szymon dort.", "fr")
        scene = Scene((ScriptParagraph((line,)),))
        script = Script(Metadata(), ((NARRATOR, Voice("silent", "one")),), (ScriptChapter("", (scene,)),))
        lexicon = Lexicon((Entry("Szymon", ipa="ʂɨmɔn"),))
        utterance = plan(script, Settings(), lexicon).chapters[0].passages[0].utterance
        assert [utterance.text[a:b] for a, b, _ in utterance.phonemes] == ["Szymon"]
        assert [utterance.text[a:b] for a, b, _ in utterance.foreign] == ["Le chat ", " dort."]

    def test_takes_without_other_languages_keep_their_address(self) -> None:
        utterance = Utterance("Rain.", "en", Voice("silent", "one"))
        assert "tongues" not in take_facts("f", utterance, 0)
        assert take_facts("f", dataclasses.replace(utterance, foreign=((0, 4, "fr"),)), 0)["tongues"]

    def test_a_take_that_is_tried_in_halves_is_never_cut_inside_them(self) -> None:
        text = "He said bon appétit, mon cher ami, to me."
        whole = Utterance(text, "en", Voice("silent", "one"), foreign=((8, 33, "fr"),))
        for part in halves(whole):
            assert all(part.text[a:b] == "bon appétit, mon cher ami" for a, b, _ in part.foreign)
        assert sum(len(part.foreign) for part in halves(whole)) == 1


class TestSounds:
    def test_every_sound_of_every_language_can_be_said_in_every_other(self) -> None:
        silent = {"h", "ħ", "ɦ", "ʔ", "ʕ"}  # speakers of languages without them leave them out
        table = {row[0]: unicodedata.normalize("NFD", row[1]).split() for row in rows("sounds.tsv")}
        every = {sound for sounds in table.values() for sound in sounds} | {row[0] for row in rows("nearest.tsv")}
        for voice, own in table.items():
            for sound in every:
                said = unicodedata.normalize("NFD", nearest(sound, voice))
                assert said or sound in silent, f"{sound} in {voice}"
                units = tongues._units(frozenset(own)).findall(said)
                assert all(unit in own for unit in units), f"{sound} in {voice}: {said}"

    @pytest.mark.parametrize(
        ("language", "words", "voice", "expected"),
        [
            ("fr", "bon appétit", "en-us", "bˈɔːn ɑːpeɪtˈi"),
            ("de", "ich möchte Bücher", "en-us", "ɪʃ mˈɜːʃtə bˈuːʃɚ"),
            ("es", "José", "en-us", "hoʊsˈeɪ"),
            ("cs", "Dvořák", "en-us", "dvˈoʊɹʒɑːk"),
            ("en-US", "a little brother", "de", "ɐ lˈɪtəl brˈadər"),
            ("en-US", "the river", "es", "ðɛ rˈɪβɛr"),
            ("tlh", "maH", "en-us", ""),
        ],
    )
    def test_words_are_said_with_the_nearest_sounds(self, language: str, words: str, voice: str, expected: str) -> None:
        assert said_by(words, language, voice) == expected

    def test_codes_find_voices_and_foreign_writing_none(self) -> None:
        found = {code: voice_of(code) for code in ("fr", "fr_CA", "pt-BR", "es-MX", "en-GB", "ru-Latn", "ja", "", "no")}
        assert found == {
            "fr": "fr", "fr_CA": "fr", "pt-BR": "pt-br", "es-MX": "es-419", "en-GB": "en", "ru-Latn": "", "ja": "",
            "": "", "no": "nb",
        }  # fmt: skip
        for row in rows("tongues.tsv"):
            assert transcribe("a", row[1])

    def test_phrases_are_what_stands_between_marks(self) -> None:
        assert phrases("Oui, mon ami! Non.") == ["Oui", ", ", "mon ami", "! ", "Non", ".", ""]


class TestEngines:
    TEXT = "He said bon appétit, mon ami! And left."
    SPAN = ((8, 28, "fr"),)

    @pytest.mark.parametrize("language", ["fr", "de", "es", "it", "la"])
    def test_kokoro_is_given_what_espeak_says_in_their_language(self, language: str) -> None:
        for words in PHRASES[language]:
            text = f"He said {words} to me."
            piece = phonemes.phonemize(text, "en-us", (), ((8, 8 + len(words), language),))[0].phonemes
            assert phonemes.to_kokoro(transcribe(words, language), language) in piece
            assert piece.startswith("hi sˈɛd ")
            assert piece.endswith(" tə mˌi.")

    def test_kokoro_keeps_its_dialect_for_its_own_language(self) -> None:
        plain = phonemes.phonemize("the bath", "en")
        assert phonemes.phonemize("the bath", "en", (), ((4, 8, "en-US"),)) == plain

    def test_kokoro_drops_no_sound_of_any_language(self) -> None:
        # ʑ, ʐ, ɧ and ɗ had no spelling and were left out: Polish lost a consonant in every tenth word.
        for row in rows("sounds.tsv"):
            for sound in row[1].split():
                assert any(map(str.isalpha, phonemes.to_kokoro(sound, row[0]))), f"{sound} of {row[0]}"

    def test_piper_is_given_sounds_that_its_voice_knows_and_the_marks_between(self) -> None:
        utterance = Utterance(self.TEXT, "en", Voice("piper", "x"), foreign=self.SPAN)
        assert marked(utterance, "en-us") == "He said [[ bˈɔːn ɑːpeɪtˈi, mɔːn ɑːmˈi! ]] And left."
        assert marked(utterance, "") == self.TEXT
        assert marked(Utterance("Mon ami.", "fr", Voice("piper", "x"), foreign=((0, 3, "fr"),)), "fr") == "Mon ami."

    def test_piper_reads_no_language_by_the_rules_of_another(self) -> None:
        # A French book was read by the bundled American voice as if it were English.
        utterance = Utterance("La nuit tombe. Qui est là?", "fr", Voice("piper", "x"), phonemes=((3, 7, "nɥi"),))
        assert marked(utterance, "en-us") == "[[ lˈɑː ]] [[ nɥi ]] [[ tˈɔːnb. ki ɛ lˈɑː? ]]"

    def test_piper_does_not_say_the_name_of_a_mark_behind_given_sounds(self) -> None:
        # "Szymon!" was heard as "Szymon exclamation": the mark was the first character of a text for eSpeak.
        utterance = Utterance("Go, Szymon! Now", "en", Voice("piper", "x"), phonemes=((4, 10, "ʂɨmɔn"),))
        assert marked(utterance, "en-us") == "Go, [[ ʂɨmɔn! ]] Now"

    @pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="eSpeak speaks for pyttsx3 on Linux only")
    def test_espeak_takes_given_phonemes_for_phonemes(self) -> None:
        # pyttsx3 does not ask eSpeak for that: "[[kat]]" was read as letters and brackets, longer than the word.
        engine = open_engine("pyttsx3")
        voice = Voice("pyttsx3", "gmw/en-us")
        word = engine.speak(Utterance("Cat came.", "en", voice))
        given = engine.speak(Utterance("Cat came.", "en", voice, phonemes=((0, 3, "ˈkæt"),)))
        engine.close()
        assert len(given.samples) == pytest.approx(len(word.samples), rel=0.1)

    @pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="eSpeak speaks for pyttsx3 on Linux only")
    @pytest.mark.parametrize("voice", ["gmw/en-us", "gmw/en-us+m3", "roa/es-419"])
    def test_espeak_speaks_them_in_the_lines_own_voice_and_goes_on_in_its_language(self, voice: str) -> None:
        engine = open_engine("pyttsx3")

        def spoken(text: str, *spans: tuple[int, int, str], by: str = voice, language: str = "en") -> bytes:
            return engine.speak(Utterance(text, language, Voice("pyttsx3", by), foreign=spans)).samples.tobytes()

        plain, french = spoken("mon ami"), spoken("mon ami", (0, 7, "fr"))
        native = spoken("mon ami", (0, 7, "fr"), by="roa/fr")
        own = spoken("mon ami", by="roa/fr", language="fr")
        whole = spoken("mon ami", language="fr")
        after = spoken("mon ami. And now we dance.", (0, 7, "fr"))
        alone = spoken("And now we dance.")
        engine.close()
        assert french != plain
        assert native == own
        assert whole == french
        assert after.endswith(alone)


class TestPages:
    def test_pages_name_the_language_of_words(self) -> None:
        said = Mark("He said\n bon  appétit, & left.", NARRATOR, 0, 1, foreign=((9, 21, "fr"),))
        assert worded(said, "lang") == 'He said <span lang="fr">bon appétit</span>, &amp; left.'
        assert worded(said, "lang", "xml:lang") == (
            'He said <span lang="fr" xml:lang="fr">bon appétit</span>, &amp; left.'
        )
        assert worded(Mark(" plain\n ", NARRATOR, 0, 1), "lang") == "plain"
