"""The only place that runs ffmpeg."""

from audiobook.ffmpeg.codec import BITEXACT, decode, demuxer, encode, escape_metadata, file_url, input_file
from audiobook.ffmpeg.media import Chapter, Media, probe
from audiobook.ffmpeg.process import executable, run, version

__all__ = [
    "BITEXACT",
    "Chapter",
    "Media",
    "decode",
    "demuxer",
    "encode",
    "escape_metadata",
    "executable",
    "file_url",
    "input_file",
    "probe",
    "run",
    "version",
]
