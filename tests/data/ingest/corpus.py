# ruff: noqa: E501 - markup is easier to read on one line
"""The smallest file for every rule of reading, built when the tests run.

Each name ends in its outcome: ``-valid`` is read without loss, ``-recovered`` is broken and read all the same,
``-refused`` is refused in one line, ``-hostile`` is refused as built to do harm.
"""

from __future__ import annotations

import io
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable

from epub_maker import CONTAINER, make_epub, make_zip, nav, page
from pdf_maker import assemble, make_pdf

TEXT = "<h1>Dusk</h1><p>The keeper lit the lamp and went down to the sea.</p>"
PAGES = {"one.xhtml": page(TEXT), "two.xhtml": page("<h1>Dawn</h1><p>In the morning the boat was gone.</p>")}
NAV = nav(("Dusk", "one.xhtml"), ("Dawn", "two.xhtml"))
LOL = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
DOC = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _book(**changes: object) -> bytes:
    return make_epub(PAGES, nav=NAV, **changes)  # type: ignore[arg-type]


def _chapter(xml: str | bytes) -> bytes:
    return _book(replaced={"OPS/one.xhtml": xml})


def _patched(data: bytes, change: Callable[[bytearray, int, int], None]) -> bytes:
    """Change the headers of the largest member: the function gets the data and both header offsets."""
    out = bytearray(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = max(archive.infolist(), key=lambda info: info.file_size)
        directory = archive.start_dir
    name = info.filename.encode()
    central = out.index(b"PK\x01\x02", directory)
    while out[central + 46 : central + 46 + len(name)] != name:
        central = out.index(b"PK\x01\x02", central + 4)
    change(out, info.header_offset, central)
    return bytes(out)


def _small_size(out: bytearray, local: int, central: int) -> None:
    out[local + 22 : local + 26] = struct.pack("<I", 20)
    out[central + 24 : central + 28] = struct.pack("<I", 20)


def _encrypted(out: bytearray, local: int, central: int) -> None:
    out[local + 6] |= 1
    out[central + 8] |= 1


def _overlap(out: bytearray, local: int, central: int) -> None:
    """Let a member claim the bytes of the one after it as well."""
    out[central + 20 : central + 24] = struct.pack("<I", 100_000)


def _many_entries(count: int) -> bytes:
    """An archive of empty members, written by hand because `zipfile` takes its time."""
    names = [b"x/%d" % number for number in range(count)]
    locals_ = [b"PK\x03\x04" + struct.pack("<5H3I2H", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name for name in names]
    central = bytearray()
    offset = 0
    for name, local in zip(names, locals_, strict=True):
        central += (
            b"PK\x01\x02"
            + struct.pack("<6H3I5H2I", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, offset)
            + name
        )
        offset += len(local)
    end = struct.pack("<4H2IH", 0, 0, count & 0xFFFF, count & 0xFFFF, len(central), offset, 0)
    return b"".join(locals_) + bytes(central) + b"PK\x05\x06" + end


def _symlink() -> bytes:
    out = io.BytesIO(_book())
    with zipfile.ZipFile(out, "a") as archive:
        info = zipfile.ZipInfo("OPS/link.xhtml")
        info.create_system = 3
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def _named(name: str) -> bytes:
    """Return a book with one more member whose name was changed after it was written."""
    plain = "q" * len(name.encode())
    out = io.BytesIO(_book())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr(plain, "x")
    return out.getvalue().replace(plain.encode(), name.encode())


def _duplicates() -> bytes:
    out = io.BytesIO(_book())
    with warnings.catch_warnings(), zipfile.ZipFile(out, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr("OPS/one.xhtml", page("<p>another text</p>"))
    return out.getvalue()


def _docx(body: str, **parts: str) -> bytes:
    return make_zip({"word/document.xml": f'<w:document xmlns:w="{DOC}"><w:body>{body}</w:body></w:document>', **parts})


def _pdf_bomb() -> bytes:
    """A page whose content is one and a half gigabytes of blanks once it is unpacked."""
    packer = zlib.compressobj(9)
    head = packer.compress(b" ") + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    packed = head + block * 1500 + packer.flush()
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [4 0 R] >>",
            stream,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Contents 3 0 R /Resources << >> >>",
        ]
    )


def _pdf_many_pages() -> bytes:
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 900000 /Kids [%s] >>" % (b"3 0 R " * 900_000),
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        ]
    )


