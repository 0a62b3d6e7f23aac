"""How each line is said: cues from the words around speech, the speech itself and the scene's mood."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from audiobook.adapt.cuewords import Hint, cue_words
from audiobook.adapt.emotion import sure_emotion
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.marked import MarkedBook, MarkedChapter, Person, Piece
from audiobook.adapt.mood import paragraph_moods
from audiobook.adapt.typography import exclaims, typographic, words_spoken
from audiobook.script import Cue
from audiobook.settings import Settings

__all__ = ["add_cues"]

_MOST = 2
"""Cues of one line: delivery hears no third."""
_MOOD = 0.3
"""Strength of a scene's mood; at most 0.4 is allowed to it."""
_REACH = 4
"""Tokens before a word in which a negation blocks it."""
_WEAK = 0.5
"""Share that ``almost`` and ``a little`` leave of a cue."""

_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|[.!?;:]")
_SENTENCE = re.compile(r"[^.!?]*(?:[.!?](?!\s|$)[^.!?]*)*[.!?]*")
_STOPS = frozenset(".!?;:")
_NEGATIONS = frozenset({"not", "never", "without", "stopped", "no", "neither", "nor", "cannot", "ceased", "hardly"})
_UNREAL = frozenset(
    {"would", "could", "should", "might", "may", "if", "wanted", "wanting", "wished", "wishing", "tried", "trying"}
    | {"going", "perhaps", "failed", "failing", "unable", "refused", "refusing"}
)
_AS_IF = frozenset({("though", "as"), ("if", "as")})
_PAST = frozenset({"had", "having", "he'd", "she'd", "they'd", "i'd"})
_FAINT = frozenset({"almost", "nearly", "half", "slightly", "little", "somewhat", "rather", "faintly"})
_VOICES = frozenset({"voice", "tone", "tones", "accents", "accent", "whisper", "look", "manner", "air"})
_IS = frozenset({"was", "grew", "became", "sounded", "is", "turned", "seemed"})
_WITH = frozenset({"with", "in", "between", "through", "giving", "gave", "into", "above", "to"})
_HE = frozenset({"he", "his", "him", "himself"})
_SHE = frozenset({"she", "her", "hers", "herself"})
_I = frozenset({"i", "my", "me", "myself"})
_TEARS = re.compile(r"\b(?:tears?|wept|weeping|weep|sobs?|sobbed|sobbing)\b")
_BESIDE = 100
"""Characters from a speech in which its speaker's stage business belongs to it."""
_NEAR = 3
"""Words from a tag in which an adverb belongs to it."""
_TEARS_REACH = 160
"""Characters around a tag in which tears turn ``cried`` into weeping."""
_CRIED = frozenset({"cried", "cries", "crying"})
_FELT = frozenset({"anger", "coldanger", "sadness", "joy", "fear", "anxiety", "crying", "shame"})
"""Adverbs that tell a mood whatever they stand with; others may describe a movement."""
_FEWEST, _LONGEST = 3, 30
"""Words of a speech whose feeling is guessed from its words when nothing else tells it."""
_LIVELY = frozenset(
    {"joy", "excitement", "anger", "fear", "surprise", "disgust", "pride", "pleading", "shout", "laughing", "emphasis"}
)
"""Cues that an exclamation mark raises."""
_PRINT, _WORDS = 3, 4
"""Ranks of what print and what words tell."""
_EXCLAIMED = 0.4
"""What an exclamation mark adds to a cue."""
_LOUDEST = 1.0
_OPPOSED = {"whisper": {"shout", "emphasis", "soft"}, "soft": {"shout", "emphasis"}, "shout": {"whisper", "soft"}}

Token = tuple[str, int]
"""A word or a mark, and where it begins in its paragraph."""


@dataclass(frozen=True, slots=True)
class _Found:
    """A cue in some text around a line of speech."""

    name: str
    strength: float
    rank: int
    """0 verb, 1 adverb, 2 stage business, 3 typography, 4 words spoken."""


