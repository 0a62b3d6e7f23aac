"""Every choice a user can make, as frozen values with their limits.

A field made with `option` states what is allowed; `audiobook.configfile` reads files and
``--set`` against these limits once, and no stage checks them again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = [
    "DEVICES",
    "PROFILES",
    "AdaptSettings",
    "CueEffect",
    "IngestSettings",
    "MasterSettings",
    "MetadataSettings",
    "PauseSettings",
    "Profile",
    "PublishSettings",
    "RecordSettings",
    "Settings",
    "SpokenSettings",
    "option",
]


def option(
    default: Any,
    doc: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
    pattern: str = "",
) -> Any:
    """Declare a settings field: its default, one sentence on it, and its limits (inclusive)."""
    return field(
        default=default, metadata={"doc": doc, "low": low, "high": high, "choices": choices, "pattern": pattern}
    )


@dataclass(frozen=True, slots=True)
class MetadataSettings:
    """``[metadata]``: wins over what the source says; empty leaves the source's word."""

    title: str = option("", "Title of the book")
    subtitle: str = option("", "Subtitle")
    author: str = option("", 'Author; several are joined with "; "')
    narrator: str = option("", "Name printed as narrator; empty names the narrator's voice")
    language: str = option("", "BCP 47 code such as en or en-GB", pattern=r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
    year: str = option("", "Year of publication")
    description: str = option("", "Blurb")
    series: str = option("", "Series")
    series_part: str = option("", "Number within the series")
    publisher: str = option("", "Publisher")
    identifier: str = option("", "ISBN or another identifier")
    rights: str = option("", "Copyright line")
    genre: str = option("", "Genre")
    cover: str = option("", "Path of a JPEG or PNG, as seen from the folder of this file")


@dataclass(frozen=True, slots=True)
class IngestSettings:
    """``[ingest]``: what of a source is read aloud."""

    notes: str = option("skip", "Footnotes and endnotes", choices=("skip", "end-of-chapter", "inline"))
    tables: str = option("rows", "Tables: row by row with headers, or left out", choices=("rows", "skip"))
    images: str = option("skip", "Alternative text of pictures", choices=("skip", "alt"))
    code: str = option("skip", "Blocks of program code", choices=("skip", "read"))
    front_matter: str = option(
        "skip", "Contents, lists of illustrations, licences and adverts", choices=("skip", "read")
    )
    encoding: str = option("", "Encoding of a text file; empty detects it")


@dataclass(frozen=True, slots=True)
class AdaptSettings:
    """``[adapt]``: how speech, speakers and cues are found."""

    quotes: str = option(
        "auto",
        "Convention of the book's speech; auto takes a vote",
        choices=("auto", "double", "single", "guillemets", "low-high", "corner", "dash", "play", "none"),
    )
    attribution: str = option("rules", "Who names the speakers of doubtful lines", choices=("rules", "llm"))
    llm_url: str = option("", "Address of a local OpenAI-compatible server, for attribution = llm")
    llm_model: str = option("", "Name of the model that server is to use")
    check_below: float = option(0.5, "Lines surer than this get no check comment", low=0, high=1)
    cues: str = option("auto", "Cues found in the text, or none", choices=("auto", "none"))
    voices: str = option("cast", "A voice for each character, or one for all", choices=("cast", "one"))
    main_voices: int = option(7, "Characters with a voice of their own; the rest share", low=1, high=60)
    cast_from: str = option("", "Path of a script whose cast is taken over, for a series")


@dataclass(frozen=True, slots=True)
class CueEffect:
    """``[cues.NAME]``: what a cue does at expression 1."""

    rate: float = option(1.0, "Factor on speed", low=0.5, high=2)
    pitch: float = option(0.0, "Semitones", low=-6, high=6)
    pitch_range: float = option(1.0, "Factor on the movement of pitch", low=0.3, high=2)
    gain: float = option(0.0, "Decibels", low=-12, high=6)
    before_ms: int = option(0, "Milliseconds added to the pause before", low=-500, high=3000)
    after_ms: int = option(0, "Milliseconds added to the pause after", low=-500, high=3000)
    whisper: float = option(0.0, "Share of breath in place of voice", low=0, high=1)


@dataclass(frozen=True, slots=True)
class SpokenSettings:
    """``[spoken]``: how written words become spoken ones."""

    normalize: bool = option(True, "Say numbers, dates, money and abbreviations as words")
    emoji: str = option("drop", "Emoji", choices=("drop", "name"))
    urls: str = option(
        "full", "Web addresses: the host, every part, or the word link", choices=("short", "full", "link")
    )
    lexicon: str = option("", "Path of a lexicon.toml or .pls; one beside the book is found without it")
    announce_chapters: bool = option(True, "Speak each chapter's title")
    foreign: str = option(
        "native",
        "Words that the book marks as another language: in that language's sounds, or as its own words",
        choices=("native", "plain"),
    )


@dataclass(frozen=True, slots=True)
class PauseSettings:
    """``[pauses]``: milliseconds of silence, before variation."""

    comma: int = option(250, "Inside a sentence, where it is cut", low=0, high=10_000)
    semicolon: int = option(380, "After ; or :", low=0, high=10_000)
    dash: int = option(300, "At a dash or bracket", low=0, high=10_000)
    ellipsis: int = option(750, "After a line that trails off", low=0, high=10_000)
    ellipsis_inside: int = option(450, "At an ellipsis behind which the line goes on", low=0, high=10_000)
    interruption: int = option(100, "After speech that is cut off by a dash", low=0, high=10_000)
    sentence: int = option(600, "Between sentences of narration", low=0, high=10_000)
    dialogue_sentence: int = option(450, "Between sentences of speech", low=0, high=10_000)
    to_speech: int = option(300, "From narration to speech in a paragraph", low=0, high=10_000)
    to_tag: int = option(160, "From speech to its tag", low=0, high=10_000)
    resume: int = option(220, "From a tag back to the same speech", low=0, high=10_000)
    to_narration: int = option(400, "From finished speech to narration", low=0, high=10_000)
    speaker_change: int = option(450, "Between two speakers", low=0, high=10_000)
    paragraph: int = option(900, "Between paragraphs", low=0, high=10_000)
    scene: int = option(2200, "Between scenes", low=0, high=20_000)
    heading: int = option(1500, "After a spoken chapter title", low=0, high=20_000)
    variation: float = option(0.18, "Spread of pauses, as sigma of their logarithm", low=0, high=0.5)


DEVICES = ("auto", "cpu", "cuda", "coreml", "directml", "openvino")
"""Where neural voices may run; `audiobook.engines.device` knows what each needs."""


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """``[record]``: how takes are made and judged."""

    retries: int = option(4, "New tries for a take that fails its test, each in another way", low=0, high=10)
    listen: bool = option(False, "Have a recognizer hear every take, and record again what it cannot follow (English)")
    timeout_s: float = option(120.0, "Seconds before a hung take is killed", low=1, high=3600)
    seed: int = option(0, "Seed of everything that is drawn", low=0, high=2**31 - 1)
    memory_mb: int = option(1500, "A worker whose memory passes this is replaced", low=200, high=100_000)
    device: str = option("auto", "Where neural voices run; auto is CUDA where that works, else cpu", choices=DEVICES)


@dataclass(frozen=True, slots=True)
class Profile:
    """``[profiles.NAME]``: a delivery standard: levels, peaks, floor, head and tail, rates."""

    rms_db: float | None = option(None, "Target RMS in dBFS", low=-60, high=0)
    rms_low_db: float = option(-23.0, "Lowest RMS that passes", low=-90, high=0)
    rms_high_db: float = option(-18.0, "Highest RMS that passes", low=-90, high=0)
    lufs: float | None = option(None, "Target integrated loudness of a mono file, in LUFS", low=-60, high=0)
    lufs_tolerance: float = option(1.0, "LU that a file may be off", low=0.1, high=20)
    peak_db: float = option(-3.5, "Ceiling of the limiter, dBTP", low=-30, high=0)
    peak_limit_db: float = option(-3.0, "Highest peak that passes, dBFS", low=-30, high=0)
    floor_db: float = option(-72.0, "Level of room tone, dBFS RMS", low=-120, high=-40)
    floor_limit_db: float = option(-60.0, "Highest noise floor that passes, dBFS RMS", low=-120, high=0)
    head_ms: int = option(750, "Room tone before a chapter", low=0, high=10_000)
    tail_ms: int = option(2000, "Room tone after a chapter", low=0, high=10_000)
    sample_rate: int = option(0, "Hertz of the packages but M4B and M4A; 0 keeps the voice's own", low=0, high=96_000)
    aac_sample_rate: int = option(0, "Hertz of M4B and M4A; 0 keeps the voice's own", low=0, high=48_000)
    chapter_minutes: int = option(0, "Longest MP3 that passes, in minutes; 0 is any length", low=0, high=6000)
    mp3_kbps: int = option(192, "Bit rate of MP3", low=32, high=320)
    aac_kbps: int = option(96, "Bit rate of AAC", low=24, high=320)
    opus_kbps: int = option(40, "Bit rate of Opus", low=12, high=256)
    compress: float = option(1.0, "Ratio of gentle compression; 1 is none", low=1, high=6)


PROFILES: dict[str, Profile] = {
    # A lossy coder lifts single peaks, AAC by up to 1 dB in an hour of speech: the files end near -3.5 dB.
    "acx": Profile(peak_db=-4.5, rms_db=-20.5, sample_rate=44_100, aac_kbps=128, chapter_minutes=120),
    "library": Profile(
        lufs=-20.0, lufs_tolerance=2.0, peak_db=-1.5, peak_limit_db=-0.1, mp3_kbps=128, sample_rate=44_100
    ),
    "streaming": Profile(lufs=-18.0, peak_db=-2.5, peak_limit_db=-1.0),
    "podcast": Profile(lufs=-16.0, peak_db=-2.5, peak_limit_db=-1.0),
    "night": Profile(lufs=-20.0, lufs_tolerance=2.0, peak_db=-6.5, peak_limit_db=-5.0, compress=3.0),
    "none": Profile(peak_db=-0.5, peak_limit_db=0.0, floor_limit_db=0.0),
}
"""Built-in delivery standards by name. A profile without a target level is not levelled."""


@dataclass(frozen=True, slots=True)
class MasterSettings:
    """``[master]``: choices beyond the profile."""

    high_pass_hz: float = option(60.0, "Cut-off of the high-pass filter; 0 is none", low=0, high=200)


@dataclass(frozen=True, slots=True)
class PublishSettings:
    """``[publish]``: choices for packages."""

    id3: str = option("2.3", "Version of ID3 tags", choices=("2.3", "2.4"))
    disclose: bool = option(True, "Say in the metadata that voices are synthetic")
    part_hours: float = option(
        0.0, "Longest M4B, single MP3 and their captions, in hours; 0 never divides", low=0, high=1000
    )
    feed_url: str = option("", "Web address of the folder that will hold the podcast")
    caption_chars: int = option(42, "Longest line of a caption", low=20, high=100)
    credits: str = option(
        "none",
        "Spoken credits before the first and after the last chapter: of whole books, or always",
        choices=("none", "book", "always"),
    )
    opening: str = option(
        "", "Words of the opening credits, such as {title}[, by {author}]; empty says the language's own"
    )
    closing: str = option("", "Words of the closing credits, likewise")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one build."""

    engine: str = option("auto", "auto, kokoro, piper, pyttsx3, silent or a third-party engine's name")
    voice: str = option("", "The narrator's voice as ENGINE:NAME; empty takes the engine's best")
    expression: float = option(1.0, "Strength of all cues; 0 is plain", low=0, high=2)
    words_per_minute: int = option(
        0, "Narration rate each voice is calibrated to; 0 keeps the voice's own", low=0, high=400
    )
    profile: str = option("acx", "Delivery standard")
    formats: tuple[str, ...] = option(("m4b",), "Packages to write")
    chapters: str = option("", "Chapters to build, e.g. 1-3,5; empty is all")
    jobs: int = option(0, "Processes that speak at once; 0 is one a core", low=0, high=256)
    cast: tuple[tuple[str, str], ...] = ()
    """``[cast]``: speaker -> ENGINE:NAME."""
    cues: tuple[tuple[str, CueEffect], ...] = ()
    """``[cues.NAME]``: entries that replace the built-in ones."""
    profiles: tuple[tuple[str, Profile], ...] = ()
    """``[profiles.NAME]``: standards of the user's own."""
    metadata: MetadataSettings = MetadataSettings()
    ingest: IngestSettings = IngestSettings()
    adapt: AdaptSettings = AdaptSettings()
    spoken: SpokenSettings = SpokenSettings()
    pauses: PauseSettings = PauseSettings()
    record: RecordSettings = RecordSettings()
    master: MasterSettings = MasterSettings()
    publish: PublishSettings = PublishSettings()

    def delivery_standard(self) -> Profile:
        """The chosen profile, the user's own before a built-in one; its name was validated on loading."""
        return (PROFILES | dict(self.profiles))[self.profile]