def _scanned() -> bytes:
    image = (
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>"
    )
    return assemble(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>",
            b"<< /Length 29 >>\nstream\nq 400 0 0 600 0 0 cm /I Do Q\nendstream",
            image + b"\nstream\nx\nendstream",
        ]
    )


FILES: dict[str, Callable[[], bytes]] = {
    # containers
    "whole-valid.epub": _book,
    "no-container-recovered.epub": lambda: _book(replaced={"META-INF/container.xml": None}),
    "broken-container-recovered.epub": lambda: _book(replaced={"META-INF/container.xml": "<container><rootfiles"}),
    "container-names-nothing-recovered.epub": lambda: _book(
        replaced={"META-INF/container.xml": CONTAINER.replace("book.opf", "none.opf")}
    ),
    "no-mimetype-recovered.epub": lambda: _book(replaced={"mimetype": None}),
    "no-package-refused.epub": lambda: _book(replaced={"OPS/book.opf": None}),
    "package-not-xml-refused.epub": lambda: _book(replaced={"OPS/book.opf": "\x07\x07\x07"}),
    "no-text-refused.epub": lambda: make_epub({"one.xhtml": page("<p> </p>")}),
    "nothing-in-spine-recovered.epub": lambda: _book(spine="<itemref idref='none'/>"),
    "chapter-missing-recovered.epub": lambda: _book(replaced={"OPS/two.xhtml": None}),
    "nav-missing-recovered.epub": lambda: _book(replaced={"OPS/nav.xhtml": None}),
    "nav-broken-recovered.epub": lambda: _book(replaced={"OPS/nav.xhtml": "<nav><ol><li><a href='one.xhtml'>Dusk"}),
    "empty-refused.epub": lambda: b"",
    "no-zip-refused.epub": lambda: b"PK\x03\x04" + b"not a zip at all" * 40,
    "truncated-refused.epub": lambda: _book()[:-200],
    "cut-in-half-refused.epub": lambda: _book()[:900],
    "duplicate-member-valid.epub": _duplicates,
    "utf16-chapter-valid.epub": lambda: _chapter(page(TEXT).replace("utf-8", "utf-16").encode("utf-16")),
    "latin1-chapter-valid.epub": lambda: _chapter(
        page(TEXT + "<p>caf\xe9</p>").replace("utf-8", "iso-8859-1").encode("latin-1")
    ),
    # locks
    "drm-refused.epub": lambda: _book(
        files={
            "META-INF/rights.xml": "<rights xmlns='http://ns.adobe.com/adept'/>",
            "META-INF/encryption.xml": "<encryption xmlns='urn:oasis:names:tc:opendocument:xmlns:container' "
            "xmlns:e='http://www.w3.org/2001/04/xmlenc#'><e:EncryptedData><e:EncryptionMethod "
            "Algorithm='http://www.w3.org/2001/04/xmlenc#aes128-cbc'/><e:CipherData>"
            "<e:CipherReference URI='OPS/one.xhtml'/></e:CipherData></e:EncryptedData></encryption>",
        }
    ),
    "obfuscated-font-valid.epub": lambda: _book(
        files={
            "OPS/font.otf": b"\1\2\3",
            "META-INF/encryption.xml": "<encryption xmlns='urn:oasis:names:tc:opendocument:xmlns:container' "
            "xmlns:e='http://www.w3.org/2001/04/xmlenc#'><e:EncryptedData><e:EncryptionMethod "
            "Algorithm='http://www.idpf.org/2008/embedding'/><e:CipherData>"
            "<e:CipherReference URI='OPS/font.otf'/></e:CipherData></e:EncryptedData></encryption>",
        }
    ),
    "zip-password-refused.epub": lambda: _patched(_book(replaced={"OPS/book.opf": "x" * 9000}), _encrypted),
    # zip tricks
    "zip-bomb-hostile.epub": lambda: _chapter(page("<p>" + "a" * 52_000_000 + "</p>")),
    "zip-ratio-hostile.epub": lambda: _chapter(page("<p>" + "a" * 3_000_000 + "</p>")),
    "under-declared-size-recovered.epub": lambda: _patched(
        _chapter(page(TEXT + f"<p>{'word ' * 400}</p>")), _small_size
    ),
    "overlap-hostile.epub": lambda: _patched(_book(), _overlap),
    "100000-entries-hostile.epub": lambda: _many_entries(100_000),
    "slip-hostile.epub": lambda: _named("../../outside.xhtml"),
    "absolute-hostile.epub": lambda: _named("/etc/outside.xhtml"),
    "drive-hostile.epub": lambda: _named("C:/outside.xhtml"),
    "backslash-hostile.epub": lambda: _named("..\\..\\outside.xhtml"),
    "nul-in-name-hostile.epub": lambda: _named("OPS/a\0.xhtml"),
    "symlink-hostile.epub": _symlink,
    "nested-zip-recovered.epub": lambda: _book(replaced={"OPS/one.xhtml": _book()}),
    # XML tricks
    "billion-laughs-hostile.epub": lambda: _chapter(
        f'<!DOCTYPE html [<!ENTITY l0 "lol">{LOL}]>' + page("<p>&l9;</p>")[38:]
    ),
    "laughs-in-package-hostile.epub": lambda: _book(
        replaced={"OPS/book.opf": f'<!DOCTYPE p [<!ENTITY l0 "lol">{LOL}]><package>&l9;</package>'}
    ),
    "quadratic-entities-hostile.epub": lambda: _chapter(
        f'<!DOCTYPE html [<!ENTITY a "{"a" * 90_000}">]>' + page(f"<p>{'&a;' * 90_000}</p>")[38:]
    ),
    "external-entity-hostile.epub": lambda: _chapter(
        '<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + page("<p>&x;</p>")[38:]
    ),
    "parameter-entity-hostile.epub": lambda: _chapter(
        '<!DOCTYPE html [<!ENTITY % x SYSTEM "http://example.invalid/x.dtd"> %x;]>' + page(TEXT)[38:]
    ),
    "utf16-external-entity-hostile.epub": lambda: _chapter(
        (
            '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
            + page("<p>&x;</p>")[38:]
        ).encode("utf-16")
    ),
    "legal-doctype-valid.epub": lambda: _chapter(
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
        + page(TEXT + "<p>caf&eacute;&nbsp;noir</p>")[38:]
    ),
    "own-entity-valid.epub": lambda: _chapter(
        '<!DOCTYPE html [<!ENTITY pub "The Lamp Press">]>' + page(TEXT + "<p>&pub;</p>")[38:]
    ),
    "unclosed-comments-recovered.epub": lambda: _chapter("<!DOCTYPE html [" + "<!--" * 20_000 + page(TEXT)),
    "deep-recovered.epub": lambda: _chapter(page("<div>" * 600 + "<p>far down</p>" + "</div>" * 600)),
    "deep-hostile.epub": lambda: _chapter(page("<div>" * 100_000 + "x")),
    "giant-attribute-hostile.epub": lambda: _chapter(page(f'<p class="{"abcdefgh " * 60_000}{"x1y2" * 40_000}">x</p>')),
    "many-tags-hostile.epub": lambda: _chapter(page("<b/><i/>" * 350_000)),
    "many-attributes-hostile.epub": lambda: _chapter(
        page("<p><a " + " ".join(f"a{n}='1'" for n in range(100_000)) + ">x</p>")
    ),
    "unclosed-recovered.epub": lambda: _chapter(page("<h1>Dusk<p>The keeper <b>lit the lamp")),
    "undeclared-entity-recovered.epub": lambda: _chapter(page("<p>one&nbsp;two &hellip; &unknown;</p>")),
    "controls-recovered.epub": lambda: _chapter(page("<p>one\x01two\x0bthree</p>")),
    # other formats
    "random-bytes-refused.html": lambda: random.Random(1).randbytes(5_000),
    "utf16-valid.html": lambda: "<html><h1>Dusk</h1><p>The keeper lit the lamp.</p></html>".encode("utf-16"),
    "deep-hostile.fb2": lambda: b"<FictionBook><body>" + b"<section>" * 1_500 + b"<p>x</p>",
    "not-xml-refused.fb2": lambda: b"\x07<<<<\x07",
    "unclosed-refused.docx": lambda: make_zip({"word/document.xml": f'<w:document xmlns:w="{DOC}"><w:body><w:p><w:r>'}),
    "undeclared-prefix-refused.docx": lambda: make_zip(
        {"word/document.xml": "<w:document><w:body><w:p><w:r><w:t>The keeper lit the lamp.</w:t></w:r></w:p>"}
    ),
    "unclosed-refused.odt": lambda: make_zip(
        {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<office:document-content><office:body>"}
    ),
    "too-deep-for-its-parser-valid.md": lambda: b">" * 100_000 + b" ahoy\n",
    "random-bytes-refused.md": lambda: random.Random(1).randbytes(5_000),
    "chinese-valid.txt": "渔村\n\n第一章 清晨\n\n“船呢？”老李问。\n\n第二章 夜晚\n\n他等天亮。\n".encode,
    "billion-laughs-hostile.docx": lambda: make_zip(
        {
            "word/document.xml": f'<!DOCTYPE d [<!ENTITY l0 "lol">{LOL}]><w:document xmlns:w="{DOC}"><w:body>&l9;</w:body></w:document>'
        }
    ),
    "no-text-refused.docx": lambda: _docx("<w:p/>"),
    "no-document-refused.docx": lambda: make_zip({"word/styles.xml": "<w/>", "docProps/core.xml": "<x/>"}),
    "plain-valid.docx": lambda: _docx("<w:p><w:r><w:t>The keeper lit the lamp.</w:t></w:r></w:p>"),
    "external-entity-hostile.fb2": lambda: (
        b'<?xml version="1.0"?><!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]><FictionBook><body>'
        b"<section><p>&x;</p></section></body></FictionBook>"
    ),
    "truncated-recovered.fb2": lambda: b"<FictionBook><body><section><title><p>Dusk</p></title><p>The keeper lit",
    "locked-refused.odt": lambda: make_zip(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": b"\x93\x12",
            "META-INF/manifest.xml": "<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'>"
            "<m:file-entry m:full-path='content.xml'><m:encryption-data/></m:file-entry></m:manifest>",
        }
    ),
    "plain-valid.pdf": lambda: make_pdf([[(50, 500, 12, "The keeper lit the lamp and went down.")]]),
    "scanned-refused.pdf": _scanned,
    "truncated-refused.pdf": lambda: make_pdf([[(50, 500, 12, "The keeper lit the lamp.")]])[:300],
    "blank-bomb-hostile.pdf": _pdf_bomb,
    "many-pages-hostile.pdf": _pdf_many_pages,
    "deep-hostile.html": lambda: b"<html><body>" + b"<div>" * 200_000 + b"x",
    "plain-valid.html": lambda: b"<!doctype html><title>Dusk</title><h1>Dusk</h1><p>The keeper lit the lamp.",
    "only-script-refused.html": lambda: b"<html><body><script>let a = 1</script></body></html>",
}