def add_cues(marked: MarkedBook, settings: Settings) -> MarkedBook:
    """Give every piece its cues.

    Precedence: speech verb, its adverb, stage business in the paragraph, typography, words spoken, and
    where nothing tells, an emotion model that is sure; the scene's mood colours narration alone. Words
    that are negated, unreal, in the pluperfect or said of somebody else give none.

    Args:
        marked: Who says what, with the place of each speech tag. Words are known for English; typography
            speaks in every language.
        settings: ``adapt.cues`` may ask for none.

    Returns:
        The same book; cues that a piece already has are kept in front.
    """
    if settings.adapt.cues == "none":
        return marked
    people = _People(marked.people)
    english = marked.book.metadata.language.lower().startswith("en")
    return replace(marked, chapters=tuple(_chapter(chapter, people, english=english) for chapter in marked.chapters))


class _People:
    """What telling apart the subjects of stage business needs."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self.people = {person.name: person for person in people}
        self.names: dict[str, set[str]] = {}
        for person in people:
            for name in (person.name, *person.aliases):
                for word in name.split():
                    if word[:1].isupper() and word.strip(".").lower() not in lexicon().titles:
                        self.names.setdefault(word.strip(".").lower(), set()).add(person.name)

    def is_other(self, token: str, speaker: str) -> bool:
        """Tell whether a word names or stands for somebody who is not the speaker."""
        low = token.lower()
        person = self.people.get(speaker)
        if low in _I:
            return person is None or not person.is_narrator
        if person is not None and low in _HE | _SHE:
            return person.sex == ("female" if low in _HE else "male")
        return token[:1].isupper() and low in self.names and speaker not in self.names[low]

    def is_mention(self, token: str) -> bool:
        """Tell whether a word names or stands for anybody."""
        low = token.lower()
        return low in _HE or low in _SHE or low in _I or (token[:1].isupper() and low in self.names)


def _chapter(chapter: MarkedChapter, people: _People, *, english: bool) -> MarkedChapter:
    moods = _moods(chapter) if english else {}
    pieces: list[Piece] = []
    for number, group in itertools.groupby(chapter.pieces, key=lambda piece: piece.paragraph):
        scan = _Paragraph(chapter.chapter.paragraphs[number].text, tuple(group), people, english=english)
        pieces += scan.marked(moods.get(number, ""))
    return replace(chapter, pieces=tuple(pieces))


def _moods(chapter: MarkedChapter) -> dict[int, str]:
    """Return the mood of each paragraph; it starts anew with every scene."""
    moods: dict[int, str] = {}
    for scene in chapter.scenes:
        texts = (paragraph.text for paragraph in chapter.chapter.paragraphs[scene.first : scene.end])
        moods.update(enumerate(paragraph_moods(texts), scene.first))
    return moods


class _Paragraph:
    """One paragraph and what its narration tells of its speech."""

    def __init__(self, text: str, pieces: tuple[Piece, ...], people: _People, *, english: bool) -> None:
        self.text = text.replace("’", "'")
        self.pieces = pieces
        self.people = people
        self.english = english
        self.tags = {piece.speaker: piece.tag for piece in reversed(pieces) if piece.tag and piece.kind != "narration"}
        self.speakers = {piece.speaker for piece in pieces if piece.kind != "narration"}
        self.sentences: list[tuple[int, int, tuple[Token, ...]]] | None = None

    def marked(self, mood: str) -> Iterator[Piece]:
        """Yield the pieces with their cues."""
        for piece in self.pieces:
            if piece.kind == "narration":
                yield replace(piece, cues=(*piece.cues, Cue(mood, _MOOD))) if mood else piece
                continue
            speech = self.text[piece.start : piece.end]
            found = [_Found(*hint, _PRINT) for hint in typographic(speech)]
            if self.english:
                found += self._around(piece)
                found += [_Found(*hint, _WORDS) for hint in words_spoken(speech)]
            cues = _settle(found, exclaims=exclaims(speech))
            if self.english and not found and _FEWEST <= len(speech.split()) <= _LONGEST:
                felt = sure_emotion(speech)
                cues = cues if felt is None else (felt,)
            thought = (Cue("thought"),) if piece.kind == "thought" else ()
            own = {cue.name for cue in (*piece.cues, *thought)}
            yield replace(piece, cues=(*piece.cues, *thought, *(cue for cue in cues if cue.name not in own)))

    def _around(self, piece: Piece) -> Iterator[_Found]:
        """Yield what the narration of this paragraph tells of a piece of speech."""
        tag = piece.tag or self.tags.get(piece.speaker)
        if self.sentences is None:
            self.sentences = [sentence for part in self.pieces for sentence in self._narration(part)]
        for start, end, tokens in self.sentences:
            if tag is not None and start <= tag[0] < end:
                yield from self._told(tokens, tag, piece)
            elif len(self.speakers) == 1 and max(start - piece.end, piece.start - end) <= _BESIDE:
                yield from self._acted(tokens, piece.speaker)

    def _narration(self, part: Piece) -> Iterator[tuple[int, int, tuple[Token, ...]]]:
        if part.kind == "narration":
            for sentence in _SENTENCE.finditer(self.text, part.start, part.end):
                tokens = tuple((token[0], token.start()) for token in _TOKEN.finditer(self.text, *sentence.span()))
                yield *sentence.span(), tokens

    def _told(self, tokens: tuple[Token, ...], tag: tuple[int, int], piece: Piece) -> Iterator[_Found]:
        """Yield cues from the sentence that holds the speech tag."""
        words = cue_words()
        inside = [index for index, (_, at) in enumerate(tokens) if tag[0] <= at < tag[1]] or [0]
        verb = _speech_verb(tokens, inside, before=tag[1] <= piece.start)
        for index, (token, _) in enumerate(tokens):
            word = token.lower()
            strength = _unblocked(tokens, index)
            if strength == 0:
                continue
            if index == verb:
                yield from self._verb(word, tag, strength)
            elif word in words.adverbs:
                near = inside[0] - _NEAR <= index <= inside[-1] + _NEAR
                if (near or _joined(tokens, index)) and not tokens[index - 1][0].endswith("ing"):
                    yield _found(words.adverbs[word], 1, strength)
            elif not self._blocked(tokens, index, piece.speaker):
                yield from _worn(tokens, index, strength)
                if word in words.business:
                    yield _found(words.business[word], 2, strength)

    def _verb(self, word: str, tag: tuple[int, int], strength: float) -> Iterator[_Found]:
        near = self.text[max(tag[0] - _TEARS_REACH, 0) : tag[1] + _TEARS_REACH]
        if word in _CRIED and _TEARS.search(near.lower()):
            yield _Found("crying", strength, 0)
        elif word in cue_words().verbs:
            yield _found(cue_words().verbs[word], 0, strength)

    def _acted(self, tokens: tuple[Token, ...], speaker: str) -> Iterator[_Found]:
        """Yield cues from a sentence of stage business."""
        words = cue_words()
        for index, (token, _) in enumerate(tokens):
            word = token.lower()
            if not any(word in table for table in (words.business, words.adverbs, words.nouns, words.voices)):
                continue
            strength = _unblocked(tokens, index)
            if strength == 0 or self._blocked(tokens, index, speaker):
                continue
            if word in words.business:
                yield _found(words.business[word], 2, strength)
            elif word in words.adverbs and words.adverbs[word][0] in _FELT:
                yield _found(words.adverbs[word], 2, strength * _WEAK)
            else:
                yield from _worn(tokens, index, strength)

    def _blocked(self, tokens: tuple[Token, ...], index: int, speaker: str) -> bool:
        """Tell whether the words at ``index`` are said of somebody other than the speaker."""
        mentions = [token for token, _ in tokens[:index] if self.people.is_mention(token)]
        if not mentions:
            return False
        return self.people.is_other(mentions[0], speaker) or (
            tokens[index - 1][0] == mentions[-1] and self.people.is_other(mentions[-1], speaker)
        )


def _joined(tokens: tuple[Token, ...], index: int) -> bool:
    """Tell whether a word follows another adverb: "coldly but softly"."""
    before = [token.lower() for token, _ in tokens[max(index - 2, 0) : index]]
    return len(before) == 2 and before[0] in cue_words().adverbs and before[1] in {"and", "but"}


def _speech_verb(tokens: tuple[Token, ...], inside: list[int], *, before: bool) -> int:
    """Return which word of a tag tells of speech: of several the one nearest the speech; -1 for none."""
    known = lexicon().verbs
    words = cue_words().verbs
    verbs = [index for index in inside if tokens[index][0].lower() in known or tokens[index][0].lower() in words]
    if not verbs:
        return -1
    return verbs[-1] if before else verbs[0]


def _found(hint: Hint, rank: int, strength: float) -> _Found:
    return _Found(hint[0], hint[1] * strength, rank)


def _unblocked(tokens: tuple[Token, ...], index: int) -> float:
    """Return 0 for a word that is negated, unreal or long past, less than 1 for one said to be faint, else 1."""
    clause: list[str] = []
    for token, _ in reversed(tokens[max(index - 8, 0) : index]):
        if token in _STOPS:
            break
        clause.append(token.lower())
    near = tuple(itertools.takewhile(lambda word: word != "but", clause[:_REACH]))  # "not angrily but firmly"
    if any(word in _NEGATIONS or word.endswith("n't") for word in near):
        return 0.0
    if any(word in _UNREAL for word in clause) or any(pair in _AS_IF for pair in itertools.pairwise(clause)):
        return 0.0
    if any(word in _PAST for word in clause[:3]):
        return 0.0
    return _WEAK if any(word in _FAINT for word in clause[:2]) else 1.0


def _worn(tokens: tuple[Token, ...], index: int, strength: float) -> Iterator[_Found]:
    """Yield what a voice is like ("in a cold voice") and what goes with speech ("with a sob")."""
    words = cue_words()
    word = tokens[index][0].lower()
    before = [token.lower() for token, _ in tokens[max(index - 4, 0) : index]]
    after = [token.lower() for token, _ in tokens[index + 1 : index + 4]]
    if word in words.voices and (
        any(token in _VOICES for token in after) or (_IS & set(before) and _VOICES & set(before))
    ):
        yield _found(words.voices[word], 2, strength)
    elif word in words.nouns and _WITH & set(before) and before[-1:] != ["to"]:  # "to a shout", not "to shout"
        yield _found(words.nouns[word], 2, strength)


def _settle(found: list[_Found], *, exclaims: bool) -> tuple[Cue, ...]:
    """Choose the cues of one line: the best evidence first, a second one beside it, no contradictions."""
    chosen: dict[str, float] = {}
    best = min((item.rank for item in found), default=_WORDS)
    for item in sorted(found, key=lambda item: item.rank):
        if item.name in chosen or len(chosen) == _MOST or item.name in _opposed(chosen) or item.strength == 0:
            continue
        if chosen and item.rank == _WORDS:
            continue  # what is said counts only where nothing tells how
        chosen[item.name] = min([item.strength, *chosen.values()])
    if exclaims:
        first = next(iter(chosen), "")
        if first in _LIVELY and best < _WORDS:
            chosen[first] = max(chosen[first], min(chosen[first] + _EXCLAIMED, _LOUDEST))
        elif not chosen:
            chosen["emphasis"] = _EXCLAIMED
    return tuple(_cue(name, strength) for name, strength in chosen.items())


def _opposed(chosen: dict[str, float]) -> set[str]:
    return set().union(*(_OPPOSED.get(name, set()) for name in chosen))


def _cue(name: str, strength: float) -> Cue:
    rounded = round(strength, 1)
    return Cue(name, None if rounded == 1 else rounded)
