"""Evidence for each turn: how much speaks for every candidate, as named and weighted features.

The weights are log odds in ``data/weights.txt``, fitted by ``scripts/train_speakers.py``.
"""

from __future__ import annotations

import bisect
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from audiobook.adapt.context import Reader
from audiobook.adapt.decode import Candidates
from audiobook.adapt.flow import Flow
from audiobook.adapt.focus import focus_at, owner_sex
from audiobook.adapt.kin import CALLS, COUPLES, GENERIC, KIN, Kin, head_noun, links
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.mentions import Mention
from audiobook.adapt.quotes import Quote
from audiobook.adapt.roster import Roster
from audiobook.adapt.tags import Tag
from audiobook.adapt.turns import Turn, told_class

__all__ = ["Evidence", "Features"]

Features = dict[int, dict[str, float]]
"""Figure -> name of a feature -> value."""
Guesses = Sequence[Sequence[tuple[int, float]]]
"""For each turn, figures and how likely they speak it."""

_WIDTH = 10
"""Candidates of a turn that are decoded."""
_REACH_BACK, _REACH_ON = 40, 20
"""Turns around a turn whose people count as its company."""
_FADE_BACK, _FADE_ON = 0.9, 0.8
"""How the company fades with every turn."""
_TOLD = 0.7
"""Strength from which a tag counts as telling who speaks."""
_LATELY, _SOON = 4000, 1500
"""Characters back and ahead in which the narration's names count."""
_OWNER = 0.3
"""Share from which the family of whoever a noun is tied to is thought of."""
_SCENE = 99
"""Gap between turns of different scenes."""
_NEW = 0.05
"""Weight of somebody who is not about at all."""


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
        self.nouns: Counter[int] = Counter()
        for turn in turns:
            for tag in turn.tags[:1]:
                if tag.mention.kind == "role" and tag.strength >= _TOLD:
                    self.nouns[roster.role(tag.mention)] += 1
        self.parity = self._parity()
        self.links = links(flow, mentions)
        self.kin = Kin(roster.figures)
        reader = Reader(flow, quotes, mentions, self.starts, roster, quoted)
        self.scenes = [reader.context(turns, n) for n in range(len(turns))]
        self.places: defaultdict[int, list[int]] = defaultdict(list)
        for mention in mentions:
            if mention.kind == "name" and not quoted[mention.start]:
                self.places[mention.figure].append(mention.start)
        told = {tag.mention.start for turn in turns for tag in turn.tags if tag.mention.kind == "pronoun"}
        told |= {mention.start for mention in mentions if owner_sex(mention) != "unknown"}
        self.focus = focus_at(flow, mentions, roster, quoted, frozenset(told))
        self.bearers = self._bearers()
        self.fame: Counter[int] = Counter()
        for n, turn in enumerate(turns):
            for tag in turn.tags[:1]:
                index = self.who(tag.mention, n)
                if index >= 0 and tag.mention.kind != "role" and tag.strength >= _TOLD:
                    self.fame[index] += 1

    def _parity(self) -> dict[int, Counter[int]]:
        """Count, for each noun, who is named two turns away from it less who is named one turn away.

        In an alternating conversation "the painter" speaks in the turns that are otherwise Basil's, and never
        next to one of Basil's.
        """
        found: defaultdict[int, Counter[int]] = defaultdict(Counter)
        for n, turn in enumerate(self.turns):
            if not turn.tags or turn.tags[0].mention.kind != "role" or turn.tags[0].strength < _TOLD:
                continue
            role = self.roster.role(turn.tags[0].mention)
            for step, weight in ((-2, 1), (2, 1), (-1, -2), (1, -2)):
                m = n + step
                if not 0 <= m < len(self.turns) or abs(self.turns[m].first - turn.first) > 2 * abs(step):
                    continue
                for tag in self.turns[m].tags[:1]:
                    if tag.mention.kind == "name" and tag.strength >= _TOLD:
                        found[role][tag.mention.figure] += weight
        return found

    def _bearers(self) -> dict[str, frozenset[int]]:
        """Find who in the book is a father, a mother, an aunt: by the names its narration gives them."""
        votes: defaultdict[str, Counter[int]] = defaultdict(Counter)
        owned = [m for m in self.mentions if m.kind == "role" and m.start in self.focus and head_noun(m) in KIN]
        for mention in owned:
            noun = head_noun(mention)
            for owner, share in self.focus[mention.start].items():
                for figure in self.kin.relatives(owner) if share >= _OWNER else ():
                    if self.roster.figures[figure].sex == mention.sex and self.kin.fits(noun, figure, owner):
                        votes[noun][figure] += 1
        for noun in KIN & self.links.keys():
            votes[noun].update(self.links[noun])
        found = {
            noun: frozenset(figure for figure, count in ones.items() if 2 * count >= max(ones.values()))
            for noun, ones in votes.items()
        }
        return found | {calls: found.get(calls, frozenset()) | found.get(noun, frozenset()) for calls, noun in CALLS.items()}

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
                figure: sum(weights[name] * value for name, value in found.items())
                for figure, found in self.features(n, company[n]).items()
            }
            ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:_WIDTH] or [(-1, 0.0)]
            ids, values = tuple(i for i, _ in ranked), tuple(s for _, s in ranked)
            result.append(Candidates(ids, values, self._gap(n), told_class(turn)))
        return result

    def _gap(self, n: int) -> int:
        """Count the paragraphs of narration since the turn before."""
        if not n or self.flow.places[self.turns[n - 1].first][0] != self.flow.places[self.turns[n].first][0]:
            return _SCENE
        last, first = self.turns[n - 1].last, self.turns[n].first
        if any(p in self.flow.breaks for p in range(last + 1, first + 1)):
            return _SCENE
        return max(first - last - 1, 0)

    def company(self, guesses: Guesses | None) -> list[dict[int, float]]:
        """Weigh, for each turn, who is about: those who speak, are addressed or are named near it."""
        shows = [self._shows(n, guesses) for n in range(len(self.turns))]
        chapters = [self.flow.places[turn.first][0] for turn in self.turns]
        back = [_FADE_BACK**k for k in range(_REACH_BACK + 1)]
        on = [_FADE_ON**k for k in range(_REACH_ON + 1)]
        result: list[dict[int, float]] = []
        for n, chapter in enumerate(chapters):
            weights: defaultdict[int, float] = defaultdict(float)
            if chapter in self.roster.first_person:
                weights[self.roster.narrator] = 1.0
            for m in range(max(0, n - _REACH_BACK), min(len(self.turns), n + _REACH_ON)):
                if chapters[m] != chapter:
                    continue
                fade = back[n - m] if m <= n else on[m - n]
                spoken, about = shows[m]
                # What a pass before guessed of a turn is no evidence for the turn itself.
                for figure, weight in about if m == n and guesses is not None else (*spoken, *about):
                    weights[figure] += fade * weight
            result.append(dict(weights))
        return result

    def _shows(self, n: int, guesses: Guesses | None) -> tuple[list[tuple[int, float]], list[tuple[int, float]]]:
        """Tell who speaks at one turn, and who else is about, and how surely."""
        scene = self.scenes[n]
        spoken: list[tuple[int, float]] = []
        if guesses is not None:
            spoken = [(figure, chance) for figure, chance in guesses[n] if chance > _NEW and figure >= 0]
        else:
            for tag in self.turns[n].tags[:1]:
                index = self.who(tag.mention, n)
                if index >= 0 and tag.strength >= _TOLD:
                    spoken.append((index, 1.0))
        about = [(figure, 0.7) for figure in scene.called]
        about += [(figure, 0.35) for figure in (*scene.around, *scene.own)]
        if scene.listener >= 0:
            about.append((scene.listener, 0.8))
        return spoken, about

    def features(self, n: int, company: dict[int, float]) -> Features:
        """Name what speaks for and against each candidate of a turn."""
        turn, scene = self.turns[n], self.scenes[n]
        told = told_class(turn)
        found: Features = {i: {f"cast_{told}": math.log(_NEW + weight)} for i, weight in company.items()}

        def add(figure: int, name: str) -> None:
            if figure >= 0:
                found.setdefault(figure, {f"cast_{told}": math.log(_NEW)})[name] = 1.0

        for figure, name in (*((f, "own_call") for f in scene.called), *((f, "own_name") for f in scene.named)):
            add(figure, name)
        add(scene.listener, "listens")
        self._beside(n, add)
        if scene.around:
            add(scene.around[-1], "near_last")
            if len(set(scene.around)) == 1:
                add(scene.around[0], "near_sole")
        add(scene.subject, "near_subject")
        add(scene.follows, "next_first")
        for figure in dict.fromkeys(scene.own):
            add(figure, "own_named")
        if self.flow.places[turn.first][0] in self.roster.first_person:
            add(self.roster.narrator, "narrator")
        self._tagged(n, found, told)
        self._standing(turn, found, told)
        self._addressed(n, found)
        return found

    def _beside(self, n: int, add: Callable[[int, str], None]) -> None:
        """Weigh those whom the turns before and behind call or speak to."""
        for m, name in ((n - 1, "called_before"), (n + 1, "called_after")):
            if 0 <= m < len(self.turns) and abs(self.turns[m].first - self.turns[n].first) <= 3:
                for figure in self.scenes[m].called:
                    add(figure, name)
                add(self.scenes[m].listener, "told_to")

    def _standing(self, turn: Turn, found: Features, told: str) -> None:
        """Weigh how much each candidate speaks in the book and how often the narration named them lately."""
        begin, end = self.flow.starts[turn.first], self.flow.ends[turn.last]
        for figure, features in found.items():
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
            for figure in self.bearers.get(title, ()):
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
                if any(figure in self.bearers.get(title, ()) for title in scene.titles):
                    features["kin_called"] = 1.0

    def _tagged(self, n: int, found: Features, told: str) -> None:
        """Weigh the tags: a name nearly settles it, a pronoun or a noun bounds it."""
        settled = False
        for tag in self.turns[n].tags:
            mention = tag.mention
            index = self.who(mention, n)
            if index >= 0 and mention.kind != "role":
                if settled and tag.strength < 0.85:
                    continue
                features = found.setdefault(index, {f"cast_{told}": math.log(_NEW)})
                name = tag_class(tag)
                features[name] = features.get(name, 0.0) + 1.0
                settled = True
            elif settled:
                continue
            elif mention.text in {"he", "she"}:
                self._pronoun(n, tag, found, told)
                settled = True
            elif mention.kind == "role":
                self._role(n, tag, found, told)
                settled = True

    def _bound(self, mention: Mention, strength: float, found: Features) -> None:
        """Hold the sex that a tag tells against each candidate."""
        for figure, features in found.items():
            sex = self.roster.figures[figure].sex
            if sex == "unknown":
                features["no_sex"] = strength
            elif mention.sex not in {"unknown", sex}:
                features["other_sex"] = strength

    def _pronoun(self, n: int, tag: Tag, found: Features, told: str) -> None:
        """Favour people of the pronoun's sex who are in the narration's focus."""
        turn, pronoun = self.turns[n], tag.mention

        def add(figure: int, name: str, value: float) -> None:
            found.setdefault(figure, {f"cast_{told}": math.log(_NEW)})[name] = value

        for figure, share in self.focus.get(pronoun.start, {}).items():
            add(figure, "focus", share * tag.strength)
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

    def _owners(self, n: int, mention: Mention) -> dict[int, float]:
        """Share out whom "her" in "her father" means: those in focus, and those whom tags beside it name."""
        owners = dict(self.focus.get(mention.start, {})) if owner_sex(mention) != "unknown" else {}
        for m in (n - 1, n + 1):
            if owners and 0 <= m < len(self.turns) and abs(self.turns[m].first - self.turns[n].first) <= 2:
                for tag in self.turns[m].tags[:1]:
                    named = tag.mention.figure
                    if tag.strength >= _TOLD and named >= 0 and tag.mention.sex == owner_sex(mention):
                        owners[named] = owners.get(named, 0.0) + 0.5
        # Whom the speech calls is the other party, hers who is "her father"; whom the turn before calls is not.
        for figure in self.scenes[n].called:
            if self.roster.figures[figure].sex in {"unknown", owner_sex(mention)}:
                owners[figure] = owners.get(figure, 0.0) + 1.0
        for figure in self.scenes[n - 1].called if n else ():
            if figure in owners:
                owners[figure] *= 0.3
        total = sum(owners.values())
        return {figure: share / total for figure, share in owners.items()}

    def _tied(self, noun: str, mention: Mention) -> Counter[int]:
        """Count who is tied to a noun; the husband of an aunt is an uncle, the wife of a father is a mother."""
        tied = Counter(self.links.get(noun, Counter()))
        other = COUPLES.get(noun, "")
        if not other:
            return tied
        phrase = mention.text.lower().removesuffix(noun) + other
        for figure in self.links.get(other, Counter()) + self.parity.get(self.roster.roles.get(phrase, -1), Counter()):
            for spouse in self.kin.relatives(figure):
                if self.kin.fits("husband" if mention.sex == "male" else "wife", spouse, figure):
                    tied[spouse] += 1
        return tied

    def _role(self, n: int, tag: Tag, found: Features, told: str) -> None:
        """Weigh a noun: somebody tied to it, somebody of the right sex, or somebody without a name."""
        noun = head_noun(tag.mention)
        owners = self._owners(n, tag.mention)
        for owner, share in owners.items():
            for figure in self.kin.relatives(owner) if noun in KIN and share >= _OWNER else ():
                if self.kin.fits(noun, figure, owner) and self.roster.figures[figure].sex == tag.mention.sex:
                    found.setdefault(figure, {f"cast_{told}": math.log(_NEW)})
        company = list(found)
        self._bound(tag.mention, tag.strength, found)
        for figure, share in owners.items():
            if figure in found:
                found[figure]["role_owner"] = share
        index = self.roster.role(tag.mention)
        parity, tied = self.parity.get(index, Counter()), self._tied(noun, tag.mention)
        for figure in company:
            features = found[figure]
            if parity[figure] > 0:
                features["role_parity"] = math.log1p(parity[figure])
            if tied[figure]:
                features["role_link"] = math.log1p(tied[figure])
            if noun not in KIN:
                continue
            if any(self.kin.fits(noun, figure, owner) for owner in company if owner != figure):
                features["role_kin"] = tag.strength
            elif not tied[figure]:
                features["role_stranger"] = tag.strength
            tie = sum(
                share for owner, share in owners.items() if owner != figure and self.kin.fits(noun, figure, owner)
            )
            if tie:
                features["role_tie"] = tie
        features = found.setdefault(index, {f"cast_{told}": math.log(_NEW)})
        kind = "role_self_kin" if noun in KIN else "role_self_any" if noun in GENERIC else "role_self"
        features[kind] = tag.strength
        features["role_often"] = math.log1p(self.nouns[index])
        for name in ("role_stranger", "no_sex", "other_sex"):
            features.pop(name, None)


def tag_class(tag: Tag) -> str:
    """Name the weight of a tag with a name by how surely its kind names the speaker."""
    if tag.strength >= 0.9:
        return "tag_sure"
    if tag.strength >= 0.85:
        return "tag_good"
    return "tag_fair" if tag.strength >= 0.65 else "tag_beat"
