"""Mark up a book: which stretch of each paragraph is whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audiobook.adapt.cast import Figure, cluster
from audiobook.adapt.decode import Candidates, decode
from audiobook.adapt.flow import Flow, flow_of
from audiobook.adapt.foreign import find_lines
from audiobook.adapt.gender import hear_sexes, settle_sexes
from audiobook.adapt.marked import MarkedBook, MarkedChapter, Person, Piece, SceneSpan
from audiobook.adapt.mentions import find_mentions, with_sexes
from audiobook.adapt.names import find_forms, find_runs
from audiobook.adapt.narrator import first_person_chapters, name_narrator
from audiobook.adapt.plays import find_speeches, part_sex
from audiobook.adapt.quotes import Quote, find_quotes
from audiobook.adapt.roster import Roster
from audiobook.adapt.speech import find_thoughts, only_speech
from audiobook.adapt.style import Style, vote
from audiobook.adapt.tags import Tag, find_tags
from audiobook.adapt.tongues import Tongue, tongue_of
from audiobook.adapt.turns import Turn, cut_turns
from audiobook.adapt.who import Evidence
from audiobook.book import Book, Chapter, Paragraph
from audiobook.script import NARRATOR, UNKNOWN
from audiobook.settings import AdaptSettings

__all__ = ["decide", "mark", "read_evidence"]


def mark(book: Book, settings: AdaptSettings) -> MarkedBook:
    """Find speech and thought, and whose they are.

    Args:
        book: The text.
        settings: ``quotes`` fixes the convention of speech; pieces surer than ``check_below`` get no doubt.

    Returns:
        Pieces that cover every paragraph, and the people who speak, most lines first.
    """
    flow = flow_of(book)
    style = vote(flow.text, settings.quotes)
    if style.name == "play":
        return _mark_play(book, flow)
    tongue = tongue_of(book.metadata.language, flow.text) if settings.quotes == "auto" else None
    if tongue is not None:
        return _mark_foreign(book, flow, tongue, settings)
    quotes, silent = _speech(book, flow, style)
    evidence, tags = _read(flow, quotes)
    ranked, chances = decide(evidence)
    likeliest = (options.ids[chance.index(max(chance))] for options, chance in zip(ranked, chances, strict=True))
    hear_sexes(evidence.roster.figures, zip(likeliest, evidence.turns, strict=True))
    names = _names(evidence.roster)
    labels: dict[int, _Spoken] = {}
    for turn, options, chance in zip(evidence.turns, ranked, chances, strict=True):
        speaker, confidence, doubt = _verdict(options, chance, turn, names)
        for q in turn.quotes:
            quote = quotes[q]
            tag = _nearest_tag(tags[q], turn, quote)
            thought = quote.start in silent or (tag is not None and tag.thought)
            base = flow.starts[quote.paragraph]
            piece = Piece(
                flow.places[quote.paragraph][1],
                quote.start - base,
                quote.end - base,
                speaker,
                "thought" if thought else "speech",
                round(confidence, 3),
                doubt if confidence < settings.check_below else "",
                None if tag is None else (tag.start - base, tag.end - base),
            )
            labels[q] = _Spoken(quote.paragraph, piece)
    chapters = _chapters(book, [labels[q] for q in range(len(quotes))])
    return _assemble(book, chapters, evidence.roster, names)


def read_evidence(book: Book, settings: AdaptSettings) -> Evidence:
    """Gather what a book says of who speaks, undecided: what the weights of the evidence are fitted on."""
    flow = flow_of(book)
    quotes, _ = _speech(book, flow, vote(flow.text, settings.quotes))
    return _read(flow, quotes)[0]


def _speech(book: Book, flow: Flow, style: Style) -> tuple[tuple[Quote, ...], frozenset[int]]:
    """Find all that is said or thought, and where the thoughts without quotation marks begin."""
    quotes = only_speech(flow, find_quotes(flow, style))
    thoughts = find_thoughts(flow, book, _inside(flow, quotes))
    every = tuple(sorted((*quotes, *thoughts), key=lambda quote: quote.start))
    return every, frozenset(thought.start for thought in thoughts)


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A labelled stretch with its paragraph in the flow."""

    paragraph: int
    piece: Piece


