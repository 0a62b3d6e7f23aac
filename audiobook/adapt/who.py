"""Evidence for each turn: who is named, who is near, who is addressed."""

from __future__ import annotations

import bisect
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from audiobook.adapt.cast import Figure
from audiobook.adapt.decode import Candidates
from audiobook.adapt.flow import Flow
from audiobook.adapt.focus import focus_at
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.kin import GENERIC, KIN, Kin, head_noun, links
from audiobook.adapt.marked import Sex
from audiobook.adapt.mentions import Mention
from audiobook.adapt.quotes import Quote
from audiobook.adapt.tags import Tag, first_subject
from audiobook.adapt.turns import Turn

__all__ = ["Evidence", "Roster"]

_WIDTH = 10
"""Candidates of a turn that are decoded."""
_REACH_BACK, _REACH_ON = 40, 20
"""Turns around a turn whose people count as its company."""
_TOLD = 0.7
"""Strength from which a tag counts as telling who speaks."""
_LATELY, _SOON = 4000, 1500
"""Characters back and ahead in which the narration's names count."""
_CALL_BEFORE = frozenset({",", "", '"', "“", "‘", "'", "-", "—", "!", "?", ".", "«", "„"})
_CALL_AFTER = re.compile(r"\s*[,.!?;:—–\"”'’»-]")
_HONOUR = re.compile(
    r"(?:my dear|dear|dearest|my good|oh|o|ah|no|yes|well|but|and|good|poor|old|my|come|now|you|hush|nay|why)\s*,?\s*$",
    re.IGNORECASE,
)
_I_AM = re.compile(r"\b(?:I am|I'm|name is|it is|it's|this is|call me)\s*$", re.IGNORECASE)
_TO = re.compile(r"\b(?:to|at|upon|on|towards?|with|addressed|addressing|asked|told|answered|begged|interrupted)\s+$")
_SENTENCE_END = re.compile(r"[.!?][\"”'’)]*\s+(?=[A-Z\"“‘'—])")
_TO_MEN = frozenset(
    "sir papa father uncle daddy dad grandfather captain colonel major sergeant monsieur sire governor grandpa".split()
)
_TO_WOMEN = frozenset(
    "madam ma'am mamma mama mother aunt auntie madame mum mummy grandmother granny miss nurse grandma".split()
)
_ADDRESS = re.compile(
    rf"(?:[,.!?;\"“‘'—–-]\s*|\b(?:my dear|dear|no|yes|oh|well|good|my good|dearest)\s+)({'|'.join(sorted(_TO_MEN | _TO_WOMEN | {'doctor', 'professor', 'inspector'}))})(?=\s?[,.!?;\"”’'—–-])",
    re.IGNORECASE,
)
_LEADS_IN = re.compile(
    r"(?::[-—–]*|—|--|\b(?:thus|follows|said|began|spoke|replied|answered|cried|asked|exclaimed|added|continued)[.,]?)\s*$"
)


