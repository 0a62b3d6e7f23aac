from __future__ import annotations

import io
import json
import uuid
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from mutagen.mp3 import MP3
from PIL import Image
from tone import make_audiobook, make_track

from audiobook.audio import Audiobook
from audiobook.errors import UsageError
from audiobook.publish import Edition, publish
from audiobook.settings import PublishSettings, Settings

ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}"
PODCAST = "{https://podcastindex.org/namespace/1.0}"


@pytest.fixture
def audiobook(tmp_path: Path) -> Audiobook:
    tracks = (
        make_track(tmp_path, 1, 6.2, title='<Salt> & "Pepper"'),
        replace(make_track(tmp_path, 2, 5.9, title=""), scenes=(("At sea", 18_000), ("", 90_000))),
    )
    return make_audiobook(
        tmp_path,
        *tracks,
        author="A. Writer; B. Second",
        series="Lights",
        series_part="2",
        identifier="978-0-00-000000-2",
        description="A <tale> & more.",
        language="en-GB",
    )


def opened(path: Path) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(path)
    assert archive.testzip() is None
    assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    return archive


def test_an_lpf_has_what_the_recommendation_requires(tmp_path: Path, audiobook: Audiobook) -> None:
    (path,) = publish(audiobook, "lpf", tmp_path, Settings(), "lamp").paths
    archive = opened(path)
    manifest = json.loads(archive.read("publication.json"))
    assert manifest["@context"][:2] == ["https://schema.org", "https://www.w3.org/ns/pub-context"]
    assert manifest["conformsTo"] == "https://www.w3.org/TR/audiobooks/"
    assert manifest["name"] == "The Lamp"
    assert manifest["id"] == "urn:isbn:9780000000002"
    assert manifest["author"] == ["A. Writer", "B. Second"]
    lengths = [float(item["duration"].strip("PTS")) for item in manifest["readingOrder"]]
    assert lengths == [6.2, 5.9]
    assert float(manifest["duration"].strip("PTS")) == pytest.approx(sum(lengths))
    names = set(archive.namelist())
    links = [item["url"] for item in manifest["readingOrder"] + manifest["resources"]]
    assert len(links) == len(set(links))
    assert names == {"publication.json", *links}
    for item in manifest["readingOrder"]:
        assert MP3(io.BytesIO(archive.read(item["url"]))).info.length == pytest.approx(
            float(item["duration"].strip("PTS")), abs=0.06
        )
    page = archive.read("index.html").decode()
    assert 'role="doc-toc"' in page
    assert '<a href="audio/0001.mp3">&lt;Salt&gt; &amp; &quot;Pepper&quot;</a>' in page
    assert '<a href="audio/0002.mp3">Chapter 2</a>' in page
    stored = {info.filename for info in archive.infolist() if info.compress_type == zipfile.ZIP_STORED}
    assert stored == {"audio/0001.mp3", "audio/0002.mp3", "cover.jpg"}


def test_a_readium_audiobook_has_durations_types_and_series(tmp_path: Path, audiobook: Audiobook) -> None:
    (path,) = publish(audiobook, "readium", tmp_path, Settings(), "lamp").paths
    assert path.name == "lamp.audiobook"
    archive = opened(path)
    manifest = json.loads(archive.read("manifest.json"))
    metadata = manifest["metadata"]
    assert metadata["conformsTo"] == "https://readium.org/webpub-manifest/profiles/audiobook"
    assert metadata["duration"] == pytest.approx(12.1)
    assert metadata["sortAs"] == "Lamp, The"
    assert metadata["author"] == [
        {"name": "A. Writer", "sortAs": "Writer, A."},
        {"name": "B. Second", "sortAs": "Second, B."},
    ]
    assert metadata["belongsTo"] == {"series": [{"name": "Lights", "position": 2.0}]}
    assert [(link["type"], link["duration"], link["bitrate"]) for link in manifest["readingOrder"]] == [
        ("audio/mpeg", 6.2, 192),
        ("audio/mpeg", 5.9, 192),
    ]
    assert all("#" not in link["href"] and link["href"] in archive.namelist() for link in manifest["readingOrder"])