def _inside(flow: Flow, quotes: Sequence[Quote]) -> bytearray:
    """Mark the characters inside quotations with 1."""
    quoted = bytearray(len(flow.text) + 1)
    for quote in quotes:
        quoted[quote.start : quote.end] = b"\1" * (quote.end - quote.start)
    return quoted


def _read(flow: Flow, quotes: Sequence[Quote]) -> tuple[Evidence, list[list[Tag]]]:
    """Find the people and what the text says of who speaks."""
    quoted = _inside(flow, quotes)
    runs = find_runs(flow)
    cast = cluster(find_forms(flow, runs, quoted))
    mentions = find_mentions(flow, cast, runs, quoted)
    settle_sexes(flow, cast, mentions, quoted)
    mentions = with_sexes(mentions, cast)
    tags = find_tags(flow, quotes, mentions)
    turns = cut_turns(quotes, tags)
    roster = Roster(list(cast.figures), first_person=first_person_chapters(flow, quoted))
    if roster.first_person:
        roster.narrator = name_narrator(flow, roster.first_person, quotes, turns, mentions, cast.figures, quoted)
        if roster.narrator < 0:
            roster.narrator = len(roster.figures)
            roster.figures.append(Figure(forms=Counter({("narrator",): 1}), shown={("narrator",): "Narrator"}))
    return Evidence(flow, quotes, turns, mentions, roster, quoted), tags


def decide(evidence: Evidence) -> tuple[list[Candidates], list[tuple[float, ...]]]:
    """Decode three times: what one pass finds tells the next who takes part in each conversation."""
    ranked = evidence.candidates()
    chances = decode(ranked)
    for _ in range(_PASSES - 1):
        guesses = [list(zip(c.ids, p, strict=True)) for c, p in zip(ranked, chances, strict=True)]
        ranked = evidence.candidates(guesses)
        chances = decode(ranked)
    return ranked, chances


_PASSES = 3


def _verdict(options: Candidates, chance: Sequence[float], turn: Turn, names: dict[int, str]) -> tuple[str, float, str]:
    """Choose the likeliest speaker; word the runners-up and what the choice rests on."""
    order = sorted(range(len(chance)), key=lambda i: (-chance[i], i))
    shown = [f"{names.get(options.ids[i], UNKNOWN)} {chance[i]:.2f}" for i in order[:3] if chance[i] >= 0.05]
    doubt = f"{', '.join(shown)} ({_reason(turn, options)})"
    sure = chance[order[0]] if options.told == "name" else chance[order[0]] ** _CAUTION
    speaker = names.get(options.ids[order[0]], UNKNOWN)
    return speaker, sure if speaker != UNKNOWN else 0.0, doubt


_CAUTION = 1.2
"""Power that turns a chance into a confidence: without a name beside the speech, the chances of labelled
novels came true a little less often than they said (0.73 of those near 0.85, 0.45 of those near 0.55)."""


def _reason(turn: Turn, options: Candidates) -> str:
    """Say in a few words what the choice of a speaker rests on."""
    if options.told == "name":
        return "name beside it"
    if options.told in {"noun", "pronoun"}:
        return f"said by: {turn.tags[0].mention.text}"
    if turn.tags:
        return "who acts beside it"
    return "alternation" if options.gap == 0 else "who is about"


def _nearest_tag(own: Sequence[Tag], turn: Turn, quote: Quote) -> Tag | None:
    """Take the strongest tag of the quotation's own paragraph that tells how it is said."""
    for tag in (*own, *turn.tags):
        if tag.paragraph == quote.paragraph:
            return tag
    return None


def _names(roster: Roster) -> dict[int, str]:
    """Give every figure a name of its own, the most mentioned first."""
    names: dict[int, str] = {}
    taken: set[str] = {NARRATOR, UNKNOWN}
    for i in sorted(range(len(roster.figures)), key=lambda i: (-roster.figures[i].weight, i)):
        name, number = roster.figures[i].name, 2
        while name in taken:
            name, number = f"{roster.figures[i].name} {number}", number + 1
        taken.add(name)
        names[i] = name
    return names


