"""What stands in and around a turn, whoever speaks it: names called, people about, who listens."""

from __future__ import annotations

import bisect
import re
from collections.abc import Sequence
from dataclasses import dataclass

from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.marked import Sex
from audiobook.adapt.mentions import Mention
from audiobook.adapt.quotes import Quote
from audiobook.adapt.roster import Roster
from audiobook.adapt.tags import SENTENCE_END, first_subject
from audiobook.adapt.turns import Turn

__all__ = ["Context", "Reader"]

_BACK = 3
"""Paragraphs of narration before a turn that tell who is about."""
_CALL_BEFORE = frozenset({",", "", '"', "“", "‘", "'", "-", "—", "!", "?", ".", "«", "„"})
_CALL_AFTER = re.compile(r"\s*[,.!?;:—–\"”'’»-]")
_HONOUR = re.compile(
    r"(?:my dear|dear|dearest|my good|oh|o|ah|no|yes|well|but|and|good|poor|old|my|come|now|you|hush|nay|why)\s*,?\s*$",
    re.IGNORECASE,
)
_I_AM = re.compile(r"\b(?:I am|I'm|name is|it is|it's|this is|call me)\s*$", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|at|upon|on|towards?|with|addressed|addressing|asked|told|answered|begged|interrupted)\s+$")
_TO_MEN = lexicon().groups["addressing-men"]
_TO_WOMEN = lexicon().groups["addressing-women"]
_PLAIN_FORMS = frozenset({"sir", "madam", "ma'am"})
_TITLES = "|".join(sorted(_TO_MEN | _TO_WOMEN | {"doctor", "professor", "inspector"}))
_ADDRESS = re.compile(
    r"(?:[,.!?;\"“‘'—–-]\s*|\b(?:my dear|dear|no|yes|oh|well|good|my good|dearest)\s+)"
    rf"({_TITLES})(?=\s?[,.!?;\"”’'—–-])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Context:
    """What one turn offers. Figures are indices into the roster, -1 stands for nobody."""

    called: tuple[int, ...]
    """Figures addressed by name in it."""
    named: tuple[int, ...]
    """Other figures named in it."""
    around: tuple[int, ...]
    """Figures that the narration between the turn before and this one names, in order."""
    own: tuple[int, ...]
    """Figures that the narration of its own paragraphs names."""
    follows: int
    """The first figure that the narration behind it names."""
    subject: int
    """The subject of the last sentence of narration before it."""
    pronoun: int
    """Where that subject stands when it is "he" or "she", else -1."""
    tail: tuple[int, ...]
    """Figures that the narration behind its last quotation names, but for the tag."""
    trails: bool
    """A whole sentence of narration stands behind its last quotation."""
    listener: int
    """Whom its tag says it is spoken to."""
    addressed: Sex
    """The sex of whoever it calls sir or madam."""
    titles: tuple[str, ...]
    """Bare titles it calls somebody by: doctor, father."""


@dataclass(slots=True)
class Reader:
    """Reads the contexts of turns."""

    flow: Flow
    quotes: Sequence[Quote]
    mentions: Sequence[Mention]
    starts: Sequence[int]
    """Where the mentions start."""
    roster: Roster
    quoted: bytearray

    def between(self, start: int, end: int) -> Sequence[Mention]:
        """Take the mentions that start in a range."""
        return self.mentions[bisect.bisect_left(self.starts, start) : bisect.bisect_left(self.starts, end)]

    def context(self, turns: Sequence[Turn], n: int) -> Context:
        """Read the context of one turn."""
        turn, flow = turns[n], self.flow
        chapter = flow.places[turn.first][0]
        called, named = self._names_inside(turn)
        here = flow.starts[turn.first]
        begin = min(here, flow.ends[turns[n - 1].last]) if n and flow.places[turns[n - 1].first][0] == chapter else 0
        begin = max(begin, flow.starts[max(0, turn.first - _BACK)])
        end = flow.ends[turn.last]
        stop = flow.starts[turns[n + 1].first] if n + 1 < len(turns) else end
        stop = min(stop, flow.ends[min(turn.last + 1, len(flow.ends) - 1)])
        follows = self._told(end, stop, chapter)[:1]
        addressed, titles = self._forms_of_address(turn)
        subject, pronoun = self._last_subject(begin, here, chapter)
        close = self.quotes[turn.quotes[-1]].end
        tagged = max([close, *(tag.end for tag in turn.tags if close <= tag.end < end)])
        trailing = SENTENCE_END.search(flow.plain, close, end) is not None
        return Context(
            called=called,
            named=named,
            around=self._told(begin, here, chapter),
            own=self._told(here, end, chapter),
            follows=follows[0] if follows else -1,
            subject=subject,
            pronoun=pronoun,
            tail=self._told(tagged, end, chapter),
            trails=trailing,
            listener=self._listener(turn),
            addressed=addressed,
            titles=titles,
        )

    def _told(self, begin: int, end: int, chapter: int) -> tuple[int, ...]:
        """List the figures that the narration of a range names."""
        found: list[int] = []
        for mention in self.between(begin, end):
            if not mention.possessive and not self.quoted[mention.start]:
                figure = self.roster.who(mention, chapter)
                if figure >= 0:
                    found.append(figure)
        return tuple(found)

    def _names_inside(self, turn: Turn) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Part the names inside a turn into those it calls and those it talks of."""
        plain = self.flow.plain
        called: list[int] = []
        named: list[int] = []
        for i in turn.quotes:
            quote = self.quotes[i]
            for mention in self.between(quote.start, quote.end):
                if mention.kind != "name" or mention.possessive:
                    continue
                lead = plain[max(quote.start, mention.start - 16) : mention.start]
                if _I_AM.search(lead):
                    continue
                opens = lead.strip()[-1:] in _CALL_BEFORE or _HONOUR.search(lead)
                calls = opens and _CALL_AFTER.match(plain, mention.end)
                (called if calls else named).append(mention.figure)
        return tuple(called), tuple(named)

    def _last_subject(self, begin: int, end: int, chapter: int) -> tuple[int, int]:
        """Find the subject of the last sentence between two turns, and where it stands when it is a pronoun."""
        inside = [m for m in self.between(begin, end) if not self.quoted[m.start] and not m.possessive]
        if not inside:
            return -1, -1
        stops = [m.end() for m in SENTENCE_END.finditer(self.flow.plain, begin, end)]
        for left in reversed([begin, *stops]):
            subject = first_subject(self.flow.plain, [m for m in inside if m.start >= left], left)
            if subject is not None:
                singular = subject.kind == "pronoun" and subject.sex != "unknown"
                return self.roster.who(subject, chapter), subject.start if singular else -1
        return -1, -1

    def _forms_of_address(self, turn: Turn) -> tuple[Sex, tuple[str, ...]]:
        """Read sir, madam and bare titles with which a turn addresses somebody."""
        addressed: Sex = "unknown"
        titles: list[str] = []
        for i in turn.quotes:
            for match in _ADDRESS.finditer(self.flow.plain, self.quotes[i].start, self.quotes[i].end):
                word = match.group(1).lower()
                if word in _TO_MEN:
                    addressed = "male"
                elif word in _TO_WOMEN:
                    addressed = "female"
                if word not in _PLAIN_FORMS:
                    titles.append(word)
        return addressed, tuple(titles)

    def _listener(self, turn: Turn) -> int:
        """Find "to X" inside or right behind the tag."""
        for tag in turn.tags[:1]:
            if not tag.verb:
                continue
            for mention in self.between(tag.start, tag.end + 40):
                if mention.kind != "name" or self.quoted[mention.start] or mention is tag.mention:
                    continue
                if _TO.search(self.flow.plain, max(tag.start, mention.start - 14), mention.start):
                    return mention.figure
        return -1
