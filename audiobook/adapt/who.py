"""Evidence for each turn: how much speaks for every candidate, as named and weighted features.

The weights are log odds in ``data/weights.txt``: those of cast, focus, names and tags were moved from rough first
values by ``scripts/train_speakers.py``; those of turns, nouns and family (KEPT in that script) were set by hand.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audiobook.adapt.context import Reader
from audiobook.adapt.decode import Candidates
from audiobook.adapt.flow import Flow
from audiobook.adapt.focus import focus_at, owner_sex
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.mentions import Mention
from audiobook.adapt.nouns import NEW, TOLD, Features, Nouns
from audiobook.adapt.quotes import Quote
from audiobook.adapt.roster import Roster
from audiobook.adapt.tags import Tag
from audiobook.adapt.turns import Turn, told_class

__all__ = ["Company", "Evidence", "Features"]

Guesses = Sequence[Sequence[tuple[int, float]]]
"""For each turn, figures and how likely they speak it."""

_WIDTH = 10
"""Candidates of a turn that are decoded."""
_REACH_BACK, _REACH_ON = 40, 20
"""Turns around a turn whose people count as its company."""
_FADE_BACK, _FADE_ON = 0.9, 0.8
"""How the company fades with every turn."""
_NEAR = 0.6
"""How the company at hand fades with every turn, back and on."""
_LATELY, _SOON = 4000, 1500
"""Characters back and ahead in which the narration's names count."""
_SCENE = 99
"""Gap between turns of different scenes."""


