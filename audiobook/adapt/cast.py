"""From names to people: which forms of a name belong to one person, and of which sex."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.marked import Sex
from audiobook.adapt.names import Evidence, Form

__all__ = ["Cast", "Figure", "cluster"]


@dataclass(slots=True)
class Figure:
    """Somebody of the book, while the cast is being put together."""

    given: str = ""
    """Given name in lower case, empty when unknown."""
    family: str = ""
    """Family name in lower case, empty when unknown."""
    sex: Sex = "unknown"
    forms: Counter[Form] = field(default_factory=Counter)
    """Every form of the name with how often it stands in the book."""
    shown: dict[Form, str] = field(default_factory=dict)
    """How each form is written."""
    role: bool = False
    """Known by a noun only, such as the landlord."""

    @property
    def weight(self) -> int:
        """How often the figure is named."""
        return sum(self.forms.values())

    @property
    def name(self) -> str:
        """The commonest form as it is written."""
        return self.shown[max(sorted(self.forms), key=lambda form: self.forms[form])]


@dataclass(frozen=True, slots=True)
class Cast:
    """Everybody with a name, and who is meant by each form."""

    figures: tuple[Figure, ...]
    lookup: dict[Form, int]
    """Form -> index of the likeliest figure."""


def split_form(form: Form) -> tuple[tuple[str, ...], Form]:
    """Part the titles at the front from the name."""
    titles = lexicon().titles
    at = 0
    while at < len(form) - 1 and form[at] in titles:
        at += 1
    return form[:at], form[at:]


def title_sex(words: tuple[str, ...]) -> Sex:
    """Tell the sex from titles."""
    for word in words:
        sex = lexicon().titles.get(word, "unknown")
        if sex != "unknown":
            return sex
    return "unknown"


def _accepted(forms: dict[Form, Evidence]) -> dict[Form, Evidence]:
    """Keep the forms that name people."""
    lex = lexicon()
    parts: set[str] = set()
    for form, evidence in forms.items():
        titles, rest = split_form(form)
        if titles or (len(rest) > 1 and (rest[0] in lex.names or evidence.score >= 2)):
            parts.update(rest)
    kept: dict[Form, Evidence] = {}
    for form, evidence in forms.items():
        titles, rest = split_form(form)
        plural = rest[-1].endswith("s") and (*form[:-1], rest[-1][:-1]) in forms
        if plural or (len(form) == 1 and form[0] in lex.titles and evidence.score < 4):
            continue
        known = len(rest) == 1 and rest[0] in parts and evidence.score >= 0
        given = rest[0] in lex.names and (
            (evidence.score >= 0 and evidence.count > 1) or (len(rest) > 1 and evidence.score >= -1.5)
        )
        enough = evidence.score >= 2 and evidence.score >= 0.02 * evidence.count
        if titles or known or given or enough:
            kept[form] = evidence
    return kept


class _Clusters:
    """Figures while forms are being handed out, longest first."""

    def __init__(self, forms: dict[Form, Evidence]) -> None:
        self.forms = forms
        self.figures: list[Figure] = []
        self.lookup: dict[Form, int] = {}

    def new(self, given: str, family: str, sex: Sex) -> int:
        self.figures.append(Figure(given, family, sex))
        return len(self.figures) - 1

    def attach(self, form: Form, index: int) -> None:
        figure = self.figures[index]
        figure.forms[form] += self.forms[form].count
        figure.shown[form] = self.forms[form].shown
        self.lookup[form] = index
        sex = title_sex(split_form(form)[0])
        if figure.sex == "unknown":
            figure.sex = sex

    def best(self, indices: list[int]) -> int:
        return max(indices, key=lambda i: (self.figures[i].weight + self._single(i), -i))

    def _single(self, index: int) -> int:
        given = (self.figures[index].given,)
        return self.forms[given].count if given in self.forms else 0


def _agree(a: Sex, b: Sex) -> bool:
    return "unknown" in {a, b} or a == b


def _same_given(a: str, b: str) -> bool:
    """Tell whether two given names may be one: equal, an initial, or a short form."""
    short = lexicon().short
    if a == b or (len(a) <= 2 and b.startswith(a[0])) or (len(b) <= 2 and a.startswith(b[0])):
        return True
    return b in short.get(a, ()) or a in short.get(b, ())


def cluster(forms: dict[Form, Evidence]) -> Cast:
    """Hand every form to a figure: full names first, then titles with a name, then single names."""
    kept = _accepted(forms)
    book = _Clusters(kept)
    order = sorted(kept, key=lambda form: (-len(split_form(form)[1]), -kept[form].count, form))
    for form in order:
        titles, rest = split_form(form)
        if len(rest) > 1:
            _full(book, form, titles, rest)
    for form in order:
        titles, rest = split_form(form)
        if len(rest) == 1 and titles:
            _titled(book, form, titles, rest[0])
    for form in order:
        titles, rest = split_form(form)
        if len(rest) == 1 and not titles:
            _single(book, form, rest[0])
    return Cast(tuple(book.figures), book.lookup)


def _name_sex(given: str) -> Sex:
    return lexicon().names.get(given, "unknown")


def _full(book: _Clusters, form: Form, titles: tuple[str, ...], rest: Form) -> None:
    given, family = rest[0], rest[-1]
    sex = title_sex(titles)
    if "mrs" in titles and _name_sex(given) == "male":
        given, sex = f"mrs {given}", "female"
    elif sex == "unknown":
        sex = _name_sex(given)
    same = [
        i
        for i, figure in enumerate(book.figures)
        if _agree(figure.sex, sex)
        and ((figure.family == family and _same_given(figure.given, given)) or _within(rest, figure))
    ]
    book.attach(form, book.best(same) if same else book.new(given, family, sex))


def _within(rest: Form, figure: Figure) -> bool:
    """Tell whether all words of a name stand, in their order, in a longer name of the figure."""
    for form in figure.forms:
        left = iter(split_form(form)[1])
        if len(form) > len(rest) and all(word in left for word in rest):
            return True
    return False


_BEFORE_GIVEN = lexicon().groups["before-given-names"]
"""Titles that may stand before a given name alone."""


_LEARNED = lexicon().groups["professions"]
"""Professions before a family name alone; in a book where a woman bears one her given name stands there too."""


def _titled(book: _Clusters, form: Form, titles: tuple[str, ...], word: str) -> None:
    """Hand out a title with one word: Mr. Darcy, Lady Catherine, Colonel Fitzwilliam."""
    sex = title_sex(titles)
    if sex == "unknown" and titles[-1] in _LEARNED:
        sex = "male"
    agreeing = [i for i, figure in enumerate(book.figures) if _agree(figure.sex, sex)]
    first: list[int] = []
    if titles[-1] in _BEFORE_GIVEN:
        first = [i for i in agreeing if book.figures[i].given == word] or _long(book, word, sex)
    same_title = [i for i in first if any(titles[-1] in other for other in book.figures[i].forms)]
    last = [i for i in agreeing if book.figures[i].family == word]
    if same_title or (first and not last):
        book.attach(form, book.best(same_title or first))
        return
    for i in last:
        if not book.figures[i].given and _same_station(book.figures[i], titles):
            book.attach(form, i)
            return
    named = [i for i in last if book.figures[i].given and not book.figures[i].given.startswith("mrs ")]
    named = _bearers(book, form, titles, named)
    if named:
        book.attach(form, book.best(named))
    elif word in lexicon().names and titles[-1] in _BEFORE_GIVEN and not last:
        book.attach(form, book.new(word, "", sex if sex != "unknown" else _name_sex(word)))
    else:
        book.attach(form, book.new("", word, sex))


def _bearers(book: _Clusters, form: Form, titles: tuple[str, ...], named: list[int]) -> list[int]:
    """Keep the people with a full name whom the title and their family name alone may mean."""
    if "mrs" in titles or "lady" in titles:
        return [i for i in named if any(titles[-1] in other for other in book.figures[i].forms)]
    if "miss" in titles:
        free = [i for i in named if not any({"mrs", "lady"} & set(other) for other in book.figures[i].forms)]
        # The eldest daughter is "Miss Bennet"; a younger one has her given name between the two.
        eldest = [i for i in free if not any("miss" in other and len(other) > 2 for other in book.figures[i].forms)]
        return eldest or free
    kept = []
    for i in named:
        full = sum(count for other, count in book.figures[i].forms.items() if split_form(other)[0])
        # Who is often called "Mr. John X" in full is told apart from somebody who is just "Mr. X".
        if full < 3 or full < 0.15 * book.forms[form].count:
            kept.append(i)
    return kept


def _long(book: _Clusters, word: str, sex: Sex) -> list[int]:
    """Find the one person whose given name a short form stands for."""
    full = lexicon().short.get(word, ())
    own = book.forms.get((word,))
    # A name that only the people of the book use, never its narration, is a short form of somebody's name.
    called = own is not None and own.count >= 4 and own.quoted >= 0.9 * own.count
    found = [
        i
        for i, figure in enumerate(book.figures)
        if figure.given in full and _agree(figure.sex, sex) and (called or _familiar(book, figure))
    ]
    found.sort(key=lambda i: (-book.figures[i].weight, i))
    clear = len(found) == 1 or (len(found) > 1 and book.figures[found[0]].weight > 4 * book.figures[found[1]].weight)
    return found[:1] if clear else []


def _familiar(book: _Clusters, figure: Figure) -> bool:
    """Tell whether the book calls somebody by the given name without a title: a short form may stand for it."""
    if any(len(form) > 1 and not split_form(form)[0] for form in figure.forms):
        plain = sum(count for form, count in figure.forms.items() if not split_form(form)[0])
        if plain * 5 >= figure.weight:
            return True
    single = book.forms.get((figure.given,))
    return single is not None and single.count * 4 >= figure.weight


def _same_station(figure: Figure, titles: tuple[str, ...]) -> bool:
    """Tell whether somebody without a given name may bear these titles too: Mr. and Captain, never Miss and Mrs."""
    sex = title_sex(titles)
    theirs = {word for form in figure.forms for word in split_form(form)[0]}
    if sex == "female":
        station = {"mrs", "miss", "lady"}
        return not (station & theirs) or not (station & set(titles)) or bool(station & theirs & set(titles))
    if sex == "unknown" and figure.sex == "female":
        return not {"mrs", "miss", "lady"} & theirs
    return figure.sex != "female"


def _bears(book: _Clusters, indices: list[int], word: str) -> int:
    """Count how often the book gives a name to the one of these people who bears it most."""
    return max(
        sum(count for form, count in book.figures[i].forms.items() if word in form and len(form) > 1) for i in indices
    )


def _single(book: _Clusters, form: Form, word: str) -> None:
    """Hand out a name of one word: a given name before a family name, and a man's family name before a woman's."""
    first = [i for i, figure in enumerate(book.figures) if figure.given == word]
    last = [i for i, figure in enumerate(book.figures) if figure.family == word]
    if first and last and _bears(book, last, word) > _bears(book, first, word):
        first = []
    if first:
        book.attach(form, book.best(first))
        return
    if last:
        men = [i for i in last if book.figures[i].sex != "female"]
        book.attach(form, book.best(men or last))
        return
    sex = _name_sex(word)
    if word in lexicon().titles:
        bearers = [
            i for i, figure in enumerate(book.figures) if any(word in split_form(f)[0][-1:] for f in figure.forms)
        ]
        if bearers:
            book.attach(form, book.best(bearers))
            return
        sex = lexicon().titles[word]
    long = _long(book, word, sex)
    book.attach(form, long[0] if long else book.new(word, "", sex))
