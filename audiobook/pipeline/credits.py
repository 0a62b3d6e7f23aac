"""Spoken credits: who wrote and who reads the book, said before its first and after its last chapter."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace

from audiobook.audio import ChapterPlan
from audiobook.book import Metadata
from audiobook.engines.base import VoiceInfo
from audiobook.errors import SettingsError
from audiobook.names import one_line
from audiobook.plan import plan
from audiobook.script import NARRATOR, Line, Scene, Script, ScriptChapter, ScriptParagraph
from audiobook.settings import Settings
from audiobook.spoken import Lexicon

__all__ = ["credit_titles", "plan_credits", "worded"]


@dataclass(frozen=True, slots=True)
class _Wording:
    """The words of one language, for where the settings give none of their own."""

    titles: tuple[str, str]
    """Of the two tracks."""
    by: str
    """Before the author."""
    conjunction: str
    """Between the last two of several authors."""
    part: str
    """Before the number within a series."""
    read_by: str
    readers: tuple[str, str]
    """One synthetic voice, several, as they follow ``read_by``."""
    disclosures: tuple[str, str]
    """A sentence without its point, beside the name of a narrator: one synthetic voice, several."""
    this_was: str
    """Before the title in the closing credits."""

    @property
    def opening(self) -> str:
        """Template of the opening credits."""
        series = f"[ {{series}}[, {self.part} {{series_part}}].]"
        return f"{{title}}[, {{subtitle}}][, {self.by} {{author}}].{series}{self._read}"

    @property
    def closing(self) -> str:
        """Template of the closing credits."""
        return f"{self.this_was} {{title}}[, {self.by} {{author}}].{self._read}"

    @property
    def _read(self) -> str:
        return f"[ {self.read_by} {{narrator}}.][ {{disclosure}}.]"


_WORDINGS = {
    "en": _Wording(
        ("Opening Credits", "Closing Credits"), "by", "and", "part",
        "Narrated by", ("a synthetic voice", "synthetic voices"),
        ("The voice of this recording is synthetic", "The voices of this recording are synthetic"),
        "This was",
    ),
    "de": _Wording(
        ("Vorspann", "Abspann"), "von", "und", "Teil",
        "Gelesen von", ("einer künstlichen Stimme", "künstlichen Stimmen"),
        ("Die Stimme dieser Aufnahme ist künstlich", "Die Stimmen dieser Aufnahme sind künstlich"),
        "Das war",
    ),
    "fr": _Wording(
        ("Générique de début", "Générique de fin"), "de", "et", "tome",
        "Lu par", ("une voix de synthèse", "des voix de synthèse"),
        ("La voix de cet enregistrement est synthétique", "Les voix de cet enregistrement sont synthétiques"),
        "C'était",
    ),
    "es": _Wording(
        ("Créditos iniciales", "Créditos finales"), "de", "y", "parte",
        "Narrado por", ("una voz sintética", "voces sintéticas"),
        ("La voz de esta grabación es sintética", "Las voces de esta grabación son sintéticas"),
        "Han escuchado",
    ),
    "it": _Wording(
        ("Titoli di testa", "Titoli di coda"), "di", "e", "parte",
        "Letto da", ("una voce sintetica", "voci sintetiche"),
        ("La voce di questa registrazione è sintetica", "Le voci di questa registrazione sono sintetiche"),
        "Avete ascoltato",
    ),
    "pt": _Wording(
        ("Créditos iniciais", "Créditos finais"), "de", "e", "parte",
        "Narrado por", ("uma voz sintética", "vozes sintéticas"),
        ("A voz desta gravação é sintética", "As vozes desta gravação são sintéticas"),
        "Ouviram",
    ),
}  # fmt: skip
"""By language; a book in another language says English words, unless the settings give others."""
_FIELDS = (*(field.name for field in fields(Metadata)), "disclosure")


def credit_titles(language: str) -> tuple[str, str]:
    """Return the titles of the tracks that hold the opening and the closing credits of a book."""
    return _wording(language).titles


def plan_credits(
    script: Script, settings: Settings, lexicon: Lexicon, voices: tuple[VoiceInfo, ...] = ()
) -> tuple[ChapterPlan | None, ChapterPlan | None]:
    """Plan the opening and the closing credits; None where the settings want none, or nothing is left to say.

    The opening has the number 0, the closing the one after the last chapter's: the book's own keep theirs.

    Raises:
        SettingsError: a template is wrong.
        ScriptError: the narrator has no voice.
    """
    wanted = settings.publish.credits
    if wanted == "none" or (wanted == "book" and settings.chapters):
        return None, None
    wording = _wording(script.metadata.language)
    facts = _facts(script, settings, wording)
    opening = worded(settings.publish.opening or wording.opening, facts, "publish.opening")
    closing = worded(settings.publish.closing or wording.closing, facts, "publish.closing")
    chapters = tuple(
        ScriptChapter("", (Scene((ScriptParagraph((Line(NARRATOR, text or "-"),)),)),)) for text in (opening, closing)
    )
    planned = plan(replace(script, chapters=chapters), settings, lexicon, voices).chapters
    first, last = (
        replace(chapter, number=number, title=title, credits=True) if chapter.passages else None
        for chapter, number, title in zip(planned, (0, len(script.chapters) + 1), wording.titles, strict=True)
    )
    return first, last


def worded(template: str, facts: dict[str, str], place: str) -> str:
    """Fill a template: ``{name}`` stands for a fact, ``[...]`` is left out when a fact in it is empty.

    Args:
        template: The words; brackets may be nested.
        facts: Text by name.
        place: Setting that holds the template, for errors.

    Raises:
        SettingsError: a name is not among ``facts``, or braces or brackets are not closed.
    """
    filled = [""]
    whole = [True]
    for piece in re.findall(r"\{[^{}\[\]]*\}|[\[\]{}]|[^\[\]{}]+", template):
        if piece == "[":
            filled.append("")
            whole.append(True)
        elif piece == "]" and len(filled) > 1:
            text = filled.pop()
            filled[-1] += text if whole.pop() else ""
        elif len(piece) > 1 and piece[0] == "{":
            fact = facts.get(piece[1:-1].strip())
            if fact is None:
                raise SettingsError(
                    f"{piece} is nothing that credits can say", place=place, remedy=f"Known are {', '.join(facts)}"
                )
            filled[-1] += fact
            whole[-1] = whole[-1] and bool(fact)
        elif piece in "[]{}":
            raise _unclosed(piece, place)
        else:
            filled[-1] += piece
    if len(filled) > 1:
        raise _unclosed("[", place)
    text = re.sub(r"\s+([,.;:!?])", r"\1", " ".join(filled[0].split()))
    return re.sub(r"([.!?…]['\"’”»]?)\.(?=\s|$)", r"\1", text).lstrip(" ,.;:")


def _unclosed(piece: str, place: str) -> SettingsError:
    return SettingsError(f"{piece!r} stands alone", place=place, remedy="Write {title} and [, by {author}]")


def _wording(language: str) -> _Wording:
    return _WORDINGS.get(language.split("-", maxsplit=1)[0].lower(), _WORDINGS["en"])


def _facts(script: Script, settings: Settings, wording: _Wording) -> dict[str, str]:
    """Return what templates may name; the settings' words have come into the script's metadata before."""
    facts = {name: one_line(str(getattr(script.metadata, name, ""))) for name in _FIELDS}
    authors = [name.strip() for name in script.metadata.author.split(";") if name.strip()]
    facts["author"] = f" {wording.conjunction} ".join(filter(None, (", ".join(authors[:-1]), *authors[-1:])))
    several = len({voice.address for _speaker, voice in script.cast}) > 1
    if settings.publish.disclose:
        facts["disclosure"] = wording.disclosures[several] if facts["narrator"] else ""
        facts["narrator"] = facts["narrator"] or wording.readers[several]
    return facts
