from __future__ import annotations

import base64
import hashlib
import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from chromium import Page, browser
from tone import RATE, make_audiobook, make_track

from audiobook import ffmpeg
from audiobook.audio import Audiobook, Mark, Track, WordTime
from audiobook.publish import publish
from audiobook.script import NARRATOR, UNKNOWN
from audiobook.settings import PublishSettings, Settings

HOSTILE = "</script><script>document.title='stolen'</script><img src=x onerror=alert(1)>\"'&$title"
TEXTS = (
    "The lamp had gone out.",
    "“Who put it out?” she asked.",
    "Nobody said 😀 a word of it.",
    "The wind rose at four.",
    "Then it fell.",
    "She slept.",
)
ADA = 'Ada "&<b>'
SPEAKERS = (NARRATOR, NARRATOR, ADA, "Tom", NARRATOR, "Tom", UNKNOWN)


def chapter(folder: Path, number: int, title: str, seconds: float = 20.0, *, words: bool = True) -> Track:
    """Make an announced title, three paragraphs of two sentences and a scene break before the last."""
    track = make_track(folder, number, seconds, title=title, texts=(f"{title}.", *TEXTS), words=words)
    places = [(-1, 0), (0, 0), (0, 0), (1, 0), (1, 0), (2, 1), (2, 1)]
    marks = [
        replace(mark, paragraph=paragraph, scene=scene, speaker=speaker)
        for mark, (paragraph, scene), speaker in zip(track.marks, places, SPEAKERS, strict=True)
    ]
    marks[1] = replace(marks[1], foreign=((4, 8, "de"),))  # a word in an element of its own is found as well
    return replace(track, marks=tuple(marks))


@pytest.fixture(scope="module")
def audiobook(tmp_path_factory: pytest.TempPathFactory) -> Audiobook:
    folder = tmp_path_factory.mktemp("tracks")
    tracks = (
        chapter(folder, 1, "The Lamp"),
        chapter(folder, 2, HOSTILE),
        chapter(folder, 3, "Morning", words=False),
        replace(make_track(folder, 4, 3.0, title=""), marks=()),
    )
    return make_audiobook(folder, *tracks, title=f"Lamp {HOSTILE}", author="A. Writer; B. Second", description=HOSTILE)


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory, audiobook: Audiobook) -> tuple[Path, ...]:
    return publish(audiobook, "web", tmp_path_factory.mktemp("web"), Settings(), "lamp").paths


@pytest.fixture(scope="module")
def html(paths: tuple[Path, ...]) -> str:
    return paths[0].read_text(encoding="utf-8")


