"""Characters that no engine may stumble over or take for a command."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["FIRST_MARK", "LAST_MARK", "clean", "straighten"]

FIRST_MARK = 0xF0000
"""Code point of the first placeholder for words whose sound is already settled."""
LAST_MARK = 0xFFFFD

_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_QUOTES = str.maketrans({
    "‘": "'", "’": "'", "‛": "'", "ʼ": "'", "´": "'", "＇": "'",
    "“": '"', "”": '"', "‟": '"', "″": '"', "＂": '"',
    "\u00a0": " ", "\u202f": " ", "\u2005": " ", "\u2006": " ",
    "\u2007": " ", "\u2008": " ", "\u2009": " ", "\u200a": " ",
    "\u2010": "-", "\u2011": "-", "\u2043": "-",
})  # fmt: skip
_LIGATURES = str.maketrans({
    "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st",
})  # fmt: skip
# Invisible characters split words or break markup. Joiners stay where a script or an emoji needs them.
_INVISIBLE = re.compile(
    "[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb\ufffd]"
    "|(?<=[A-Za-z])[\u200c\u200d]|[\u200c\u200d](?=[A-Za-z])"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_BLANKS = re.compile(r"[^\S\n]{2,}")
_HTML = re.compile(
    r"</?(?:a|abbr|b|big|blockquote|br|center|cite|code|dd|del|dfn|div|dl|dt|em|font|h[1-6]|hr|i|img|ins|kbd|li|mark|ol|p|pre|q"
    r"|s|samp|small|span|strike|strong|sub|sup|table|tbody|td|th|thead|tr|tt|u|ul|var)(?:\s[^<>]{0,300})?/?>",
    re.IGNORECASE,
)
_ENTITIES = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
    "&apos;": "'",
    "&nbsp;": " ",
    "&mdash;": "—",
    "&ndash;": "–",
}
_ENTITY = re.compile("|".join(_ENTITIES))
_TAG = re.compile(r"<(/?[A-Za-z][^<>\n]{0,100})>")
_EMPHASIS = re.compile(r"(?<![\w*])(\*{1,3}|_{1,3})(?=[^\s*_])([^*_\n]{1,400}?)(?<=[^\s*_])\1(?![\w*])")
_CODE = re.compile(r"`+|(?<!\w)´+")


def straighten(text: str) -> str:
    """Replace characters one for one, so that offsets into the text stay true."""
    return _PRIVATE.sub(" ", text).translate(_QUOTES)


def clean(text: str) -> str:
    """Make a text safe for every engine; its words and punctuation stay.

    Doubled brackets (phonemes to eSpeak, Piper and macOS), tags, Markdown emphasis and links,
    backquotes, control and invisible characters lose their power; ligatures become letters; blanks
    are single.
    """
    if text.isascii() and not _SPECIAL.search(text):
        return text
    text = unicodedata.normalize("NFC", text).translate(_LIGATURES)
    text = _CONTROL.sub(" ", _INVISIBLE.sub("", text))
    if "&" in text:
        text = _ENTITY.sub(lambda match: _ENTITIES[match[0]], text)
    if "<" in text:
        text = _TAG.sub(lambda match: f" {match[1].strip('/ ')} ", _HTML.sub(" ", text))
    text = _EMPHASIS.sub(r"\2", text)
    text = text.replace("``", '"').replace("''", '"')
    text = _CODE.sub("'", text)
    text = re.sub(r"\[{2,}", "[", text)
    text = re.sub(r"\]{2,}", "]", text)
    text = text.replace("](", "] (")
    return _BLANKS.sub(" ", text)


_SPECIAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f&<*_`\[\]]|''|[^\S\n]{2}")
