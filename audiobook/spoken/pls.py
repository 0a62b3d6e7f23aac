"""W3C Pronunciation Lexicons (PLS 1.0), read safely and written plainly."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from audiobook.errors import SettingsError
from audiobook.spoken.ipa import fault
from audiobook.spoken.lexicon import Entry, Lexicon

__all__ = ["parse", "to_pls"]

_SPACE = "http://www.w3.org/2005/01/pronunciation-lexicon"
_PARTS = "urn:part-of-speech"
"""PLS wants roles to be qualified names and leaves the names to others."""


def parse(data: bytes, place: str) -> Lexicon:
    """Read a PLS document: each grapheme becomes an entry that minds capitals, as PLS demands.

    A lexeme's preferred, else first, ``phoneme`` counts, else its first ``alias``; its ``role`` is the part of
    speech. Phonemes in an alphabet other than IPA are left out.

    Raises:
        SettingsError: the document is no PLS, or a phoneme is no IPA.
    """
    from lxml import etree  # heavy, and needed for PLS only

    # No entities, no network, no DTD: a lexicon may come with a book from anywhere.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SettingsError(
            f"not valid XML: {error}", place=place, remedy="Repair it, or use a lexicon.toml"
        ) from error
    if etree.QName(root).localname != "lexicon":
        raise SettingsError("this is no PLS lexicon", place=place, remedy="Its root must be <lexicon>")
    language = root.get("{http://www.w3.org/XML/1998/namespace}lang") or ""
    alphabet = root.get("alphabet") or "ipa"
    entries: list[Entry] = []
    for lexeme in root.iter(f"{{{_SPACE}}}lexeme", "lexeme"):
        entries += _entries(lexeme, language, alphabet, place)
    return Lexicon(tuple(entries))


def _entries(lexeme: object, language: str, alphabet: str, place: str) -> list[Entry]:
    from lxml import etree

    assert isinstance(lexeme, etree._Element)  # noqa: SLF001 - lxml publishes its element type under this name only
    graphemes: list[str] = []
    phonemes: list[tuple[bool, str]] = []
    aliases: list[tuple[bool, str]] = []
    for child in lexeme:
        if not isinstance(child.tag, str):
            continue
        kind = etree.QName(child).localname
        text = " ".join("".join(child.itertext()).split())
        preferred = child.get("prefer") == "true"
        if kind == "grapheme" and text:
            graphemes.append(text)
        elif kind == "phoneme" and text and (child.get("alphabet") or alphabet) == "ipa":
            phonemes.append((preferred, text.strip("/")))
        elif kind == "alias" and text:
            aliases.append((preferred, text))
    ipa = _best(phonemes)
    spoken = "" if ipa else _best(aliases)
    if problem := fault(f"/{ipa}/" if ipa else spoken):
        where = f"{place}:{lexeme.sourceline}"
        raise SettingsError(f"{graphemes[0] if graphemes else 'a lexeme'}: {problem}", place=where, remedy="Repair it")
    part = " ".join(name.rpartition(":")[2] for name in (lexeme.get("role") or "").split())
    if not (ipa or spoken):
        return []
    return [Entry(grapheme, spoken, ipa, part, case=True, language=language) for grapheme in graphemes]


def _best(values: list[tuple[bool, str]]) -> str:
    return next((text for preferred, text in values if preferred), values[0][1] if values else "")


def to_pls(lexicon: Lexicon, language: str) -> str:
    """Write a lexicon for other programs; entries for other languages are left out.

    PLS minds capitals: an entry that does not is written as it stands and with a capital.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<lexicon version="1.0" xmlns="{_SPACE}" xmlns:part="{_PARTS}" alphabet="ipa" xml:lang={quoteattr(language)}>',
    ]
    for entry in lexicon.entries:
        if not entry.serves(language):
            continue
        forms = [entry.written]
        if not entry.case:
            forms += [form for form in (entry.written.lower(), entry.written.capitalize()) if form not in forms]
        role = " ".join(f"part:{name}" for name in re.findall(r"[^\W\d][\w-]*", entry.part))
        lines.append(f"  <lexeme role={quoteattr(role)}>" if role else "  <lexeme>")
        lines += [f"    <grapheme>{escape(form)}</grapheme>" for form in dict.fromkeys(forms)]
        lines.append(
            f"    <phoneme>{escape(entry.ipa)}</phoneme>" if entry.ipa else f"    <alias>{escape(entry.spoken)}</alias>"
        )
        lines.append("  </lexeme>")
    return "\n".join([*lines, "</lexicon>", ""])