def _assemble(book: Book, chapters: tuple[MarkedChapter, ...], roster: Roster, names: dict[int, str]) -> MarkedBook:
    """List those who speak, most lines first."""
    lines = Counter(piece.speaker for chapter in chapters for piece in chapter.pieces)
    people: list[Person] = []
    for i, figure in enumerate(roster.figures):
        if names[i] in lines:
            others = tuple(sorted({text for text in figure.shown.values() if text != names[i]}))
            people.append(Person(names[i], others, figure.sex, is_narrator=i == roster.narrator))
    people.sort(key=lambda person: (-lines[person.name], person.name))
    return MarkedBook(book, tuple(people), chapters)


def _chapters(book: Book, spoken: Sequence[_Spoken]) -> tuple[MarkedChapter, ...]:
    """Fill what nobody says with narration, so that pieces cover every paragraph."""
    by_paragraph: dict[int, list[Piece]] = {}
    for one in spoken:
        by_paragraph.setdefault(one.paragraph, []).append(one.piece)
    chapters: list[MarkedChapter] = []
    at = 0
    for chapter in book.chapters:
        pieces: list[Piece] = []
        for p, paragraph in enumerate(chapter.paragraphs):
            where = 0
            for piece in by_paragraph.get(at, ()):
                if piece.start > where:
                    pieces.append(Piece(p, where, piece.start, NARRATOR, "narration"))
                pieces.append(replace(piece, paragraph=p))
                where = piece.end
            if where < len(paragraph.text) or not paragraph.text:
                pieces.append(Piece(p, where, len(paragraph.text), NARRATOR, "narration"))
            at += 1
        chapters.append(MarkedChapter(chapter, scenes_of(chapter), tuple(pieces)))
    return tuple(chapters)


def _mark_play(book: Book, flow: Flow) -> MarkedBook:
    """Mark up a play: its parts speak, the narrator reads names and stage directions."""
    speeches = find_speeches(flow)
    spoken = [
        _Spoken(
            speech.paragraph,
            Piece(
                0,
                speech.start - flow.starts[speech.paragraph],
                speech.end - flow.starts[speech.paragraph],
                speech.name,
                "speech",
                0.98,
                tag=_within(flow, speech.paragraph, speech.direction),
            ),
        )
        for speech in speeches
    ]
    lines = Counter(speech.name for speech in speeches)
    people = tuple(Person(name, sex=part_sex(name)) for name in sorted(lines, key=lambda name: (-lines[name], name)))
    return MarkedBook(book, people, _chapters(book, spoken))


def _mark_foreign(book: Book, flow: Flow, tongue: Tongue, settings: AdaptSettings) -> MarkedBook:
    """Mark up a book in another language by what stands beside its speech."""
    lines, people = find_lines(flow, tongue)
    spoken = [
        _Spoken(
            line.told.paragraph,
            Piece(
                0,
                line.told.start - flow.starts[line.told.paragraph],
                line.told.end - flow.starts[line.told.paragraph],
                line.speaker,
                "speech",
                line.confidence,
                line.doubt if line.confidence < settings.check_below else "",
                _within(flow, line.told.paragraph, line.tag),
            ),
        )
        for line in lines
    ]
    return MarkedBook(book, people, _chapters(book, spoken))


def _within(flow: Flow, paragraph: int, span: tuple[int, int] | None) -> tuple[int, int] | None:
    """Count a span of the flow from the start of its paragraph."""
    base = flow.starts[paragraph]
    return None if span is None else (span[0] - base, span[1] - base)


def scenes_of(chapter: Chapter) -> tuple[SceneSpan, ...]:
    """Cut a chapter at breaks and headings; a heading titles the scene it begins."""
    scenes: list[SceneSpan] = []
    first, title = 0, Paragraph("")
    for p, paragraph in enumerate(chapter.paragraphs):
        if paragraph.kind not in {"break", "heading"}:
            continue
        if p > first or title.text:
            scenes.append(SceneSpan(first, p, title.text, title.markup))
        title = paragraph if paragraph.kind == "heading" else Paragraph("")
        first = p + 1
    if first < len(chapter.paragraphs) or title.text or not scenes:
        scenes.append(SceneSpan(first, len(chapter.paragraphs), title.text, title.markup))
    return tuple(scenes)