@pytest.mark.parametrize("kind", ["lpf", "readium", "audiobookshelf", "podcast"])
def test_two_runs_write_the_same_bytes(tmp_path: Path, audiobook: Audiobook, kind: str) -> None:
    chosen = replace(Settings(), publish=PublishSettings(feed_url="https://example.org/book"))
    one = publish(audiobook, kind, tmp_path / "one", chosen, "lamp").paths
    two = publish(audiobook, kind, tmp_path / "two", replace(chosen, jobs=1), "lamp").paths
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@pytest.mark.parametrize("formats", [("m4b", "audiobookshelf"), ("mp3", "audiobookshelf")])
def test_audiobookshelf_gets_its_keys_and_chapters(
    tmp_path: Path, audiobook: Audiobook, formats: tuple[str, ...]
) -> None:
    chosen = replace(Settings(), formats=formats)
    paths = publish(audiobook, "audiobookshelf", tmp_path, chosen, "lamp").paths
    assert [path.name for path in paths] == ["metadata.json", "cover.jpg"]
    found = json.loads(paths[0].read_text(encoding="utf-8"))
    assert found["series"] == ["Lights #2"]
    assert found["authors"] == ["A. Writer", "B. Second"]
    assert found["isbn"] == "9780000000002"
    assert found["publishedYear"] == "1901"
    timeline = Edition(audiobook, tmp_path, "lamp", chosen, tmp_path).timeline()
    second = round(timeline.starts[1] / timeline.sample_rate, 3) if "m4b" in formats else 6.2
    assert found["chapters"][1]["start"] == found["chapters"][0]["end"] == second
    assert [chapter["title"] for chapter in found["chapters"]] == ['<Salt> & "Pepper"', "Chapter 2"]
    assert Image.open(io.BytesIO(paths[1].read_bytes())).size == (2400, 2400)


def test_a_feed_links_to_files_that_are_there(tmp_path: Path, audiobook: Audiobook) -> None:
    chosen = replace(Settings(), publish=PublishSettings(feed_url="https://example.org/a&b/"))
    paths = publish(audiobook, "podcast", tmp_path, chosen, "lamp").paths
    root = ET.parse(paths[0]).getroot()
    channel = root.find("channel")
    assert channel is not None
    assert channel.findtext("title") == "The Lamp"
    assert channel.findtext("description", "").startswith("A <tale> & more. Read by synthetic voices")
    assert channel.findtext(f"{ITUNES}type") == "serial"
    items = channel.findall("item")
    assert [item.findtext("title") for item in items] == ['<Salt> & "Pepper"', "Chapter 2"]
    dates = [parsedate_to_datetime(item.findtext("pubDate", "")) for item in items]
    assert dates == sorted(dates)
    base = "https://example.org/a&b/"
    for item in items:
        enclosure = item.find("enclosure")
        assert enclosure is not None
        file = tmp_path / "podcast" / enclosure.attrib["url"].removeprefix(base)
        assert file.stat().st_size == int(enclosure.attrib["length"])
        for name in ("transcript", "chapters"):
            link = item.find(f"{PODCAST}{name}")
            assert link is not None
            assert (tmp_path / "podcast" / link.attrib["url"].removeprefix(base)).is_file()
    scenes = json.loads((tmp_path / "podcast" / "0002.json").read_text(encoding="utf-8"))
    assert scenes == {
        "version": "1.2.0",
        "chapters": [{"startTime": 0, "title": "At sea"}, {"startTime": 3.75, "title": "Part 2"}],
    }
    assert (tmp_path / "podcast" / "0002.vtt").read_text(encoding="utf-8").count("-->") == 1
    assert "00:00:00.750 -->" in (tmp_path / "podcast" / "0002.vtt").read_text(encoding="utf-8")