@dataclass(slots=True)
class Roster:
    """Everybody who may speak; figures with a noun for a name join while turns are read."""

    figures: list[Figure]
    narrator: int = -1
    """Index of the first-person narrator, -1 when there is none."""
    first_person: frozenset[int] = frozenset()
    """Chapters that the narrator tells."""
    roles: dict[str, int] = field(default_factory=dict)
    """Noun phrase -> index; one figure for the whole book, as a voice that returns."""

    def role(self, mention: Mention) -> int:
        """Find or add somebody known by a noun only."""
        words = mention.text.split()
        words[0] = words[0].lower()
        if words[0] in {"a", "an", "this", "that", "another", "one"}:
            words[0] = "the"
        key = " ".join(words)
        if key not in self.roles:
            figure = Figure("", "", mention.sex, role=True)
            figure.forms[tuple(words)] += 1
            figure.shown[tuple(words)] = " ".join(words)
            self.roles[key] = len(self.figures)
            self.figures.append(figure)
        return self.roles[key]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one turn offers, whoever speaks it."""

    called: tuple[int, ...]
    """Figures addressed by name in it."""
    named: tuple[int, ...]
    """Other figures named in it."""
    around: tuple[int, ...]
    """Figures that the narration between the turn before and this one names, in order."""
    leads: int
    """The subject of narration that leads into it, such as a colon; -1 for none."""
    own: tuple[int, ...]
    """Figures that the narration of its own paragraphs names."""
    follows: int
    """The first figure that the narration behind it names; -1 for none."""
    listener: int
    """Whom its tag says it is spoken to; -1 for none."""
    subject: int
    """The subject of the last sentence of narration before it; -1 for none."""
    addressed: Sex
    """The sex of whoever it calls sir or madam."""
    titles: tuple[str, ...]
    """Bare titles it calls somebody by: doctor, father."""


class Evidence:
    """Reads turns once and weighs their candidates as often as wanted."""

    def __init__(
        self,
        flow: Flow,
        quotes: Sequence[Quote],
        turns: Sequence[Turn],
        mentions: Sequence[Mention],
        roster: Roster,
        quoted: bytearray,
    ) -> None:
        self.flow, self.quotes, self.turns, self.mentions = flow, quotes, turns, mentions
        self.roster, self.quoted = roster, quoted
        self.starts = [mention.start for mention in mentions]
        self.links = links(flow, mentions)
        self.kin = Kin(roster.figures)
        self.scenes = [self._scene(n) for n in range(len(turns))]
        self.places: defaultdict[int, list[int]] = defaultdict(list)
        for mention in mentions:
            if mention.kind == "name" and not quoted[mention.start]:
                self.places[mention.figure].append(mention.start)
        told = frozenset(tag.mention.start for turn in turns for tag in turn.tags if tag.mention.kind == "pronoun")
        self.focus = focus_at(flow, mentions, roster.figures, quoted, told)
        self.fame: Counter[int] = Counter()
        self.nouns = Counter(
            " ".join(turn.tags[0].mention.text.lower().split()[1:])
            for turn in turns
            if turn.tags and turn.tags[0].mention.kind == "role" and turn.tags[0].strength >= _TOLD
        )
        for turn in turns:
            for tag in turn.tags[:1]:
                index = self._who(tag.mention, flow.places[turn.first][0])
                if index >= 0 and tag.strength >= _TOLD:
                    self.fame[index] += 1

    def _between(self, start: int, end: int) -> Sequence[Mention]:
        return self.mentions[bisect.bisect_left(self.starts, start) : bisect.bisect_left(self.starts, end)]

    def _who(self, mention: Mention, chapter: int) -> int:
        """Find who is meant by a name or the narrator's I; -1 for anything else."""
        if mention.kind == "name":
            return mention.figure
        if mention.text == "i" and chapter in self.roster.first_person:
            return self.roster.narrator
        return -1

    def _scene(self, n: int) -> _Scene:
        turn, flow, plain = self.turns[n], self.flow, self.flow.plain
        chapter = flow.places[turn.first][0]
        called: list[int] = []
        named: list[int] = []
        for i in turn.quotes:
            for mention in self._between(self.quotes[i].start, self.quotes[i].end):
                if mention.kind != "name" or mention.possessive:
                    continue
                lead = plain[max(self.quotes[i].start, mention.start - 16) : mention.start]
                if _I_AM.search(lead):
                    continue
                addressed = (lead.strip()[-1:] in _CALL_BEFORE or _HONOUR.search(lead)) and _CALL_AFTER.match(
                    plain, mention.end
                )
                (called if addressed else named).append(mention.figure)
        begin = flow.starts[turn.first]
        if n and flow.places[self.turns[n - 1].first][0] == chapter:
            begin = min(begin, flow.ends[self.turns[n - 1].last])
        begin = max(begin, flow.starts[max(0, turn.first - 3)])
        around = [m for m in self._between(begin, flow.starts[turn.first]) if self._told(m, chapter)]
        leads = -1
        if (
            around
            and turn.first
            and begin < flow.starts[turn.first]
            and _LEADS_IN.search(plain, max(begin, flow.ends[turn.first - 1] - 40), flow.ends[turn.first - 1])
        ):
            sentence = max(plain.rfind(". ", begin, flow.ends[turn.first - 1] - 2), flow.starts[turn.first - 1])
            inside = [m for m in around if m.start >= sentence]
            leads = self._who(inside[0], chapter) if inside else -1
        own = [m for m in self._between(flow.starts[turn.first], flow.ends[turn.last]) if self._told(m, chapter)]
        end = flow.ends[turn.last]
        stop = flow.starts[self.turns[n + 1].first] if n + 1 < len(self.turns) else end
        stop = min(stop, flow.ends[min(turn.last + 1, len(flow.ends) - 1)])
        follows = [m for m in self._between(end, stop) if self._told(m, chapter)][:1] if stop > end else []
        return _Scene(
            tuple(called),
            tuple(named),
            tuple(self._who(m, chapter) for m in around),
            leads,
            tuple(self._who(m, chapter) for m in own),
            self._who(follows[0], chapter) if follows else -1,
            self._listener(turn),
            self._last_subject(begin, flow.starts[turn.first], chapter),
            *self._manners(turn),
        )

    def _last_subject(self, begin: int, end: int, chapter: int) -> int:
        """Find the subject of the last sentence between two turns."""
        inside = [m for m in self._between(begin, end) if not self.quoted[m.start] and not m.possessive]
        if not inside:
            return -1
        stops = [m.end() for m in _SENTENCE_END.finditer(self.flow.plain, begin, end)]
        for left in reversed([begin, *stops]):
            sentence = [m for m in inside if m.start >= left]
            subject = first_subject(self.flow.plain, sentence, left)
            if subject is not None:
                return self._who(subject, chapter)
        return -1

    def _manners(self, turn: Turn) -> tuple[Sex, tuple[str, ...]]:
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
                if word not in {"sir", "madam", "ma'am"}:
                    titles.append(word)
        return addressed, tuple(titles)

    def _told(self, mention: Mention, chapter: int) -> bool:
        return not mention.possessive and not self.quoted[mention.start] and self._who(mention, chapter) >= 0

    def _listener(self, turn: Turn) -> int:
        """Find "to X" inside or right behind the tag."""
        for tag in turn.tags[:1]:
            if not tag.verb:
                continue
            for mention in self._between(tag.start, tag.end + 40):
                if (
                    mention.kind == "name"
                    and not self.quoted[mention.start]
                    and mention is not tag.mention
                    and _TO.search(self.flow.plain, max(tag.start, mention.start - 14), mention.start)
                ):
                    return mention.figure
        return -1

    def company(self, guesses: Sequence[Sequence[tuple[int, float]]] | None) -> list[dict[int, float]]:
        """Weigh, for each turn, who is about: those who speak, are addressed or are named near it."""
        shows: list[list[tuple[int, float]]] = []
        for n, (turn, scene) in enumerate(zip(self.turns, self.scenes, strict=True)):
            chapter = self.flow.places[turn.first][0]
            here: list[tuple[int, float]] = []
            if guesses is not None:
                here += [(figure, chance) for figure, chance in guesses[n] if chance > 0.05]
            else:
                for tag in turn.tags[:1]:
                    index = self._who(tag.mention, chapter)
                    if index >= 0 and tag.strength >= 0.7:
                        here.append((index, 1.0))
            here += [(figure, 0.7) for figure in scene.called]
            here += [(figure, 0.35) for figure in (*scene.around, *scene.own)]
            if scene.listener >= 0:
                here.append((scene.listener, 0.8))
            shows.append(here)
        result: list[dict[int, float]] = []
        for n, turn in enumerate(self.turns):
            chapter = self.flow.places[turn.first][0]
            weights: defaultdict[int, float] = defaultdict(float)
            if chapter in self.roster.first_person:
                weights[self.roster.narrator] = 1.0
            for m in range(max(0, n - _REACH_BACK), min(len(self.turns), n + _REACH_ON)):
                if self.flow.places[self.turns[m].first][0] != chapter:
                    continue
                if m == n and guesses is not None:
                    continue
                fade = 0.9 ** (n - m) if m <= n else 0.8 ** (m - n)
                for figure, weight in shows[m]:
                    weights[figure] += fade * weight
            result.append(dict(weights))
        return result

    def candidates(self, guesses: Sequence[Sequence[tuple[int, float]]] | None = None) -> list[Candidates]:
        """Score the candidates of every turn; ``guesses`` are the outcome of a pass before."""
        company = self.company(guesses)
        weights = lexicon().weights
        result: list[Candidates] = []
        for n, turn in enumerate(self.turns):
            chapter = self.flow.places[turn.first][0]
            features = self.features(n, company[n])
            scores = {
                figure: sum(weights[name] * value for name, value in found.items())
                for figure, found in features.items()
            }
            ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:_WIDTH] or [(-1, 0.0)]
            gap = 99
            if n and self.flow.places[self.turns[n - 1].first][0] == chapter:
                last = self.turns[n - 1].last
                if not any(p in self.flow.breaks for p in range(last + 1, turn.first + 1)):
                    gap = max(turn.first - last - 1, 0)
            told = told_class(turn)
            result.append(Candidates(tuple(i for i, _ in ranked), tuple(s for _, s in ranked), gap, told))
        return result

    def features(self, n: int, company: dict[int, float]) -> dict[int, dict[str, float]]:
        """Name what speaks for and against each candidate of a turn."""
        turn, scene = self.turns[n], self.scenes[n]
        found: dict[int, dict[str, float]] = {i: {"cast": math.log(0.05 + weight)} for i, weight in company.items()}

        def add(figure: int, name: str, value: float = 1.0) -> None:
            if figure >= 0:
                found.setdefault(figure, {"cast": math.log(0.05)})[name] = value

        for figure in scene.called:
            add(figure, "own_call")
        for figure in scene.named:
            add(figure, "own_name")
        if scene.listener >= 0:
            add(scene.listener, "listens")
        for m, name in ((n - 1, "called_before"), (n + 1, "called_after")):
            if 0 <= m < len(self.turns) and abs(self.turns[m].first - turn.first) <= 3:
                for figure in self.scenes[m].called:
                    add(figure, name)
                if self.scenes[m].listener >= 0:
                    add(self.scenes[m].listener, "told_to")
        add(scene.leads, "near_leads")
        if scene.around:
            add(scene.around[-1], "near_last")
            if len(set(scene.around)) == 1:
                add(scene.around[0], "near_sole")
        add(scene.follows, "next_first")
        for figure in dict.fromkeys(scene.own):
            add(figure, "own_named")
        add(scene.subject, "near_subject")
        if self.flow.places[turn.first][0] in self.roster.first_person:
            add(self.roster.narrator, "narrator")
        self._standing(turn, found)
        self._addressed(n, found)
        self._tagged(n, found, add)
        return found

    def _standing(self, turn: Turn, found: dict[int, dict[str, float]]) -> None:
        """Weigh how much each candidate speaks in the book and how often the narration named them lately."""
        begin, end = self.flow.starts[turn.first], self.flow.ends[turn.last]
        for figure, features in found.items():
            features["fame"] = math.log1p(self.fame[figure])
            at = self.places.get(figure)
            if at:
                here = bisect.bisect_left(at, begin)
                features["lately"] = math.log1p(here - bisect.bisect_left(at, begin - _LATELY))
                features["soon"] = math.log1p(bisect.bisect_left(at, end + _SOON) - bisect.bisect_left(at, end))

    def _addressed(self, n: int, found: dict[int, dict[str, float]]) -> None:
        """Weigh sir, madam and titles in the turns beside this one against each candidate."""
        for m in (n - 1, n + 1):
            if not (0 <= m < len(self.turns) and abs(self.turns[m].first - self.turns[n].first) <= 1):
                continue
            scene = self.scenes[m]
            for figure, features in found.items():
                sex = self.roster.figures[figure].sex
                if scene.addressed != "unknown" and sex not in {"unknown", scene.addressed}:
                    features["sex_called"] = features.get("sex_called", 0.0) + 1.0
                if scene.titles and any(
                    set(scene.titles) & set(form[:-1]) for form in self.roster.figures[figure].forms
                ):
                    features["title_called"] = 1.0

    def _tagged(self, n: int, found: dict[int, dict[str, float]], add) -> None:
        """Weigh the tags: a name nearly settles it, a pronoun or a noun bounds it."""
        turn = self.turns[n]
        chapter = self.flow.places[turn.first][0]
        settled = False
        for tag in turn.tags:
            index = self._who(tag.mention, chapter)
            if index >= 0:
                if settled and tag.strength < 0.85:
                    continue
                found.setdefault(index, {"cast": math.log(0.05)})
                name = tag_class(tag)
                found[index][name] = found[index].get(name, 0.0) + 1.0
                settled = True
            elif tag.mention.text in {"he", "she"} and not settled:
                self._bound(tag.mention, tag.strength, found)
                self._antecedents(tag, turn, found, add)
                for figure, share in self.focus.get(tag.mention.start, {}).items():
                    add(figure, "focus", share * tag.strength)
                subject = self.scenes[n].subject
                if subject >= 0 and self.roster.figures[subject].sex in {"unknown", tag.mention.sex}:
                    add(subject, "pronoun_subject", tag.strength)
                settled = True
            elif tag.mention.kind == "role" and not settled:
                self._role(tag, found, add)
                settled = True

    def _bound(self, mention: Mention, strength: float, found: dict[int, dict[str, float]]) -> None:
        for figure, features in found.items():
            sex = self.roster.figures[figure].sex
            if sex == "unknown":
                features["no_sex"] = strength
            elif mention.sex not in {"unknown", sex}:
                features["other_sex"] = strength

    def _antecedents(self, tag: Tag, turn: Turn, found: dict[int, dict[str, float]], add) -> None:
        """Favour people of the pronoun's sex whom the narration named last."""
        pronoun = tag.mention
        at = bisect.bisect_left(self.starts, pronoun.start)
        seen: list[int] = []
        chapter = self.flow.places[turn.first][0]
        for mention in reversed(self.mentions[max(0, at - 30) : at]):
            if pronoun.start - mention.start > 1500 or len(seen) > 1:
                break
            if self.quoted[mention.start] or mention.kind != "name":
                continue
            figure = self._who(mention, chapter)
            if figure in seen or figure < 0 or self.roster.figures[figure].sex not in {"unknown", pronoun.sex}:
                continue
            if mention.start >= self.flow.starts[turn.first] and not mention.possessive:
                add(figure, "pronoun_own", tag.strength)
            add(figure, "pronoun_second" if seen else "pronoun_first", tag.strength)
            seen.append(figure)

    def _role(self, tag: Tag, found: dict[int, dict[str, float]], add) -> None:
        """Weigh a noun: somebody tied to it, somebody of the right sex, or somebody new."""
        noun = head_noun(tag.mention)
        self._bound(tag.mention, tag.strength, found)
        tied: Counter[int] = self.links.get(noun, Counter())
        company = list(found)
        for figure in company:
            if tied[figure]:
                add(figure, "role_link", math.log1p(tied[figure]))
            if noun in KIN and any(self.kin.fits(noun, figure, owner) for owner in company if owner != figure):
                add(figure, "role_kin", tag.strength)
            elif noun in KIN and not tied[figure]:
                add(figure, "role_stranger", tag.strength)
        index = self.roster.role(tag.mention)
        if noun in KIN:
            add(index, "role_self_kin", tag.strength)
        elif noun in GENERIC:
            add(index, "role_self_any", tag.strength)
        else:
            add(index, "role_self", tag.strength)
        add(index, "role_often", math.log1p(self.nouns[" ".join(tag.mention.text.lower().split()[1:])]))


def tag_class(tag: Tag) -> str:
    """Name the weight of a tag with a name by how surely its kind names the speaker."""
    if tag.strength >= 0.9:
        return "tag_sure"
    if tag.strength >= 0.85:
        return "tag_good"
    return "tag_fair" if tag.strength >= 0.65 else "tag_beat"


def told_class(turn: Turn) -> str:
    """Tell what kind of tag a turn has; alternation differs between them."""
    for tag in turn.tags:
        if tag.strength >= 0.7 and tag.verb:
            return "name" if tag.mention.kind == "name" or tag.mention.text == "i" else "noun"
    return "none"
