"""Settings: merged in order, checked once, and every mistake named with its place and the nearest right word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.configfile import Layer, build_settings, explain, file_layers, read_layer, set_layer
from audiobook.cuetable import CUES
from audiobook.errors import SettingsError, UsageError
from audiobook.settings import Settings


def test_nothing_given_is_the_default() -> None:
    assert build_settings(()) == Settings()


def test_later_layers_win_key_by_key() -> None:
    layers = (
        Layer("user", {"pauses": {"comma": 100, "scene": 3000}, "voice": "a:b"}),
        Layer("book", {"pauses": {"comma": 200}}),
        set_layer(["voice=c:d", "formats=m4b,mp3"]),
    )
    settings = build_settings(layers)
    assert (settings.pauses.comma, settings.pauses.scene) == (200, 3000)
    assert settings.voice == "c:d"
    assert settings.formats == ("m4b", "mp3")


def test_a_speaker_with_dots_and_spaces_can_be_cast_from_the_command_line() -> None:
    settings = build_settings((set_layer(["cast.Mr. Darcy=piper:x", 'cast."Miss B."=piper:y']),))
    assert dict(settings.cast) == {"Mr. Darcy": "piper:x", "Miss B.": "piper:y"}


def test_a_cue_keeps_what_is_not_set_and_profiles_take_names_of_the_users_own() -> None:
    layer = Layer("f", {"cues": {"fear": {"rate": 1.2}}, "profiles": {"mine": {"rms_db": -19}}, "profile": "mine"})
    settings = build_settings((layer,))
    assert settings.cues == (("fear", replace(CUES["fear"], rate=1.2)),)
    assert settings.delivery_standard().rms_db == -19


def test_a_profile_that_refines_a_built_in_one_keeps_its_other_values() -> None:
    settings = build_settings((Layer("f", {"profiles": {"acx": {"tail_ms": 3000}}}),))
    assert settings.delivery_standard().rms_db == -20.5
    assert settings.delivery_standard().tail_ms == 3000


def test_a_number_may_stand_where_text_is_meant() -> None:
    assert build_settings((set_layer(["metadata.year=1912"]),)).metadata.year == "1912"


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("pauses.coma=3", "unknown setting 'pauses.coma'. Did you mean pauses.comma?"),
        ("pauses.comma=x", "pauses.comma = 'x' is not allowed; allowed: a whole number"),
        ("pauses.comma=-3", "allowed: 0 to 10000"),
        ("pauses.comma=true", "allowed: a whole number"),
        ("pauses=3", "allowed: a table"),
        ("expression=nan", "allowed: 0 to 2"),
        ("profile=acxx", "Did you mean 'acx'?"),
        ("spoken.emoji=names", "allowed: one of drop, name. Did you mean 'name'?"),
        ("spoken.normalize=1", "allowed: true or false"),
        ("cast.Bob=joe", 'a voice as "ENGINE:NAME"'),
        ("cues.fear.speed=2", "unknown setting 'cues.fear.speed'"),
        ("cues.shoutt.rate=1.1", "Did you mean 'shout'?"),
        ("formats=3", "a list of words"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(assignment: str, words: str) -> None:
    with pytest.raises(SettingsError) as caught:
        build_settings((set_layer([assignment]),))
    assert str(caught.value).startswith("--set: ")
    assert words in str(caught.value)
    assert caught.value.exit_code == 4


@pytest.mark.parametrize(
    ("assignments", "words"),
    [
        (["foo"], "'foo' is not KEY=VALUE. Write it like --set pauses.comma=300."),
        (["=3"], "'=3' is not KEY=VALUE"),
        # Broke: an internal error, as a table was looked for in a number.
        (["pauses=1", "pauses.comma=2"], "pauses has a value and also pauses.comma"),
    ],
)
def test_an_assignment_without_its_form_is_a_mistake_of_the_command_line(assignments: list[str], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        set_layer(assignments)
    assert words in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_settings_file_that_is_not_there_not_text_or_not_toml_is_named(tmp_path: Path) -> None:
    path = tmp_path / "audiobook.toml"
    with pytest.raises(SettingsError, match="no such settings file"):
        read_layer(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="UTF-8"):
        read_layer(path)
    path.write_text("voice = joe", "utf-8")
    with pytest.raises(SettingsError, match="not valid TOML"):
        read_layer(path)
    path.write_text('voice = "a:b"', "utf-8")
    assert read_layer(path) == Layer(str(path), {"voice": "a:b"})


def test_explaining_names_the_origin_of_every_value() -> None:
    rows = {key: (value, origin) for key, value, origin in explain((Layer("f.toml", {"pauses": {"comma": 9}}),))}
    assert rows["pauses.comma"] == (9, "f.toml")
    assert rows["pauses.scene"] == (2200, "default")


tables = st.recursive(
    st.integers() | st.floats() | st.text(max_size=5) | st.booleans() | st.lists(st.text(max_size=3), max_size=2),
    lambda inner: st.dictionaries(
        st.sampled_from(["pauses", "comma", "cast", "cues", "fear", "voice", "x"]), inner, max_size=3
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(["pauses", "cast", "cues", "profiles", "metadata", "jobs", "formats"]), tables))
def test_any_table_gives_settings_or_a_settings_error(table: dict[str, object]) -> None:
    try:
        result = build_settings((Layer("any", table),))
    except SettingsError as error:
        assert error.place == "any"  # noqa: PT017 - both outcomes are right, each has its own promise
    else:
        assert isinstance(result, Settings)


@given(st.text())
def test_any_assignment_gives_a_layer_or_a_usage_error(word: str) -> None:
    try:
        layer = set_layer([word])
    except UsageError as error:
        assert "KEY=VALUE" in str(error)  # noqa: PT017 - both outcomes are right
    else:
        assert layer.table


def test_a_book_has_settings_of_its_own_above_those_of_its_folders(tmp_path: Path) -> None:
    shelf = tmp_path / "shelf" / "austen"
    shelf.mkdir(parents=True)
    (shelf.parent / "audiobook.toml").write_text("expression = 0.2\n[pauses]\ncomma = 1\nsentence = 1\nparagraph = 1\n")
    (shelf / "audiobook.toml").write_text("[pauses]\nsentence = 2\nparagraph = 2\n")
    (shelf / "emma.toml").write_text("[pauses]\nparagraph = 3\n")
    (shelf / "lexicon.toml").write_text("[words]\n")
    source = str(shelf / "emma.epub")
    with_top = build_settings(file_layers(source, None, shelf.parent))
    assert (with_top.expression, with_top.pauses.comma) == (0.2, 1)
    assert (with_top.pauses.sentence, with_top.pauses.paragraph) == (2, 3)
    assert build_settings(file_layers(source, None)).expression == 1.0
    assert file_layers(str(shelf / "lexicon.txt"), None)[-1].origin == str(shelf / "audiobook.toml")


def test_files_count_from_the_settings_file_that_names_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # All counted from the working directory: a shelf's settings worked in one folder only.
    shelf = tmp_path / "shelf"
    (shelf / "art").mkdir(parents=True)
    for name in ("art/cover.png", "words.toml", "first.script"):
        (shelf / name).touch()
    text = 'metadata.cover = "art/cover.png"\nspoken.lexicon = "words.toml"\nadapt.cast_from = "first.script"\n'
    (shelf / "audiobook.toml").write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    settings = build_settings(file_layers("shelf/emma.txt", None))
    assert settings.metadata.cover == str(Path("shelf/art/cover.png"))
    assert settings.spoken.lexicon == str(Path("shelf/words.toml"))
    assert settings.adapt.cast_from == str(Path("shelf/first.script"))
    assert build_settings(file_layers("emma.txt", shelf / "audiobook.toml")).spoken.lexicon == str(shelf / "words.toml")
    monkeypatch.chdir(shelf)
    assert build_settings((set_layer(["spoken.lexicon=words.toml"]),)).spoken.lexicon == "words.toml"


def test_a_file_that_is_not_there_is_named_with_its_key_and_the_settings_file(tmp_path: Path) -> None:
    (tmp_path / "audiobook.toml").write_text('spoken.lexicon = "none.toml"\n', "utf-8")
    layers = file_layers(str(tmp_path / "emma.txt"), None)
    with pytest.raises(SettingsError, match=r"audiobook\.toml: spoken\.lexicon: there is no file .*none\.toml"):
        build_settings(layers)
    assert build_settings((*layers, set_layer([f"spoken.lexicon={tmp_path / 'audiobook.toml'}"])))
    with pytest.raises(SettingsError, match=r"--set: metadata\.cover: there is no file none\.png.*working directory"):
        build_settings((set_layer(["metadata.cover=none.png"]),))
