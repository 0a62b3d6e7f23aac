"""What is said for written English, class by class; the cases are our own."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audiobook.settings import SpokenSettings
from audiobook.spoken import normalize, say

CASES = {
    "cardinals": {
        "She counted 17 geese.": "She counted seventeen geese.",
        "It weighed 1,250 pounds.": "It weighed one thousand two hundred fifty pounds.",
        "Room 007 was empty.": "Room zero zero seven was empty.",
        "at -12 outside": "at minus twelve outside",
        "pi is 3.14": "pi is three point one four",
    },
    "years": {
        "In 1851 the hall opened.": "In eighteen fifty one the hall opened.",
        "By 1906 it was gone.": "By nineteen oh six it was gone.",
        "Since 2007 nobody came.": "Since two thousand seven nobody came.",
        "He ruled from 1041 to 1063.": "He ruled from ten forty one to ten sixty three.",
        "(1914–1918)": "(nineteen fourteen to nineteen eighteen)",
        "in 1939-45": "in nineteen thirty nine to forty five",
        "the 1920s": "the nineteen twenties",
        "the '30s": "the thirties",
        "in her 40s": "in her forties",
        "about 1500 people": "about one thousand five hundred people",
        "He marched 1200 miles.": "He marched one thousand two hundred miles.",
    },
    "dates": {
        "on March 9, 1862": "on March ninth, eighteen sixty two",
        "on 9 March 1862": "on the ninth of March eighteen sixty two",
        "the 2nd of May": "the second of May",
        "Sept. 30": "September thirtieth",
        "It may 5 times fail.": "It may five times fail.",
        "44 B.C.": "forty four B.C.",
        "A.D. 79": "A.D seventy nine",
    },
    "ordinals": {
        "the 3rd door": "the third door",
        "her 21st birthday": "her twenty first birthday",
        "the 2d of June": "the second of June",
        "the XVIth century": "the sixteenth century",
    },
    "times": {
        "at 6:45": "at six forty five",
        "at 10:05 p.m. sharp": "at ten oh five PM sharp",
        "at 9:00": "at nine o'clock",
        "at 5 p.m. He slept.": "at five PM. He slept.",
        "It was 4:52 p.m. Oil ran out.": "It was four fifty two PM. Oil ran out.",
        "At 5 p.m. Rose left.": "At five PM Rose left.",
        "We came at 6 a.m. Captain Bell slept.": "We came at six AM Captain Bell slept.",
        "from 2pm to 3pm": "from two PM to three PM",
    },
    "money": {
        "It cost $5.": "It cost five dollars.",
        "It cost $12.40.": "It cost twelve dollars and forty cents.",
        "a $10 bill": "a ten dollar bill",
        "£3.5 million": "three point five million pounds",
        "€1": "one euro",
        "25¢": "twenty five cents",
    },
    "old money": {
        "£7 12s. 6d. in all": "seven pounds, twelve shillings and sixpence in all",
        "He paid 3s. 4d.": "He paid three shillings and fourpence.",
        "only 2½d. each": "only twopence halfpenny each",
        "200l. a year": "two hundred pounds a year",
        "12/6 a week": "twelve and sixpence a week",
    },
    "measures": {
        "5 km away": "five kilometers away",
        "1 km away": "one kilometer away",
        "3 lbs. of tea": "three pounds of tea",
        "60 mph": "sixty miles per hour",
        "20°C": "twenty degrees Celsius",
        "12.5%": "twelve point five percent",
        "6'2\" tall": "six feet two inches tall",
        "5 ft 10 in tall": "five feet ten inches tall",
        "a 10-mile walk": "a ten-mile walk",
        "40 km² of marsh": "forty square kilometers of marsh",
        "9 x 12 feet": "nine by twelve feet",
    },
    "fractions": {
        "1/2 a pint": "one half a pint",
        "½ an hour": "half an hour",
        "2½ miles": "two and a half miles",
        "3/4 done": "three quarters done",
    },
    "scores and ranges": {
        "They won 3-1.": "They won three to one.",
        "pages 12-15": "pages twelve to fifteen",
    },
    "telephone and the like": {
        "Call 555-0173.": "Call five five five, zero one seven three.",
        "ISBN 0-306-40615-2": "I.S.B.N zero, three zero six, four zero six one five, two",
        "version 1.4.2": "version one point four point two",
    },
    "electronic": {
        "Write to ann@mail.example.org.": "Write to ann at mail dot example dot org.",
        "See www.example.com, please.": "See W.W.W dot example dot com, please.",
        "#LostAtSea": "hashtag Lost At Sea",
    },
    "roman": {
        "Henry VIII": "Henry the eighth",
        "Louis XVI. was king": "Louis the sixteenth was king",
        "CHAPTER IV.": "chapter four.",
        "World War II": "World War two",
        "World War I began.": "World War one began.",
        "Chapter I The Storm": "Chapter one The Storm",
        "the part I played": "the part I played",
        "Malcolm X": "Malcolm X",
        "Act III, Scene ii": "Act three, Scene two",
        "Sam and I went.": "Sam and I went.",
        "Yes, James, I know.": "Yes, James, I know.",
        "King James I of England": "King James the first of England",
        "an IV drip": "an I.V drip",
    },
    "titles": {
        "Dr. Moss lives on Pine Dr.": "Doctor Moss lives on Pine Drive.",
        "St. Anne lived on Mill St.": "Saint Anne lived on Mill Street.",
        "Mr. and Mrs. Hale": "Mister and Misses Hale",
        "Hale & Co. closed.": "Hale and Company closed.",
        "Martin King, Jr.": "Martin King, Junior.",
        "Capt. Hale, etc.": "Captain Hale, et cetera.",
        "Vol. 3, p. 40": "Volume three, page forty",
        "No. 9 and no. 10": "Number nine and number ten",
        "No 9-year-old would.": "No nine-year-old would.",
        "at No 10, said MM. Dumas": "at Number ten, said Messieurs Dumas",
    },
    "addresses": {
        "1428 Oak St., Boise, ID 83702": "fourteen twenty eight Oak Street, Boise, Idaho eight three seven oh two",
    },
    "letters": {
        "The FBI and the CIA": "The F.B.I and the C.I.A",
        "NASA flew.": "NASA flew.",
        "the U.S. Army": "the U.S Army",
        "A. B. Carter wrote": "A.B Carter wrote",
        "her PhD": "her P.H.D",
        "two DVDs": "two D.V.D's",
        "AT&T": "A.T and T",
    },
    "capitals": {
        "STOP THAT AT ONCE!": "stop that at once!",
        "IN the morning": "in the morning",
        "Get OUT of here": "Get out of here",
        "I WILL BE HEARD": "I will be heard",
        "the IT office told us": "the I.T office told us",
        "do IT now": "do it now",
    },
    "serials": {
        "an F-16": "an F-sixteen",
        "B2A23": "B two A twenty three",
        "Flight 93": "Flight ninety three",
    },
    "signs": {
        "salt & pepper": "salt and pepper",
        "2 + 2 = 4": "two plus two equals four",
        "either/both": "either slash both",
        "and/or": "and or",
    },
}  # fmt: skip


def loose(text: str) -> str:
    """Zero and oh are the same to a listener."""
    return text.replace(" oh ", " zero ")


@pytest.mark.parametrize(
    ("written", "spoken"),
    [pytest.param(*case, id=f"{kind}: {case[0]}") for kind, cases in CASES.items() for case in cases.items()],
)
def test_english_is_said_as_people_say_it(written: str, spoken: str) -> None:
    assert loose(normalize(written)) == loose(spoken)


WORDS = st.sampled_from(
    [
        "the",
        "a",
        "little",
        "grey",
        "cat",
        "sat",
        "under",
        "old",
        "table",
        "and",
        "slept",
        "while",
        "rain",
        "fell",
        "on",
        "every",
        "roof",
        "may",
        "march",
        "second",
        "mark",
        "so",
        "is",
        "it",
        "was",
    ]
)


@given(st.lists(WORDS, min_size=1, max_size=30), st.sampled_from([".", "!", "?", ", he said.", ""]))
def test_plain_words_come_out_unchanged(words: list[str], ending: str) -> None:
    text = " ".join(words) + ending
    assert normalize(text) == text


@given(st.integers(min_value=0, max_value=10**15))
def test_every_number_loses_all_its_figures(number: int) -> None:
    said = normalize(f"It was {number:,} then.")
    assert not re.search(r"\d", said)
    assert said.startswith("It was ")


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_said_without_commands_or_figures(text: str) -> None:
    said = say(text, language="en", settings=SpokenSettings())
    assert "[[" not in said.text
    assert "]]" not in said.text
    assert not re.search("[0-9\x00-\x08\ue000-\uf8ff\U000f0000-\U000ffffd]", said.text)
    for start, end, ipa in said.phonemes:
        assert 0 <= start < end <= len(said.text)
        assert ipa


@pytest.mark.parametrize("text", ["It was 1984, Dr. Who.", "He paid £3 4s. to the FBI.", "Plain words."])
def test_saying_what_was_said_changes_nothing(text: str) -> None:
    once = normalize(text)
    assert normalize(once) == once


_KEPT = ("harbour", "quietly", "mountain", "grey", "naïve", "whenever", "Kraków", "yellow", "don't", "children's")
_FIGURES = st.text(alphabet="0123456789.,:-–/%$£€°'\"()+×·⁄~=#&½²IVXABCDkmgsthcpde ", min_size=1, max_size=8)
_PIECES = st.lists(
    st.sampled_from(
        [
            "Jan.",
            "May",
            "BC",
            "AD ",
            "c. ",
            "No. ",
            "km",
            "mm",
            "°C",
            "pp. ",
            "1st",
            "2nd",
            "£",
            "Rs ",
            "WW",
            "St. ",
            "Dr. ",
            "vol. ",
            "UTC",
            "Jr.",
            "ISBN ",
            "kg/",
            "1/2",
            "½",
            "USD",
            "million ",
            "bn",
            "II ",
            "v. ",
            "Co. ",
            "Sat. ",
            "p. a. ",
            "e.g. ",
            "19",
            "2000",
            "1999",
            "00",
            "-8.5",
            "–",
            "10:30",
            "pm",
            "a.m. ",
        ]
    ),
    min_size=1,
    max_size=4,
).map("".join)


@given(st.lists(st.one_of(st.sampled_from(_KEPT), _FIGURES, _PIECES), max_size=14))
@example(["No. 9-8.5"])  # a number's parts were said as houses
@example(["–2½ t", ".5½ m"])  # a sign or a point before a fraction was no whole number
@settings(deadline=None, max_examples=400)
def test_plain_words_are_never_lost(pieces: list[str]) -> None:
    said = iter(re.findall(r"[\w']+", normalize(" ".join(pieces))))
    for word in (piece for piece in pieces if piece in _KEPT):
        assert word in said, (pieces, word)  # in their order: the iterator only moves on


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=80))
@settings(deadline=None, max_examples=200)
def test_letters_of_any_script_are_kept_or_said(text: str) -> None:
    said = normalize(text)
    assert not any(char.isalpha() for char in text) or any(char.isalpha() for char in said)


def test_long_figures_and_words_without_blanks_cost_little() -> None:
    started = time.process_time()
    for text in ("7" * 10_000, "a" * 100_000, "A" * 100_000, "é" * 100_000, "中" * 100_000, "a1" * 50_000):
        assert normalize(text)
    assert time.process_time() - started < 5


def test_curly_quotes_and_ligatures_become_plain() -> None:
    assert normalize("“It’s the ﬁrst,” she said.") == '"It\'s the first," she said.'


def test_markup_loses_its_power() -> None:
    assert normalize("a [[secret]] <b>bold</b> [link](http)") == "a [secret] bold [link] (http)"


@pytest.mark.parametrize(("policy", "said"), [("drop", "Fine then"), ("name", "Fine grinning face then")])
def test_emoji_follow_the_policy(policy: str, said: str) -> None:
    assert " ".join(normalize("Fine 😀 then", settings=SpokenSettings(emoji=policy)).split()) == said


@pytest.mark.parametrize(("policy", "said"), [("short", "example dot org"), ("link", "link")])
def test_addresses_follow_the_policy(policy: str, said: str) -> None:
    assert normalize("https://www.example.org/a/b", settings=SpokenSettings(urls=policy)) == said


def test_nothing_is_normalized_when_that_is_switched_off() -> None:
    assert normalize("Dr. Who, 1984", settings=SpokenSettings(normalize=False)) == "Dr. Who, 1984"


def test_a_heading_may_be_a_numeral() -> None:
    assert normalize("I. The Storm", heading=True) == "one. The Storm"
    assert normalize("IV", heading=True) == "four"
    assert normalize("I am lost", heading=True) == "I am lost"


@pytest.mark.parametrize(
    ("text", "word", "ipa"),
    [
        ("She had read it twice.", "read", "ɹˈɛd"),
        ("He wanted to read it.", "read", "ɹˈiːd"),
        ("It was made of lead.", "lead", "lˈɛd"),
        ("They sang to a live audience.", "live", "lˈaɪv"),
        ("He forgot to wind the clock.", "wind", "wˈaɪnd"),
        ("Do not tear it up!", "tear", "tˈɛɹ"),
        ("He made a low bow.", "bow", "bˈaʊ"),
        ("She took her bow and arrows.", "bow", "bˈoʊ"),
        ("in minute detail", "minute", "maɪnjˈuːt"),
        ("She stood close by.", "close", "klˈoʊs"),
        ("Close the door!", "Close", "klˈoʊz"),
        ("It is of no use.", "use", "jˈuːs"),
    ],
)
def test_heteronyms_are_told_apart_by_context(text: str, word: str, ipa: str) -> None:
    said = say(text, language="en", settings=SpokenSettings())
    assert said.text == text
    assert [(said.text[start:end], sound) for start, end, sound in said.phonemes] == [(word, ipa)]


@pytest.mark.parametrize(
    "text", ["They lead us on.", "The wind blew.", "A tear fell.", "Wait a minute.", "We live here."]
)
def test_heteronyms_in_their_common_reading_are_left_to_the_voice(text: str) -> None:
    assert say(text, language="en", settings=SpokenSettings()).phonemes == ()


def test_a_capital_a_inside_a_sentence_is_the_letter() -> None:
    said = say("The plan A was no good, but A Storm was.", language="en", settings=SpokenSettings())
    assert said.phonemes == ((9, 10, "eɪ"),)


def test_dialect_keeps_its_letters_and_gains_its_sound() -> None:
    said = say("I s’pose th’ men o’ war", language="en", settings=SpokenSettings())
    assert said.text == "I s'pose th' men o' war"
    assert [said.text[start:end] for start, end, _ in said.phonemes] == ["s'pose", "th'", "o'"]


@pytest.mark.parametrize(
    "unit",
    [
        "7",
        '"',
        "[",
        "<",
        "1.",
        "a.",
        "$1",
        "IV",
        "1/",
        "A.",
        "\n",
        "½",
        "1 ",
        "Mr. ",
        "1 000 ",
        "12-",
        "10^",
        "1:1,",
        "x^",
        "Charles I ",
        "Jan.-",
        "live ",
        "they record the ",
        "°1' ",
        "c. ",
        "10/",
        "1,0",
        "Fri. ",
        "mg/kg/",
        "1:1:",
        "0044 ",
        "1+1⁄2 ",
        "13/14 ",
        "from 1 to ",
        "Sat. and ",
        "3–8 × ",
        "US 20/",
        "1'000",
        "g·cm−3 ",
        "the II Games ",
    ],
)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    def seconds(size: int) -> float:
        started = time.process_time()
        normalize(unit * (size // len(unit)))
        return time.process_time() - started

    seconds(1000)
    small, large = seconds(10_000), seconds(80_000)
    assert large < 40 * small + 0.5
    assert large < 8