class Elements(HTMLParser):
    """Every element with its attributes and the text in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.stack: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), (tag, attrs)
        self.found.append((tag, dict(attrs), []))
        if tag not in {"meta", "link", "img", "input", "hr"}:
            self.stack.append(self.found[-1])

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop()[0] == tag

    def handle_data(self, data: str) -> None:
        for _, _, texts in self.stack:
            texts.append(data)

    def all(self, tag: str, **attributes: str) -> list[tuple[dict[str, str | None], str]]:
        return [
            (attrs, "".join(texts))
            for name, attrs, texts in self.found
            if name == tag and all(attrs.get(key.strip("_")) == value for key, value in attributes.items())
        ]

    def sentences(self) -> list[tuple[dict[str, str | None], str]]:
        return [(attrs, text) for attrs, text in self.all("span") if "data-at" in attrs]


def test_the_folder_holds_one_page_and_a_sound_a_chapter(paths: tuple[Path, ...], audiobook: Audiobook) -> None:
    folder = paths[0].parent
    names = [path.relative_to(folder.parent).as_posix() for path in paths]
    sounds = [f"lamp-web/audio/{number:04d}.mp3" for number in (1, 2, 3, 4)]
    assert names == ["lamp-web/index.html", *sounds]
    assert sorted(path for path in folder.rglob("*") if path.is_file()) == sorted(paths)
    for path, track in zip(paths[1:], audiobook.tracks, strict=True):
        assert ffmpeg.probe(path).duration_s == pytest.approx(track.frames / RATE, abs=0.06)


def test_two_runs_write_the_same_bytes(tmp_path: Path, audiobook: Audiobook, paths: tuple[Path, ...]) -> None:
    again = publish(audiobook, "web", tmp_path, replace(Settings(), jobs=1), "lamp").paths
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]


def test_every_element_is_closed_and_every_name_is_there_once(html: str) -> None:
    page = Elements(html)
    assert page.stack == []
    names = [attrs["id"] for _, attrs, _ in page.found if "id" in attrs]
    assert len(set(names)) == len(names)
    for _, attrs, _ in page.found:
        for key in ("aria-labelledby", "popovertarget"):
            assert attrs.get(key) in {None, *names}


def test_words_of_the_book_stay_words(html: str) -> None:
    page = Elements(html)
    assert page.all("title")[0][1] == f"Lamp {HOSTILE}"
    assert page.all("section", id="c2")[0][0]["data-title"] == HOSTILE
    assert [text for _, text in page.all("bdi")][2] == HOSTILE
    assert page.all("h2", id="t2")[0][1] == f"{HOSTILE}."
    assert len(page.all("script")) == len(page.all("style")) == len(page.all("img")) == 1
    assert not [attrs for _, attrs, _ in page.found if any(key.startswith("on") or key == "style" for key in attrs)]


def test_the_policy_allows_only_what_the_page_itself_brings(html: str) -> None:
    page = Elements(html)
    (attrs, _), *others = page.all("meta", http_equiv="") or page.all(
        "meta", **{"http-equiv": "Content-Security-Policy"}
    )
    assert others == []
    policy = dict(part.split(" ", 1) for part in str(attrs["content"]).split("; "))
    assert policy["default-src"] == "'none'"
    for tag, name in (("script", "script-src"), ("style", "style-src")):
        digest = base64.b64encode(hashlib.sha256(page.all(tag)[0][1].encode()).digest()).decode()
        assert policy[name] == f"'sha256-{digest}'"
    assert "unsafe" not in str(attrs["content"])
    links = [
        str(value) for _, attrs, _ in page.found for key, value in attrs.items() if key in {"src", "href", "data-src"}
    ]
    assert links
    assert all(re.match(r"data:image/|#\w+$|audio/\d{4}\.mp3$", link) for link in links)


def test_sentences_stand_in_paragraphs_scenes_and_headings(html: str) -> None:
    body = html[html.index('<section id="c1"') : html.index("</section>", html.index('<section id="c1"'))]
    lines = re.sub(r"</?span[^>]*>", "", body).splitlines()
    assert lines[1:] == [
        '<h2 id="t1" dir="auto">The Lamp.</h2>',
        '<p class="file" lang="en"><a href="audio/0001.mp3">Hear this chapter</a></p>',
        f'<p dir="auto">{TEXTS[0]} {TEXTS[1]}</p>',
        f'<p dir="auto">{TEXTS[2]} {TEXTS[3]}</p>',
        "<hr>",
        f'<p dir="auto">{TEXTS[4]} {TEXTS[5]}</p>',
    ]
    assert '<h2 id="t4" dir="auto">Chapter 4</h2>' in html


def test_speech_has_its_speakers_colour_and_whoever_begins_is_named(html: str) -> None:
    page = Elements(html)
    spans = [(attrs["class"], attrs.get("data-by")) for attrs, _ in page.sentences()][:7]
    assert spans == [
        ("s", None), ("s", None), ("s v2", ADA), ("s v1", "Tom"), ("s", None), ("s v1", "Tom"), ("s v0", "Unknown"),
    ]  # fmt: skip
    assert [(attrs["class"], text) for attrs, text in page.all("li") if "class" in attrs] == [
        ("v1", "Tom"), ("v2", ADA), ("v0", "Unknown"),
    ]  # fmt: skip


def test_words_of_another_language_say_so(html: str) -> None:
    assert Elements(html).all("span", lang="de")[0] == ({"lang": "de"}, "lamp")


def test_a_large_cast_shares_the_last_colour(tmp_path: Path) -> None:
    names = tuple(f"P{number}" for number in range(12))
    track = make_track(
        tmp_path, 1, 20.0, texts=("Yes.",) * 78, speakers=tuple(n for k, n in enumerate(names) for _ in range(12 - k))
    )
    html = publish(make_audiobook(tmp_path, track), "web", tmp_path, Settings(), "lamp").paths[0].read_text("utf-8")
    colours = [attrs["class"] for attrs, _ in Elements(html).all("li") if "class" in attrs]
    assert colours == [f"v{number}" for number in range(1, 9)] + ["v0"] * 4


def test_a_book_of_one_voice_lists_no_speakers(tmp_path: Path) -> None:
    html = publish(make_audiobook(tmp_path), "web", tmp_path, Settings(), "lamp").paths[0].read_text("utf-8")
    assert '<ul id="speakers"' not in html


def test_times_are_those_of_the_marks_and_places_those_of_a_browser(html: str, audiobook: Audiobook) -> None:
    page = Elements(html)
    marks = [(track, mark) for track in audiobook.tracks for mark in track.marks]
    spans = page.sentences()
    assert len(spans) == len(marks)
    for (attrs, text), (track, mark) in zip(spans, marks, strict=True):
        assert text == mark.text
        assert int(str(attrs["data-at"])) == pytest.approx(mark.start * 1000 / track.sample_rate, abs=0.51)
        if not mark.words:
            assert "data-words" not in attrs
    attrs, text = spans[3]
    numbers = [int(number) for number in str(attrs["data-words"]).split()]
    units = text.encode("utf-16-le")
    starts = [*numbers[::2], len(units) // 2]
    words = [units[2 * a : 2 * b].decode("utf-16-le").strip() for a, b in itertools.pairwise(starts)]
    assert words == text.split()
    times = [(word.start - marks[3][1].start) * 1000 / RATE for word in marks[3][1].words]
    assert numbers[1::2][0] == 0
    assert numbers[1::2][1] == pytest.approx(times[1], abs=2)
    assert numbers[1::2][-1] == pytest.approx(times[-1], abs=2)


def test_a_book_without_author_or_disclosure_has_no_empty_lines(tmp_path: Path) -> None:
    quiet = replace(Settings(), publish=replace(PublishSettings(), disclose=False))
    book = make_audiobook(tmp_path, make_track(tmp_path, 1, 3.0), author="", year="", language="ar")
    page = Elements(publish(book, "web", tmp_path, quiet, "lamp").paths[0].read_text(encoding="utf-8"))
    assert not page.all("p", id="author")
    assert all(text.strip() for _, text in page.all("p", dir="auto"))
    assert page.all("main")[0][0]["lang"] == "ar"
    assert "synthetic" not in page.all("footer")[0][1]


@pytest.mark.parametrize(
    ("written", "spoken", "expected"),
    [
        ("In 1893, Dr. Hall came.", "In eighteen ninety-three, Doctor Hall came.", "0 0 3 1000 13 4000 18 5000"),
        ("He -- said: “No!”", "He said: “No!”", "0 0 6 1000 12 2000"),
        ("Yes. 42", "Yes. forty two", "0 0 5 1000"),
        ("A🕯️ b", "A b", "0 0 5 1000"),
        ("...", "pause", "0 0"),
    ],
)
def test_what_is_said_otherwise_lights_up_as_a_whole(tmp_path: Path, written: str, spoken: str, expected: str) -> None:
    words = tuple(WordTime(word, at * RATE, (at + 1) * RATE) for at, word in enumerate(spoken.split()))
    track = replace(make_track(tmp_path, 1, 6.0), marks=(Mark(written, "NARRATOR", 0, 6 * RATE, words=words),))
    (page, _) = publish(make_audiobook(tmp_path, track), "web", tmp_path, Settings(), "lamp").paths
    ((attrs, text),) = Elements(page.read_text(encoding="utf-8")).all("span", **{"class": "s"})
    assert (attrs["data-words"], text) == (expected, written)


@pytest.fixture(scope="module")
def tabs() -> Iterator[Callable[..., Page]]:
    with browser() as tab:
        yield tab


NOW = "document.querySelector('.s.now')?.textContent"
READY = "document.getElementById('sound').readyState > 0"
TIME = "document.getElementById('sound').currentTime"
SECTION = "[...document.querySelectorAll('main section')].filter(s => !s.hidden).map(s => s.id).join()"


@pytest.fixture
def page(tabs: Callable[..., Page], paths: tuple[Path, ...]) -> Iterator[Page]:
    tab = tabs()
    tab.size(1280, 800)
    tab.open(paths[0])
    tab.until(f"document.readyState === 'complete' && {READY} && {SECTION} === 'c1'")
    yield tab
    assert tab.complaints == []
    folder = paths[0].parent.as_uri()
    assert all(address.startswith((folder, "data:image/", "about:")) for address in tab.requests)
    tab.call("Page.close")


def test_a_title_with_a_script_is_shown_as_text(page: Page) -> None:
    assert page.see("document.title") == f"Lamp {HOSTILE}"
    assert page.see("document.getElementById('title').innerText") == f"Lamp {HOSTILE}"
    assert page.see("document.scripts.length + document.images.length") == 2


def test_playing_moves_the_highlight_over_sentences_and_words(page: Page) -> None:
    assert page.see(NOW) == "The Lamp."
    page.see(f"{TIME} = 2.9")
    page.click("#play")
    page.until("document.querySelector('#play').getAttribute('aria-label') === 'Pause'")
    assert page.until(NOW, lambda text: text not in {None, "The Lamp."}) == TEXTS[0]
    page.until("[...(CSS.highlights.get('word') ?? [])].map(String).join() === 'lamp'")
    page.click("#play")
    page.until("document.getElementById('sound').paused")
    assert page.see("document.querySelectorAll('.s.now').length") == 1


def test_a_click_on_a_sentence_goes_there(page: Page, audiobook: Audiobook) -> None:
    page.click("#c1 p:nth-of-type(3) .s:nth-of-type(2)")
    assert page.until(NOW, lambda text: text == TEXTS[3])
    assert page.until(f"!document.getElementById('sound').seeking && {TIME}") == pytest.approx(
        audiobook.tracks[0].marks[4].start / RATE, abs=0.002
    )
    assert page.see("document.getElementById('sound').paused")


def test_chapters_open_from_the_list_and_the_buttons(page: Page) -> None:
    page.click("#contents a[href='#c3']")
    page.until(f"{SECTION} === 'c3' && {READY}")
    assert page.see("document.querySelector('#contents [aria-current]').hash") == "#c3"
    page.click("#next")
    page.until(f"{SECTION} === 'c4' && {READY}")
    assert page.see("document.getElementById('next').disabled")
    assert page.see("document.querySelector('.now')") is None
    page.click("#previous")
    page.until(f"{SECTION} === 'c3' && {READY}")
    assert page.see(NOW) == "Morning."
    assert page.see("document.getElementById('rest').textContent").startswith("Chapter 3 of 4, 0:23 left")


def test_the_end_of_a_chapter_goes_on_with_the_next(page: Page) -> None:
    page.see(f"{TIME} = 19.7")
    page.click("#play")
    page.until(f"{SECTION} === 'c2' && {TIME} > 0.1 && !document.getElementById('sound').paused")


def test_sleep_at_the_end_of_the_chapter_stops_there(page: Page) -> None:
    choose(page, "sleep", "chapter")
    page.see(f"{TIME} = 19.7")
    page.click("#play")
    page.until(f"{SECTION} === 'c2' && {READY}")
    assert page.see("document.getElementById('sound').paused")
    assert page.see("document.getElementById('sleep').value") == ""


def test_sleep_after_minutes_fades_and_stops(page: Page) -> None:
    choose(page, "sleep", "5")
    assert "sleep in 5:00" in page.see("document.getElementById('rest').textContent")
    page.click("#play")
    page.until("!document.getElementById('sound').paused")
    page.see("{ const now = Date.now(); Date.now = () => now + 5 * 60000 - 4000 }")
    page.until("document.getElementById('sound').volume < 0.6")
    page.see("{ const now = Date.now(); Date.now = () => now + 5000 }")
    page.until("document.getElementById('sound').paused")
    assert page.see("[document.getElementById('sound').volume, document.getElementById('sleep').value]") == [1, ""]


def test_speed_holds_over_chapters(page: Page) -> None:
    choose(page, "speed", "1.5")
    page.click("#contents a[href='#c2']")
    page.until(f"{SECTION} === 'c2' && {READY} && document.getElementById('sound').playbackRate === 1.5")
    page.press("+")
    page.press("+")
    page.press("-")
    assert page.see("document.getElementById('sound').playbackRate") == 1.75
    assert page.see("document.getElementById('status').textContent") == "Speed 1.75"


def test_keys_do_what_the_list_says(page: Page) -> None:
    page.press(" ")
    page.until("!document.getElementById('sound').paused")
    page.press("k")
    page.until("document.getElementById('sound').paused")
    page.press("n")
    page.until(f"{SECTION} === 'c2' && {READY}")
    page.press("ArrowRight")
    page.until(f"{TIME} === 15")
    page.press("ArrowRight")
    page.until(f"{SECTION} === 'c3' && {TIME} === 10")
    page.press(".")
    page.until(f"{NOW} === {TEXTS[3]!r}")
    page.press(",")
    page.until(f"{NOW} === {TEXTS[2]!r}")
    page.press("ArrowLeft")
    page.until(f"{SECTION} === 'c2' && {TIME} > 10")
    page.press("p")
    page.until(f"{TIME} === 0")
    page.press("p")
    page.until(f"{SECTION} === 'c1' && {READY}")
    page.press("?")
    assert page.see("document.getElementById('settings').matches(':popover-open')")
    page.click("#keys")
    page.press("n")
    assert page.see(SECTION) == "c1"


def test_the_text_scrolls_with_the_voice_until_the_reader_scrolls(page: Page) -> None:
    page.prefer(prefers_reduced_motion="reduce")
    page.size(320, 420, mobile=True)
    inside = (
        "(b => b.top >= 0 && b.bottom <= document.getElementById('player').getBoundingClientRect().top)"
        "(document.querySelector('.now').getBoundingClientRect())"
    )
    back = "!document.getElementById('return').hidden"
    for _ in TEXTS:
        page.press(".")
        assert page.see(inside)
    assert page.see(NOW) == TEXTS[-1]
    page.see("new Promise(done => setTimeout(done, 1300))")
    page.see("scrollTo(0, 0)")
    page.until(back)
    page.see("document.getElementById('play').focus()")
    page.press(" ")
    page.until("!document.getElementById('sound').paused")
    page.press(" ")
    assert page.see("scrollY") == 0
    page.click("#return")
    page.until(inside)
    assert not page.see(back)


def test_the_slider_and_the_system_move_the_place(page: Page) -> None:
    page.see("{ const s = document.getElementById('seek'); s.value = 12; s.dispatchEvent(new Event('input')) }")
    page.until(f"{TIME} === 12")
    assert page.see("document.getElementById('seek').getAttribute('aria-valuetext')") == "0:12 of 0:20"
    assert page.see("document.getElementById('elapsed').textContent") == "0:12"
    facts = "[navigator.mediaSession.metadata.title, navigator.mediaSession.metadata.artist]"
    assert page.see(facts) == ["The Lamp", "A. Writer, B. Second"]
    assert page.see("navigator.mediaSession.metadata.artwork[0].src").startswith("data:image/jpeg")


def test_without_scripts_the_text_and_the_files_are_there(tabs: Callable[..., Page], paths: tuple[Path, ...]) -> None:
    tab = tabs()
    tab.call("Emulation.setScriptExecutionDisabled", value=True)
    tab.open(paths[0])
    assert tab.see("document.getElementById('player').hidden")
    assert tab.see("document.querySelectorAll('main section[hidden]').length") == 0
    assert tab.see("getComputedStyle(document.querySelector('.file')).display") == "block"
    shown = tab.see("document.getElementById('text').textContent")
    assert shown.count("Hear this chapter") == 4
    assert shown.count(TEXTS[2]) == 3
    tab.call("Page.close")


def test_speakers_are_marked_as_the_reader_likes(page: Page) -> None:
    line = "getComputedStyle(document.querySelector('.s.v1')).textDecorationLine"
    label = "getComputedStyle(document.querySelector('.s.v1'), '::before').content"
    colours = "['.s.v1', '.s.v2', '.s.v0'].map(n => getComputedStyle(document.querySelector(n)).textDecorationColor)"
    assert (page.see(line), page.see(label)) == ("underline", "none")
    for scheme in ("light", "dark"):
        page.prefer(prefers_color_scheme=scheme)
        assert len(set(page.see(colours))) == 3
    page.press("w")
    assert (page.see(line), page.see(label)) == ("underline", '"Tom"')
    page.press("w")
    assert (page.see(line), page.see(label)) == ("none", "none")
    assert page.see("document.getElementById('speakers').getClientRects().length") == 0
    page.press("w")
    assert page.see(line) == "underline"
    choose(page, "who", "names")
    assert page.see(label) == '"Tom"'


def test_place_and_choices_are_remembered(tabs: Callable[..., Page], page: Page, paths: tuple[Path, ...]) -> None:
    page.press("n")
    page.until(f"{SECTION} === 'c2' && {READY}")
    page.press(".")
    page.until(f"{NOW} === {TEXTS[0]!r}")
    page.press("+")
    page.press("d")
    other = tabs(page.context)
    other.open(paths[0])
    other.until(f"{SECTION} === 'c2' && {READY} && {NOW} === {TEXTS[0]!r}")
    assert other.see("document.getElementById('sound').playbackRate") == 1.1
    assert other.see("document.documentElement.dataset.theme") == "dark"
    assert other.complaints == []
    other.call("Page.close")


def test_without_storage_the_player_merely_forgets(tabs: Callable[..., Page], paths: tuple[Path, ...]) -> None:
    tab = tabs()
    denied = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError') } })"
    tab.call("Page.addScriptToEvaluateOnNewDocument", source=denied)
    tab.open(paths[0])
    tab.until(READY)
    tab.press("n")
    tab.until(f"{SECTION} === 'c2' && {READY}")
    assert tab.complaints == []
    tab.call("Page.close")


def test_a_missing_file_is_named(tabs: Callable[..., Page], tmp_path: Path, html: str) -> None:
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    tab = tabs()
    tab.open(tmp_path / "index.html")
    shown = tab.until("document.getElementById('status').textContent")
    assert shown == "The file audio/0001.mp3 cannot be played. It must lie beside this page."
    tab.call("Page.close")


def test_light_and_dark_follow_the_device_until_chosen(page: Page) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    page.prefer(prefers_color_scheme="light")
    light = page.see(paper)
    page.prefer(prefers_color_scheme="dark")
    dark = page.see(paper)
    assert light != dark
    page.press("d")
    assert page.see(paper) == light


def test_a_phone_has_room_for_all_and_opens_the_chapters_above(page: Page) -> None:
    page.size(320, 640, mobile=True)
    choose(page, "who", "names")
    assert page.see("document.documentElement.scrollWidth") <= 320
    for name in ("chapters", "previous", "back", "play", "forward", "next", "options"):
        box = page.see(
            f"(b => [b.left, b.right, b.width, b.height])(document.getElementById('{name}').getBoundingClientRect())"
        )
        assert box[0] >= 0
        assert box[1] <= 320
        assert min(box[2:]) >= 40
    opened = "document.getElementById('contents').matches(':popover-open')"
    assert not page.see(opened)
    page.click("#chapters")
    assert page.see(opened)
    page.click("#contents a[href='#c2']")
    page.until(f"{SECTION} === 'c2' && !({opened})")


def test_every_control_has_a_name_for_those_who_cannot_see(page: Page) -> None:
    tree = page.call("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "slider", "combobox", "link", "checkbox"}
    controls = [node for node in tree if node.get("role", {}).get("value") in roles]
    assert len(controls) >= 14
    assert [node for node in controls if not node["name"]["value"].strip()] == []


def choose(page: Page, name: str, value: str) -> None:
    page.see(
        f"{{ const list = document.getElementById('{name}'); list.value = '{value}'; "
        "for (const kind of ['input', 'change']) list.dispatchEvent(new Event(kind, { bubbles: true })) }"
    )


@pytest.mark.parametrize("name", ["elapsed", "left", "rest"])
def test_what_changes_every_second_is_not_read_out(html: str, name: str) -> None:
    # <output> alone is a live region: a screen reader spoke the times over the book, second by second.
    ((attrs, _),) = Elements(html).all("output", id=name)
    assert (attrs["role"], attrs["aria-live"]) == ("timer", "off")
