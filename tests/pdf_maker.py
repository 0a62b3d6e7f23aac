"""A PDF of plain lines, built by hand."""

from __future__ import annotations

import zlib


def make_pdf(
    pages: list[list[tuple[float, float, float, str]]],
    *,
    outline: list[tuple[str, int, float]] | None = None,
    info: dict[str, str] | None = None,
) -> bytes:
    """Return a PDF; each page is a list of (left, bottom, size, text), the outline of (title, page, top)."""
    objects: list[bytes] = [
        b"",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    kids = []
    for lines in pages:
        content = "".join(
            f"BT /F1 {size} Tf {left} {bottom} Td ({_escaped(text)}) Tj ET\n" for left, bottom, size, text in lines
        )
        packed = zlib.compress(content.encode("cp1252"))
        objects.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 400 600] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(len(objects))
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    root = b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB)"
    if outline:
        first = len(objects) + 2
        objects.append(
            b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>"
            % (first, first + len(outline) - 1, len(outline))
        )
        root += b" /Outlines %d 0 R" % len(objects)
        parent = len(objects)
        for number, (title, page, top) in enumerate(outline):
            links = b""
            if number:
                links += b" /Prev %d 0 R" % (first + number - 1)
            if number + 1 < len(outline):
                links += b" /Next %d 0 R" % (first + number + 1)
            objects.append(
                b"<< /Title (%s) /Parent %d 0 R /Dest [%d 0 R /XYZ 0 %d 0]%s >>"
                % (_escaped(title).encode("cp1252"), parent, kids[page], top, links)
            )
    objects[0] = root + b" >>"
    trailer = b""
    if info:
        objects.append(
            b"<< "
            + b" ".join(b"/%s (%s)" % (k.encode(), _escaped(v).encode("cp1252")) for k, v in info.items())
            + b" >>"
        )
        trailer = b" /Info %d 0 R" % len(objects)
    return assemble(objects, trailer)


def assemble(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """Number the objects from 1 and write them with their table; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n")
    offsets = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, table)
    return bytes(out)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