@dataclass(frozen=True, slots=True)
class Company:
    """Who is about at a turn, with weights."""

    about: dict[int, float]
    at_hand: dict[int, float]
    """The same within a few turns."""


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
        for turn in turns:
            for tag in turn.tags[:1]:
                if tag.mention.kind == "role" and tag.strength >= TOLD:
                    roster.role(tag.mention)
        reader = Reader(flow, quotes, mentions, self.starts, roster, quoted)
        self.scenes = [reader.context(turns, n) for n in range(len(turns))]
        self.places, self.named = self._places()
        self.openings: dict[int, int] = {}
        for paragraph, (chapter, _) in enumerate(flow.places):
            self.openings.setdefault(chapter, flow.starts[paragraph])
        told = {tag.mention.start for turn in turns for tag in turn.tags if tag.mention.kind != "name"}
        told |= {mention.start for mention in mentions if owner_sex(mention) != "unknown"}
        told |= {scene.pronoun for scene in self.scenes}
        self.focus = focus_at(flow, mentions, roster, quoted, frozenset(told))
        self.nouns = Nouns(flow, turns, mentions, roster, self.focus, self.scenes)
        self.fame: Counter[int] = Counter()
        for n, turn in enumerate(turns):
            for tag in turn.tags[:1]:
                index = self.who(tag.mention, n)
                if index >= 0 and tag.mention.kind != "role" and tag.strength >= TOLD:
                    self.fame[index] += 1

    def _places(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """List where the narration names each figure, and where anybody does."""
        told: defaultdict[int, list[int]] = defaultdict(list)
        named: defaultdict[int, list[int]] = defaultdict(list)
        for mention in self.mentions:
            if mention.kind == "name":
                named[mention.figure].append(mention.start)
                if not self.quoted[mention.start]:
                    told[mention.figure].append(mention.start)
        return dict(told), dict(named)

    def who(self, mention: Mention, n: int) -> int:
        """Find the figure of a mention in turn ``n``; -1 when only its sex or its noun is known."""
        return self.roster.who(mention, self.flow.places[self.turns[n].first][0])

    def candidates(self, guesses: Guesses | None = None) -> list[Candidates]:
        """Score the candidates of every turn; ``guesses`` are the outcome of a pass before."""
        company = self.company(guesses)
        weights = lexicon().weights
        result: list[Candidates] = []
        for n, turn in enumerate(self.turns):
            scores = {
                figure: sum(weights.get(name, 0.0) * value for name, value in found.items())
                for figure, found in self.features(n, company[n]).items()
            }
            ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:_WIDTH] or [(-1, 0.0)]
            ids, values = tuple(i for i, _ in ranked), tuple(s for _, s in ranked)
            result.append(Candidates(ids, values, self._gap(n), told_class(turn), self._step(n)))
        return result

    def _step(self, n: int) -> str:
        """Name what lies between a turn and the one before."""
        gap = self._gap(n)
        return str(min(gap, 2)) if gap or not n or not self.scenes[n - 1].trails else "t"

    def _gap(self, n: int) -> int:
        """Count the paragraphs of narration since the turn before."""
        if not n or self.flow.places[self.turns[n - 1].first][0] != self.flow.places[self.turns[n].first][0]:
            return _SCENE
        last, first = self.turns[n - 1].last, self.turns[n].first
        if any(p in self.flow.breaks for p in range(last + 1, first + 1)):
            return _SCENE
        return max(first - last - 1, 0)

    def company(self, guesses: Guesses | None) -> list[Company]:
        """Weigh, for each turn, who is about: those who speak, are addressed or are named near it."""
        shows = [self._shows(n, guesses) for n in range(len(self.turns))]
        everybody = [(*spoken, *about) for spoken, about in shows]
        chapters = [self.flow.places[turn.first][0] for turn in self.turns]
        back = [_FADE_BACK**k for k in range(_REACH_BACK + 1)]
        on = [_FADE_ON**k for k in range(_REACH_ON + 1)]
        near = [_NEAR**k for k in range(_REACH_BACK + 1)]
        result: list[Company] = []
        for n, chapter in enumerate(chapters):
            weights: defaultdict[int, float] = defaultdict(float)
            at_hand: defaultdict[int, float] = defaultdict(float)
            if chapter in self.roster.first_person:
                weights[self.roster.narrator] = 1.0
            for m in range(max(0, n - _REACH_BACK), min(len(self.turns), n + _REACH_ON)):
                if chapters[m] != chapter:
                    continue
                fade, fade_near = back[n - m] if m <= n else on[m - n], near[abs(n - m)]
                # What a pass before guessed of a turn is no evidence for the turn itself.
                for figure, weight in shows[m][1] if m == n and guesses is not None else everybody[m]:
                    weights[figure] += fade * weight
                    at_hand[figure] += fade_near * weight
            result.append(Company(dict(weights), dict(at_hand)))
        return result

    def _shows(self, n: int, guesses: Guesses | None) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """Tell who speaks at one turn, and who else is about, and how surely."""
        scene = self.scenes[n]
        spoken: list[tuple[int, float]] = []
        if guesses is not None:
            spoken = [(figure, chance) for figure, chance in guesses[n] if chance > NEW and figure >= 0]
        else:
            for tag in self.turns[n].tags[:1]:
                index = self.who(tag.mention, n)
                if index >= 0 and tag.strength >= TOLD:
                    spoken.append((index, 1.0))
        about = [(figure, 0.7) for figure in scene.called]
        about += [(figure, 0.35) for figure in (*scene.around, *scene.own)]
        if scene.listener >= 0:
            about.append((scene.listener, 0.8))
        return spoken, about

    def features(self, n: int, company: Company) -> Features:
        """Name what speaks for and against each candidate of a turn."""
        turn, scene = self.turns[n], self.scenes[n]
        told = told_class(turn)
        found: Features = {i: {f"cast_{told}": math.log(NEW + weight)} for i, weight in company.about.items()}

        def add(figure: int, name: str, value: float = 1.0) -> None:
            if figure >= 0:
                found.setdefault(figure, {f"cast_{told}": math.log(NEW)})[name] = value

        for figure, name in (*((f, "own_call") for f in scene.called), *((f, "own_name") for f in scene.named)):
            add(figure, name)
        add(scene.listener, "listens")
        self._beside(n, add)
        if scene.around:
            add(scene.around[-1], f"near_last_{told}")
            if len(set(scene.around)) == 1:
                add(scene.around[0], f"near_sole_{told}")
        add(scene.subject, f"near_subject_{told}")
        for figure, share in self.focus.get(scene.pronoun, {}).items():
            add(figure, f"near_focus_{told}", share)
        if n and self._gap(n) == 0 and self.scenes[n - 1].tail:
            add(self.scenes[n - 1].tail[-1], f"tail_{told}")
        add(scene.follows, "next_first")
        for figure in dict.fromkeys(scene.own):
            add(figure, "own_named")
        if self.flow.places[turn.first][0] in self.roster.first_person:
            add(self.roster.narrator, f"narrator_{told}")
        self._tagged(n, found, told, company)
        self._standing(turn, found, told, company)
        self._addressed(n, found)
        return found

    def _beside(self, n: int, add: Callable[[int, str], None]) -> None:
        """Weigh those whom the turns before and behind call or speak to."""
        for m, name in ((n - 1, "called_before"), (n + 1, "called_after")):
            if 0 <= m < len(self.turns) and abs(self.turns[m].first - self.turns[n].first) <= 3:
                for figure in self.scenes[m].called:
                    add(figure, name)
                add(self.scenes[m].listener, "told_to")

    def _standing(self, turn: Turn, found: Features, told: str, company: Company) -> None:
        """Weigh how much each candidate speaks in the book and how often the narration named them lately."""
        begin, end = self.flow.starts[turn.first], self.flow.ends[turn.last]
        opening = self.openings[self.flow.places[turn.first][0]]
        for figure, features in found.items():
            features[f"near_{told}"] = math.log(NEW + company.at_hand.get(figure, 0.0))
            spots = self.named.get(figure, ())
            if bisect.bisect_left(spots, opening) == bisect.bisect_left(spots, begin):
                features[f"unseen_{told}"] = 1.0
            features[f"fame_{told}"] = math.log1p(self.fame[figure])
            at = self.places.get(figure)
            if at:
                here = bisect.bisect_left(at, begin)
                features[f"lately_{told}"] = math.log1p(here - bisect.bisect_left(at, begin - _LATELY))
                behind = bisect.bisect_left(at, end)
                features[f"soon_{told}"] = math.log1p(bisect.bisect_left(at, end + _SOON) - behind)

    def _addressed(self, n: int, found: Features) -> None:
        """Weigh sir, madam, papa and titles in this turn and those beside it against each candidate."""
        for title in self.scenes[n].titles:
            for figure in self.nouns.bearers.get(title, ()):
                if figure in found:
                    found[figure]["own_kin"] = 1.0
        for m in (n - 1, n + 1):
            if not (0 <= m < len(self.turns) and abs(self.turns[m].first - self.turns[n].first) <= 1):
                continue
            scene = self.scenes[m]
            for figure, features in found.items():
                sex = self.roster.figures[figure].sex
                if scene.addressed != "unknown" and sex not in {"unknown", scene.addressed}:
                    features["sex_called"] = features.get("sex_called", 0.0) + 1.0
                forms = self.roster.figures[figure].forms
                if scene.titles and any(set(scene.titles) & set(form[:-1]) for form in forms):
                    features["title_called"] = 1.0
                if any(figure in self.nouns.bearers.get(title, ()) for title in scene.titles):
                    features["kin_called"] = 1.0

    def _tagged(self, n: int, found: Features, told: str, company: Company) -> None:
        """Weigh the tags: a name nearly settles it, a pronoun or a noun bounds it."""
        settled = False
        for tag in self.turns[n].tags:
            mention = tag.mention
            index = self.who(mention, n)
            if index >= 0 and mention.kind != "role":
                if settled and tag.strength < 0.85:
                    continue
                features = found.setdefault(index, {f"cast_{told}": math.log(NEW)})
                name = tag_class(tag)
                features[name] = features.get(name, 0.0) + 1.0
                settled = True
            elif settled:
                continue
            elif mention.text in {"he", "she"}:
                self._pronoun(n, tag, found, told, company)
                settled = True
            elif mention.kind == "role":
                self._role(n, tag, found, told, company)
                settled = True

    def _bound(self, mention: Mention, strength: float, found: Features) -> None:
        """Hold the sex that a tag tells against each candidate."""
        for figure, features in found.items():
            sex = self.roster.figures[figure].sex
            if sex == "unknown":
                features["no_sex"] = strength
            elif mention.sex not in {"unknown", sex}:
                features["other_sex"] = strength

    def _pronoun(self, n: int, tag: Tag, found: Features, told: str, company: Company) -> None:
        """Favour people of the pronoun's sex who are in the narration's focus."""
        turn, pronoun = self.turns[n], tag.mention

        def add(figure: int, name: str, value: float) -> None:
            found.setdefault(figure, {f"cast_{told}": math.log(NEW)})[name] = value

        talk = "focus_talk" if self._gap(n) == 0 and self._opens(turn) else "focus"
        for figure, share in self.focus.get(pronoun.start, {}).items():
            add(figure, talk, share * tag.strength)
        subject = self.scenes[n].subject
        if subject >= 0 and self.roster.figures[subject].sex in {"unknown", pronoun.sex}:
            add(subject, "pronoun_subject", tag.strength)
        at = bisect.bisect_left(self.starts, pronoun.start)
        seen: list[int] = []
        for mention in reversed(self.mentions[max(0, at - 30) : at]):
            if pronoun.start - mention.start > 1500 or len(seen) > 1:
                break
            if self.quoted[mention.start] or mention.kind != "name":
                continue
            figure = mention.figure
            if figure in seen or self.roster.figures[figure].sex not in {"unknown", pronoun.sex}:
                continue
            if mention.start >= self.flow.starts[turn.first] and not mention.possessive:
                add(figure, "pronoun_own", tag.strength)
            add(figure, "pronoun_second" if seen else "pronoun_first", tag.strength)
            seen.append(figure)
        self._bound(pronoun, tag.strength, found)
        self._share(pronoun, found, "share_pronoun", company)

    def _opens(self, turn: Turn) -> bool:
        """Tell whether a turn's paragraph begins with its speech."""
        return self.quotes[turn.quotes[0]].start <= self.flow.starts[turn.first] + 1

    def _share(self, mention: Mention, found: Features, name: str, company: Company) -> None:
        """Weigh each candidate of the tag's sex against the others of that sex who are at hand."""
        fitting = {
            figure: company.at_hand.get(figure, 0.0)
            for figure in found
            if self.roster.figures[figure].sex in {"unknown", mention.sex} and not self.roster.figures[figure].role
        }
        total = sum(fitting.values()) + NEW
        for figure, weight in fitting.items():
            found[figure][name] = weight / total

    def _role(self, n: int, tag: Tag, found: Features, told: str, company: Company) -> None:
        """Weigh a noun: somebody tied to it, somebody of the right sex, or somebody without a name."""
        self.nouns.invite(n, tag, found, told)
        self._bound(tag.mention, tag.strength, found)
        self._share(tag.mention, found, "share_noun", company)
        for figure, share in self.focus.get(tag.mention.end, {}).items():
            if figure in found and not self.roster.figures[figure].role:
                found[figure]["focus_noun"] = share
        self.nouns.weigh(n, tag, found, told)


def tag_class(tag: Tag) -> str:
    """Name the weight of a tag with a name by how surely its kind names the speaker."""
    if tag.strength >= 0.9:
        return "tag_sure"
    if tag.strength >= 0.85:
        return "tag_good"
    return "tag_fair" if tag.strength >= 0.65 else "tag_beat"
