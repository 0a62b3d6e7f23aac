"""Mark up a book: which stretch of each paragraph is whose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from audiobook.adapt.cast import Figure, cluster
from audiobook.adapt.decode import decode
from audiobook.adapt.gender import settle_sexes
from audiobook.adapt.flow import Flow, flow_of
from audiobook.adapt.marked import MarkedBook, MarkedChapter, Person, Piece, SceneSpan
from audiobook.adapt.mentions import find_mentions
from audiobook.adapt.narrator import first_person_chapters, name_narrator
from audiobook.adapt.names import find_forms, find_runs
from audiobook.adapt.quotes import Quote, find_quotes
from audiobook.adapt.style import vote
from audiobook.adapt.tags import find_tags
from audiobook.adapt.turns import cut_turns
from audiobook.adapt.who import Evidence, Roster
from audiobook.book import Book, Chapter
from audiobook.script import NARRATOR, UNKNOWN, LineKind
from audiobook.settings import AdaptSettings

__all__ = ["mark"]


def mark(book: Book, settings: AdaptSettings) -> MarkedBook:
    """Find speech and who speaks it."""
    flow = flow_of(book)
    style = vote(flow.text, settings.quotes)
    quotes = find_quotes(flow, style)
    quoted = bytearray(len(flow.text) + 1)
    for quote in quotes:
        quoted[quote.start : quote.end] = b"\1" * (quote.end - quote.start)
    runs = find_runs(flow)
    cast = cluster(find_forms(flow, runs, quoted))
    mentions = find_mentions(flow, cast, runs, quoted)
    settle_sexes(flow, cast, mentions, quoted)
    mentions = find_mentions(flow, cast, runs, quoted)
    tags = find_tags(flow, quotes, mentions)
    turns = cut_turns(flow, quotes, tags)
    roster = Roster(list(cast.figures), first_person=first_person_chapters(flow, quoted))
    if roster.first_person:
        roster.narrator = name_narrator(flow, roster.first_person, quotes, turns, mentions, cast.figures, quoted)
        if roster.narrator < 0:
            roster.narrator = len(roster.figures)
            roster.figures.append(Figure(forms=Counter({("narrator",): 1}), shown={("narrator",): "Narrator"}))
    evidence = Evidence(flow, quotes, turns, mentions, roster, quoted)
    ranked = evidence.candidates()
    chances = decode(ranked)
    guesses = [list(zip(c.ids, p, strict=True)) for c, p in zip(ranked, chances, strict=True)]
    ranked = evidence.candidates(guesses)
    chances = decode(ranked)
    labels: dict[int, tuple[str, LineKind, float, str, tuple[int, int] | None]] = {}
    names = _names(roster)
    for turn, options, chance in zip(turns, ranked, chances, strict=True):
        order = sorted(range(len(chance)), key=lambda i: (-chance[i], i))
        best = order[0]
        speaker = names[options.ids[best]] if options.ids[best] >= 0 else UNKNOWN
        doubt = ""
        if chance[best] < settings.check_below:
            doubt = ", ".join(f"{names.get(options.ids[i], UNKNOWN)} {chance[i]:.2f}" for i in order[:3])
        for q in turn.quotes:
            tag = tags[q][0] if tags[q] else (turn.tags[0] if turn.tags else None)
            near = None if tag is None else (tag.start - flow.starts[turn.first], tag.end - flow.starts[turn.first])
            labels[q] = (speaker, "speech", chance[best], doubt, near)
    return _assemble(book, flow, quotes, labels, roster, names)


def _names(roster: Roster) -> dict[int, str]:
    """Give every figure a name of its own."""
    names: dict[int, str] = {}
    taken: set[str] = set()
    for i in sorted(range(len(roster.figures)), key=lambda i: (-roster.figures[i].weight, i)):
        name, number = roster.figures[i].name, 2
        while name in taken:
            name, number = f"{roster.figures[i].name} {number}", number + 1
        taken.add(name)
        names[i] = name
    return names


def _assemble(
    book: Book,
    flow: Flow,
    quotes: Sequence[Quote],
    labels: dict[int, tuple[str, LineKind, float, str, tuple[int, int] | None]],
    roster: Roster,
    names: dict[int, str],
) -> MarkedBook:
    spoken: dict[int, list[int]] = {}
    for i, quote in enumerate(quotes):
        spoken.setdefault(quote.paragraph, []).append(i)
    chapters: list[MarkedChapter] = []
    at = 0
    for chapter in book.chapters:
        pieces: list[Piece] = []
        for p, paragraph in enumerate(chapter.paragraphs):
            base = flow.starts[at]
            where = 0
            for i in spoken.get(at, ()):
                quote = quotes[i]
                start, end = quote.start - base, quote.end - base
                if start > where:
                    pieces.append(Piece(p, where, start, NARRATOR, "narration"))
                speaker, kind, confidence, doubt, tag = labels[i]
                pieces.append(Piece(p, start, end, speaker, kind, confidence, doubt, tag))
                where = end
            if where < len(paragraph.text) or not paragraph.text:
                pieces.append(Piece(p, where, len(paragraph.text), NARRATOR, "narration"))
            at += 1
        chapters.append(MarkedChapter(chapter, scenes_of(chapter), tuple(pieces)))
    return MarkedBook(book, _people(chapters, roster, names), tuple(chapters))


def _people(chapters: Sequence[MarkedChapter], roster: Roster, names: dict[int, str]) -> tuple[Person, ...]:
    """List those who speak, most lines first."""
    lines = Counter(piece.speaker for chapter in chapters for piece in chapter.pieces)
    people: dict[str, Person] = {}
    for i, figure in enumerate(roster.figures):
        name = names[i]
        if name in lines and name not in people:
            others = tuple(sorted({text for text in figure.shown.values() if text != name}))
            people[name] = Person(name, others, figure.sex, is_narrator=i == roster.narrator)
    return tuple(sorted(people.values(), key=lambda person: (-lines[person.name], person.name)))


def scenes_of(chapter: Chapter) -> tuple[SceneSpan, ...]:
    """Cut a chapter at breaks and headings; a heading titles the scene it begins."""
    scenes: list[SceneSpan] = []
    first, title = 0, ""
    for p, paragraph in enumerate(chapter.paragraphs):
        if paragraph.kind not in {"break", "heading"}:
            continue
        if p > first or title:
            scenes.append(SceneSpan(first, p, title))
        title = paragraph.text if paragraph.kind == "heading" else ""
        first = p + 1
    if first < len(chapter.paragraphs) or title or not scenes:
        scenes.append(SceneSpan(first, len(chapter.paragraphs), title))
    return tuple(scenes)
