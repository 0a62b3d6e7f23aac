"""Marks found again in the text of pages, and spans put around them."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from audiobook.publish.alignment import align, letters_of
from audiobook.publish.pagetext import read_page, runs, wrap

BOOK = (
    "The lamp had gone out. Nobody in the house would say why. Ada looked at the clock on the wall. "
    "It had stopped at four. Tom was asleep by the stove with the cat. A door banged upstairs. "
    "Then it was quiet again. She counted to ten and went up. The lamp stood on the landing. It was warm."
)
SENTENCES = tuple(re.split(r"(?<=\.) ", BOOK))


def found(passages: tuple[str, ...], source: str) -> list[str]:
    """Align, and give back the source's characters of each passage, holes marked."""
    letters = letters_of(source)
    ranges = align([letters_of(passage).text for passage in passages], letters.text)
    return ["|".join(source[letters.place(a) : letters.place(b - 1) + 1] for a, b in each) for each in ranges]


def bare(passages: tuple[str, ...]) -> list[str]:
    return [passage.rstrip(".") for passage in passages]


def test_the_same_text_is_found_in_place() -> None:
    assert found(SENTENCES, BOOK) == bare(SENTENCES)


def test_case_accents_ligatures_and_marks_make_no_difference() -> None:
    assert found(("Élan vital — “office”!", "Straße."), "e\u0301lan\u00ad VITAL 'o\ufb03ce' STRASSE") == [
        "e\u0301lan\u00ad VITAL 'o\ufb03ce",
        "STRASSE",
    ]


@pytest.mark.parametrize("exclusion", ["[12]", "Contents. The lamp. The house. ", "Note: " + "it was so, " * 40, "T"])
def test_what_only_the_pages_have_is_skipped(exclusion: str) -> None:
    for at in range(len(SENTENCES)):
        source = " ".join((*SENTENCES[:at], exclusion, *SENTENCES[at:]))
        assert found(SENTENCES, source) == bare(SENTENCES)


def test_the_mark_of_a_note_lies_within_its_sentence_and_a_note_divides_it() -> None:
    source = BOOK.replace("on the wall", "on[12] the wall").replace(
        "by the stove", "by (he was always tired, said Ann) the stove"
    )
    words = found(SENTENCES, source)
    assert words[2] == "Ada looked at the clock on[12] the wall"
    assert words[4] == "Tom was asleep by|the stove with the cat"


def test_what_is_only_heard_is_not_found_and_disturbs_nothing() -> None:
    heard = ("Opening words that are nowhere printed.", *SENTENCES[:4], "Chapter the next.", *SENTENCES[4:])
    expected = bare(SENTENCES)
    assert found(heard, BOOK) == ["", *expected[:4], "", *expected[4:]]


def test_a_capital_that_is_a_picture_costs_nothing() -> None:
    assert found(SENTENCES, BOOK[1:]) == ["he lamp had gone out", *bare(SENTENCES)[1:]]


def test_a_trial_of_late_chapters_is_found_behind_a_long_book() -> None:
    before = " ".join(f"On day number {number} nothing happened at all." for number in range(3000))
    assert found(SENTENCES, f"{before} {BOOK}") == bare(SENTENCES)


def test_another_book_is_not_found() -> None:
    assert not any(found(SENTENCES, " ".join(f"On day number {number} nothing happened." for number in range(300))))


def test_nothing_to_find_and_nowhere_to_look() -> None:
    assert align((), "abc") == ()
    assert align(("abc", ""), "") == ((), ())


@given(st.lists(st.sampled_from(SENTENCES), max_size=12), st.data())
def test_ranges_ascend_and_hold_letters_of_their_passage(passages: list[str], data: st.DataObject) -> None:
    pieces = [piece for passage in passages for piece in (passage, data.draw(st.sampled_from(["", "[3]", "Page 12"])))]
    letters = [letters_of(passage).text for passage in passages]
    source = letters_of(" ".join(pieces)).text
    ranges = align(letters, source)
    flat = [edge for each in ranges for one in each for edge in one]
    assert all(a <= b for a, b in pairwise(flat))
    for passage, where in zip(letters, ranges, strict=True):
        assert set("".join(source[a:b] for a, b in where)) <= set(passage) | set("page0123")


# Spans.

MARKUP = st.recursive(
    st.sampled_from(["word ", "two words", "“Oh!” ", "  ", "x", "<br/>", "<img/>", "<!-- c -->", "a<sup>1</sup> b"]),
    lambda inner: st.builds(
        lambda tag, parts: f"<{tag}>{''.join(parts)}</{tag}>",
        st.sampled_from(["i", "b", "span", "a", "p", "div", "ruby", "blockquote", "ul", "li"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=25,
)


def parse(markup: str) -> etree._Element:
    return etree.fromstring(f'<body xmlns="http://www.w3.org/1999/xhtml">{markup}</body>')


def text_of(element: etree._Element) -> str:
    return "".join(element.xpath(".//text()"))


@given(st.lists(MARKUP, max_size=6), st.data())
def test_spans_change_no_text_and_hold_what_was_asked_for(parts: list[str], data: st.DataObject) -> None:
    body = parse("".join(parts))
    page = read_page(body)
    before, shape = text_of(body), [element.tag for element in body.iter() if element.get("id") is None]
    places = [at for at, char in enumerate(page.text) if not char.isspace()]
    cuts = sorted(data.draw(st.lists(st.sampled_from(places), max_size=6, unique=True))) if places else []
    wanted = [(first, next(at for at in reversed(places) if at < past) + 1) for first, past in pairwise(cuts)]
    named = [
        (run, f"v{number}-{part}") for number, span in enumerate(wanted) for part, run in enumerate(runs(page, *span))
    ]
    for run, name in reversed(named):
        wrap(run, name)
    assert text_of(body) == before
    assert [element.tag for element in body.iter() if element.get("id") is None] == shape
    for number, (first, past) in enumerate(wanted):
        spans = [element for element in body.iter() if (element.get("id") or "").startswith(f"v{number}-")]
        held = "".join(text_of(span) for span in spans)
        if not list(body.iter("{*}ul")):
            assert re.sub(r"\s", "", held) == re.sub(r"\s", "", page.text[first:past])
        assert all(not list(span.iter("{*}p", "{*}div", "{*}blockquote")) for span in spans)
    order = [element.get("id") for element in body.iter() if element.get("id")]
    assert order == [name for _, name in named]


def test_a_sentence_that_ends_inside_emphasis_becomes_two_spans() -> None:
    body = parse("<p>He said <i>no. But</i> then <b>he</b> went.</p>")
    page = read_page(body)
    middle = page.text.index("But")
    found_runs = [*runs(page, page.text.index("He"), middle - 1), *runs(page, middle, page.text.index("went.") + 5)]
    for number, run in reversed(list(enumerate(found_runs))):
        wrap(run, f"s{number}")
    assert etree.tostring(body).decode() == (
        '<body xmlns="http://www.w3.org/1999/xhtml"><p><span id="s0">He said </span><i><span id="s1">no.</span> '
        '<span id="s2">But</span></i> <span id="s3">then <b>he</b> went.</span></p></body>'
    ).replace("He said </span>", "He said</span> ")


def test_what_is_not_read_is_blank() -> None:
    body = parse("<p>One<a role='doc-noteref'>12</a> <ruby>two<rt>2</rt></ruby><svg><text>3</text></svg> three</p>")
    assert read_page(body).text.split() == ["One", "two", "three"]
