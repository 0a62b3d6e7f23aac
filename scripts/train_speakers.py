#!/usr/bin/env python3
"""Fit the weights of the evidence for speakers: ``python scripts/train_speakers.py BOOK... [--write]``.

BOOKs are novels that anybody may use; nobody needs to have labelled them. Tags with a name ("said Emma") tell the
speaker almost surely, so the script hides some of them, turns others into "said she", and moves the weights towards
values under which the rest of the text tells who spoke (a conditional random field over the turns of each chapter,
gradient ascent, weights held near where they start). Weights of turn-taking are left alone, because authors put tags
where the turns do not alternate; so are those named in KEPT, for the same reason. Labelled books held out of this
are to be measured before and after with ``scripts/evaluate.py quotes``.
"""

from __future__ import annotations

import argparse
import math
import random
from dataclasses import replace
from pathlib import Path

from audiobook.adapt.decode import Candidates, decode
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.marking import read_evidence
from audiobook.adapt.mentions import Mention
from audiobook.adapt.tags import Tag
from audiobook.adapt.turns import Turn
from audiobook.adapt.who import Evidence
from audiobook.ingest import read_book
from audiobook.settings import Settings

WEIGHTS = Path(__file__).resolve().parent.parent / "audiobook" / "adapt" / "data" / "weights.txt"
KEPT = ("same_", "back_", "other_", "lone", "called_", "next_first", "role_", "kin_called", "own_kin")
HIDDEN, AS_PRONOUN, SURE = 0.5, 0.4, 0.87
ROUNDS, RATE, PULL, EXTRA = 25, 0.3, 10.0, 3

Example = tuple[list[int], list[dict[str, float]], int | None, Candidates]
"""Figures, their features, the place of the right one when it is known, and the turn's gap and kind."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("books", nargs="+", type=Path)
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name} anew")
    arguments = parser.parse_args()
    examples = [hide(book, seed) for seed, book in enumerate(arguments.books)]
    weights, start = lexicon().weights, dict(lexicon().weights)
    print(f"before: {accuracy(examples):.4f} of the told turns")
    steps: dict[str, float] = {}
    for number in range(ROUNDS):
        for name, value in gradient(examples).items():
            if name.startswith(KEPT):
                continue
            slope = value - PULL * (weights[name] - start[name])
            steps[name] = steps.get(name, 0.0) + slope * slope
            weights[name] += RATE * slope / math.sqrt(steps[name] or 1.0)
        print(f"round {number + 1}: {accuracy(examples):.4f}")
    if arguments.write:
        head = [line for line in WEIGHTS.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
        lines = [*head, *(f"{name} {round(value, 2)}" for name, value in weights.items())]
        WEIGHTS.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def hide(path: Path, seed: int) -> list[Example]:
    """Read a book, hide tags and list what is left as evidence."""
    settings = Settings()
    evidence = read_evidence(read_book(path, settings.ingest), settings.adapt)
    turns, mentions, gold = conceal(evidence, random.Random(seed))
    bare = Evidence(evidence.flow, evidence.quotes, turns, mentions, evidence.roster, evidence.quoted)
    first = bare.candidates()
    guesses = [list(zip(c.ids, p, strict=True)) for c, p in zip(first, decode(first), strict=True)]
    company = bare.company(guesses)
    found: list[Example] = []
    for n, options in enumerate(bare.candidates(guesses)):
        features = bare.features(n, company[n])
        ids = [*options.ids, *[i for i in features if i not in options.ids][:EXTRA]]
        ids = [i for i in ids if i in features]
        right = gold.get(n)
        place = ids.index(right) if right in ids else None
        if ids:
            found.append((ids, [features[i] for i in ids], place, options))
    return found


def conceal(evidence: Evidence, rng: random.Random) -> tuple[list[Turn], list[Mention], dict[int, int]]:
    """Take away or weaken the names of some tags; return turns, mentions and who spoke each told turn."""
    gone: set[int] = set()
    changed: dict[int, Mention] = {}
    gold: dict[int, int] = {}
    turns: list[Turn] = []
    for n, turn in enumerate(evidence.turns):
        tags = list(turn.tags)
        sure = tags and tags[0].strength >= SURE and tags[0].mention.kind != "role"
        figure = evidence.who(tags[0].mention, n) if sure else -1
        if figure >= 0:
            gold[n] = figure
            if tags[0].mention.kind == "name" and rng.random() < HIDDEN:
                sex = evidence.roster.figures[figure].sex
                if sex != "unknown" and rng.random() < AS_PRONOUN:
                    tags = [weakened(tag, figure, changed, "he" if sex == "male" else "she") for tag in tags]
                else:
                    gone.update(tag.mention.start for tag in tags)
                    tags = []
        turns.append(Turn(turn.quotes, turn.first, turn.last, tags, turn.pure))
    kept = [changed.get(m.start, m) for m in evidence.mentions if m.start not in gone]
    return turns, kept, gold


def weakened(tag: Tag, figure: int, changed: dict[int, Mention], pronoun: str) -> Tag:
    mention = tag.mention
    if mention.kind != "name" or mention.figure != figure:
        return tag
    changed[mention.start] = replace(mention, kind="pronoun", figure=-1, text=pronoun)
    return replace(tag, mention=changed[mention.start])


def weighed(book: list[Example], *, clamped: bool = False) -> list[Candidates]:
    """Score a book's candidates; clamped, the right ones alone are possible."""
    weights = lexicon().weights
    result = []
    for ids, features, place, options in book:
        scores = [sum(weights[name] * value for name, value in found.items()) for found in features]
        if clamped and place is not None:
            scores = [score if i == place else -200.0 for i, score in enumerate(scores)]
        result.append(Candidates(tuple(ids), tuple(scores), options.gap, options.told))
    return result


def gradient(books: list[list[Example]]) -> dict[str, float]:
    """Expected features with the right speakers less expected features without them."""
    slopes: dict[str, float] = {}
    for book in books:
        free, clamped = decode(weighed(book)), decode(weighed(book, clamped=True))
        for (_, features, _, _), loose, fixed in zip(book, free, clamped, strict=True):
            for found, a, b in zip(features, loose, fixed, strict=True):
                for name, value in found.items():
                    slopes[name] = slopes.get(name, 0.0) + (b - a) * value
    return slopes


def accuracy(books: list[list[Example]]) -> float:
    """Share of told turns whose likeliest speaker is the right one."""
    right = told = 0
    for book in books:
        for (_, _, place, _), chances in zip(book, decode(weighed(book)), strict=True):
            if place is not None:
                told += 1
                right += max(range(len(chances)), key=lambda i: chances[i]) == place
    return right / max(told, 1)


if __name__ == "__main__":
    main()
