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
    parts = {word for form in forms for word in split_form(form)[1] if split_form(form)[0]}
    kept: dict[Form, Evidence] = {}
    for form, evidence in forms.items():
        titles, rest = split_form(form)
        plural = rest[-1].endswith("s") and (*form[:-1], rest[-1][:-1]) in forms
        if plural or (len(form) == 1 and form[0] in lex.titles and evidence.score < 4):
            continue
        known = len(rest) == 1 and rest[0] in parts and evidence.score >= 0
        given = rest[0] in lex.names and evidence.score >= 0 and (evidence.count > 1 or len(rest) > 1)
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
        if figure.family == family and _same_given(figure.given, given) and _agree(figure.sex, sex)
    ]
    book.attach(form, book.best(same) if same else book.new(given, family, sex))


def _titled(book: _Clusters, form: Form, titles: tuple[str, ...], word: str) -> None:
    sex = title_sex(titles)
    agreeing = [i for i, figure in enumerate(book.figures) if _agree(figure.sex, sex)]
    first = [i for i in agreeing if book.figures[i].given == word]
    last = [i for i in agreeing if book.figures[i].family == word]
    if first and not last:
        book.attach(form, book.best(first))
        return
    own = [i for i in last if not book.figures[i].given]
    if own:
        same_kind = [i for i in own if _same_station(book.figures[i], titles)]
        if same_kind:
            book.attach(form, same_kind[0])
            return
    named = [i for i in last if book.figures[i].given and not book.figures[i].given.startswith("mrs ")]
    if "mrs" in titles:
        named = [i for i in named if any("mrs" in f for f in book.figures[i].forms)]
    elif sex != "female":
        named = [i for i in named if book.figures[i].weight <= book.forms[form].count * 3 or len(named) == 1]
        if len(named) > 1:
            named = []
    if named:
        book.attach(form, book.best(named))
    elif word in lexicon().names and not last:
        book.attach(form, book.new(word, "", sex if sex != "unknown" else _name_sex(word)))
    else:
        book.attach(form, book.new("", word, sex))


def _same_station(figure: Figure, titles: tuple[str, ...]) -> bool:
    """Tell whether a titled figure without a given name may bear these titles too: Mr. and Captain, never Miss and Mrs."""
    sex = title_sex(titles)
    married = {"mrs" in form for form in figure.forms}
    maiden = {"miss" in form for form in figure.forms}
    if sex == "female":
        return (
            ("mrs" in titles and True not in maiden)
            or ("miss" in titles and True not in married)
            or not ({"mrs", "miss"} & set(titles))
        )
    return figure.sex != "female"


def _single(book: _Clusters, form: Form, word: str) -> None:
    first = [i for i, figure in enumerate(book.figures) if figure.given == word]
    last = [i for i, figure in enumerate(book.figures) if figure.family == word]
    if first:
        book.attach(form, book.best(first))
        return
    if last:
        men = [i for i in last if book.figures[i].sex != "female"]
        book.attach(form, book.best(men or last))
        return
    full = lexicon().short.get(word, ())
    sex = _name_sex(word)
    long = [
        i
        for i, figure in enumerate(book.figures)
        if figure.given in full and _agree(figure.sex, sex) and any(not split_form(f)[0] for f in figure.forms)
    ]
    if len(long) == 1:
        book.attach(form, long[0])
        return
    book.attach(form, book.new(word, "", sex))