@pytest.mark.parametrize("url", ["", "example.org/book", "file:///tmp"])
def test_a_podcast_without_an_address_is_refused(tmp_path: Path, audiobook: Audiobook, url: str) -> None:
    chosen = replace(Settings(), publish=PublishSettings(feed_url=url))
    with pytest.raises(UsageError, match=r"publish\.feed_url.*https://example\.org"):
        publish(audiobook, "podcast", tmp_path, chosen, "lamp")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("ISBN 0-306-40615-2", "urn:isbn:0306406152"),
        ("urn:isbn:9780000000002", "urn:isbn:9780000000002"),
        ("https://example.org/1", "https://example.org/1"),
    ],
)
def test_identifiers_become_urns(tmp_path: Path, given: str, expected: str) -> None:
    book = make_audiobook(tmp_path, make_track(tmp_path), identifier=given)
    assert Edition(book, tmp_path, "x", Settings(), tmp_path).identifier == expected


def test_books_without_an_identifier_get_one_of_their_own(tmp_path: Path) -> None:
    track = make_track(tmp_path)
    books = [make_audiobook(tmp_path, track, title=title) for title in ("A", "B", "A")]
    first, second, again = (Edition(book, tmp_path, "x", Settings(), tmp_path).identifier for book in books)
    assert first == again != second
    assert first.startswith("urn:uuid:")


def test_the_stated_time_follows_source_date_epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    edition = Edition(make_audiobook(tmp_path, make_track(tmp_path)), tmp_path, "x", Settings(), tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert edition.modified.isoformat() == "2000-01-01T00:00:00+00:00"
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert edition.modified == datetime.fromisoformat("1970-01-02T00:00:00+00:00")


def test_a_feed_holds_addresses_as_the_web_writes_them(tmp_path: Path, audiobook: Audiobook) -> None:
    # Spaces and accents of the setting stood in the feed as they were.
    chosen = replace(Settings(), publish=PublishSettings(feed_url="https://example.org/a b/é%20x/"))
    (feed, *_) = publish(audiobook, "podcast", tmp_path, chosen, "lamp").paths
    enclosure = ET.parse(feed).find("channel/item/enclosure")
    assert enclosure is not None
    assert enclosure.get("url") == "https://example.org/a%20b/%C3%A9%20x/0001.mp3"


def test_a_feed_has_the_guid_that_podcasting_2_makes_of_its_address(tmp_path: Path, audiobook: Audiobook) -> None:
    # It was made of the folder's address with its scheme, so directories saw another podcast.
    namespace = uuid.UUID("ead4c236-bf58-58c6-a2c6-a6b28d128cb6")
    chosen = replace(Settings(), publish=PublishSettings(feed_url="https://example.org/book"))
    (feed, *_) = publish(audiobook, "podcast", tmp_path, chosen, "lamp").paths
    wanted = str(uuid.uuid5(namespace, "example.org/book/feed.xml"))
    assert ET.parse(feed).findtext(f"channel/{PODCAST}guid") == wanted


@pytest.mark.parametrize(("chapters", "abridged"), [("", False), ("1-2", True)])
def test_some_chapters_of_a_book_are_not_called_the_whole(
    tmp_path: Path, audiobook: Audiobook, chapters: str, abridged: bool
) -> None:
    # A build of chapter 2 alone was described as complete.
    chosen = replace(Settings(), chapters=chapters)
    (lpf,) = publish(audiobook, "lpf", tmp_path, chosen, "lamp").paths
    (facts, _) = publish(audiobook, "audiobookshelf", tmp_path, chosen, "lamp").paths
    assert json.loads(opened(lpf).read("publication.json"))["abridged"] is abridged
    assert json.loads(facts.read_text("utf-8"))["abridged"] is abridged
