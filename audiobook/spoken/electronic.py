"""Mail and web addresses, file names, hashtags and handles."""

from __future__ import annotations

import re

from audiobook.spoken.letters import spell
from audiobook.spoken.numbers import cardinal, digits
from audiobook.spoken.rules import Style, figured, rule

__all__ = ["RULES"]

_SIGNS = {
    ".": "dot", "-": "dash", "_": "underscore", "/": "slash", ":": "colon", "@": "at", "&": "ampersand",
    "?": "question mark",
    "=": "equals", "#": "hash", "%": "percent", "+": "plus", "~": "tilde", "\\": "backslash", "!": "exclamation mark",
    "$": "dollar", "*": "star", ",": "comma", ";": "semicolon", "'": "apostrophe",
}  # fmt: skip
_PIECE = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d\s]")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPELLED = frozenset({
    "www", "http", "https", "ftp", "html", "htm", "php", "pdf", "uk", "us", "ca", "au", "nz", "ie", "de", "fr",
    "es", "nl", "ch", "se", "dk", "fi", "pl", "cz", "pt", "gr", "ru", "ua", "cn", "jp", "kr", "br", "mx", "za",
    "il", "tr", "eu", "io", "ai", "tv", "sm",
})  # fmt: skip
_WRITTEN = {"jpg": "jpeg"}
_TOP = (
    "com|org|net|edu|gov|mil|int|info|biz|name|museum|aero|coop|app|dev|blog|shop|online|site|tech|store|xyz|io|ai|co|me|tv|fm|us|uk|ca"
    "|au|nz|ie|de|fr|es|it|nl|be|ch|at|se|no|dk|fi|pl|cz|pt|gr|ru|ua|cn|jp|kr|in|br|mx|ar|za|il|tr|eu|asia|html?|php|pdf"
)


def _letters(text: str) -> str:
    """Say one run of letters: most engines spell by themselves what cannot be a word."""
    text = _WRITTEN.get(text.lower(), text)
    if text.lower() in _SPELLED:
        return spell(text.upper())
    return text.lower()


def _figures(text: str) -> str:
    """Say figures one by one, a number of two figures or thousands as a number."""
    if text[0] != "0" and len(text) > 3 and text.endswith("000"):
        return cardinal(text)
    return digits(text)


def _say(text: str) -> str:
    said = []
    for piece in _PIECE.findall(text):
        if piece.isdigit():
            said.append(_figures(piece))
        elif piece.isalpha() and piece.isascii():
            said.append(_letters(piece))
        else:
            said.append(_SIGNS.get(piece, piece if piece.isalnum() else ""))
    return " ".join(filter(None, said))


def _split(text: str) -> tuple[str, str]:
    """Part an address from the punctuation of the sentence behind it."""
    bare = text.rstrip(".,;:!?'\"")
    if bare.endswith(")") and "(" not in bare:
        bare = bare[:-1]
    return bare, text[len(bare) :]


def _web(match: re.Match[str], style: Style) -> str:
    address, rest = _split(match[0])
    if style.urls == "link":
        return f"link{rest}"
    if style.urls == "short":
        host = re.sub(r"^[a-z]+:/+|^www\.", "", address, flags=re.IGNORECASE)
        host = re.sub(r"^www\.", "", host, flags=re.IGNORECASE)
        return _say(re.split(r"[/?#]", host)[0] or host) + rest
    return _say(address) + rest


def _mail(match: re.Match[str], _: Style) -> str:
    address, rest = _split(match[0])
    return _say(address) + rest


def _hashtag(match: re.Match[str], _: Style) -> str:
    return "hashtag " + " ".join(_HUMP.split(match[1].replace("_", " "))) + (" hash" if match[0].endswith("#") else "")


def _handle(match: re.Match[str], _: Style) -> str:
    return "at " + _say(match[1].rstrip("."))


def _identifier(match: re.Match[str], _: Style) -> str:
    """Say the identifier of a document: ``doi:10.1000/182``."""
    address, rest = _split(match[1])
    return f"{spell('DOI')} {_say(address)}{rest}"


_STEM = r"[A-Za-z\d][\w-]{0,60}"
_FILES = (
    "txt|exe|docx?|xlsx?|pptx?|jpe?g|png|gif|svg|bmp|mp[34]|wav|ogg|avi|mov|zip|tar|gz|rar|csv"
    "|tsv|xml|json|css|js|py|cpp|jar|dll|iso|bat|cfg|ini|log|epub|mobi"
)

RULES = (
    rule(r"(?<![\w@.])[\w.+&%-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}(?:/[^\s<>\"']{0,200})?", _mail, "@"),
    rule(r"(?i:\b(?:https?|ftp|file|sftp|ssh|git)://[^\s<>\"]{1,2000})", _web, "://"),
    rule(r"(?i:(?<![\w@./])www\.[^\s<>\"]{2,2000})", _web),
    rule(
        rf"(?<![\w@./'-])(?:[A-Za-z\d][\w-]{{0,62}}\.){{1,6}}(?:{_TOP})(?![\w'@-]|\.\w)(?:/[^\s<>\"]{{0,500}})?",
        _web,
        ".",
    ),
    rule(rf"(?<![\w.@/]){_STEM}\.(?:{_FILES}|{_FILES.upper()})(?![\w@-]|\.\w)", _mail, "."),
    rule(r"(?i:(?<![\w.)\]'])\.(?:com|org|net|edu|gov|mil|info|uk|eu|de|fr|ca|us|io|tv|int|biz))(?![\w.])", _mail, "."),
    figured(r"(?i:\bdoi:?\s?)(?=10\.\d{4,9}/)([^\s<>\"]{3,200})", _identifier, "/"),
    rule(r"(?<![\w&#/])#([A-Za-z_]\w{1,60})#?", _hashtag, "#"),
    rule(r"(?<![\w.@])@([A-Za-z_][\w.]{0,40})", _handle, "@"),
)
