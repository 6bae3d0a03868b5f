"""Every setting is checked when it is read, and a message names it, its line, its value and what it may be."""

from __future__ import annotations

import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kb.errors import NotTrusted, SettingsError
from kb.settings import load_settings
from kb.settings.listing import setting_rows
from kb.settings.sections import all_settings
from kb.workspace import workspace
from tests.support import run_kb

BEYOND = (os.cpu_count() or 1) + 1
OUT_OF_RANGE = [
    ("retrieval.dense_weight", "9"),
    ("retrieval.dense_weight", "-0.1"),
    ("retrieval.dense_weight", "nan"),
    ("retrieval.candidates", "0"),
    ("retrieval.candidates", "-5"),
    ("retrieval.graph_weight", "inf"),
    ("models.context", "0"),
    ("models.context", "16"),
    ("models.gpu_layers", "-2"),
    ("models.threads", "100000"),
    ("models.threads", str(BEYOND)),
    ("models.threads", "-1"),
    ("models.temperature", "-1.0"),
    ("models.temperature", "nan"),
    ("models.variety", "inf"),
    ("models.seed", "99999999999"),
    ("models.seed", "-1"),
    ("answers.passages", "0"),
    ("answers.passages", "-1"),
    ("answers.quotes", "0"),
    ("answers.threshold", "7.5"),
    ("answers.threshold", "75"),
    ("answers.threshold", "nan"),
    ("links.sure", "90"),
    ("links.sure", "-inf"),
]
WRONG_TYPE = [
    ("retrieval.candidates", '"many"', "a whole number"),
    ("retrieval.candidates", "1.5", "a whole number"),
    ("models.threads", "true", "a whole number"),
    ("answers.threshold", '"0.4"', "a number"),
    ("models.path", "7", "text in quotes"),
    ("models.server_model", "70", "text in quotes"),
    ("models.url", '"localhost:8080"', "http://"),
    ("models.url", '"ftp://host/v1"', "http://"),
    ("models.url", '"http://host:70000/v1"', "http://"),
    ("models.kv_cache", '"f64"', "q8_0"),
    ("answers.style", '"long"', "quotes"),
    ("links.auto", "false", "suggest"),
]

# As they stand in TOML: no name of a file, other languages' directions and escapes, ways out of the folder.
NAMES_OF_NOTHING = [
    "\\u0000", "a\\u0000b", "\\u202ea", "\\u001b]52;c;eA==\\u0007", "a" * 256, "ab/" * 2000, "~nobody/a", "$NOWHERE/a", "${NOWHERE}",
    "..", "../../..", "/dev/zero", "/proc/self/fd/0", "\\n", " ", ".", "http://[", "https://x/\\u000a", "file:///etc/passwd",
]  # fmt: skip


def written(folder: Path, text: str) -> Path:
    (folder / "vault").mkdir(exist_ok=True)
    (folder / "kb.toml").write_text(text, encoding="utf-8")
    return folder


def refused(folder: Path, **variables: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings(start=folder, environment=variables)
    message = str(caught.value)
    assert "\n" not in message
    return message


def told(folder: Path) -> str:
    """The sentence with which the settings there are refused; empty when they are taken."""
    try:
        load_settings(start=folder, environment={})
    except (SettingsError, NotTrusted) as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("name", "value"), OUT_OF_RANGE)
def test_a_number_out_of_range_is_refused(tmp_path: Path, name: str, value: str) -> None:
    section, _, key = name.partition(".")
    told = refused(written(tmp_path, f'vault = "vault"\n\n[{section}]\n{key} = {value}\n'))
    assert f"kb.toml, line 4: {name} must be a" in told
    assert " from " in told
    variable = f"KB_{section}_{key}".upper()
    assert f"{variable} must be a" in refused(written(tmp_path, 'vault = "vault"\n'), **{variable: value})


@pytest.mark.parametrize(("name", "value", "wanted"), WRONG_TYPE)
def test_a_value_of_another_kind_is_refused(tmp_path: Path, name: str, value: str, wanted: str) -> None:
    section, _, key = name.partition(".")
    told = refused(written(tmp_path, f'vault = "vault"\n[{section}] # a comment\n{key}={value}\n'))
    assert told.startswith(f"{tmp_path / 'kb.toml'}, line 3: {name} must be")
    assert wanted in told


@pytest.mark.parametrize(
    "name",
    [
        "vault",
        "index",
        *(f"{section}.{item.name}" for section, item in all_settings() if item.default.__class__ is str),
    ],
)
def test_whatever_is_written_for_a_text_is_taken_or_refused_with_its_line(tmp_path: Path, name: str) -> None:
    section, _, key = name.rpartition(".")
    for value in NAMES_OF_NOTHING:
        head = f"[{section}]\n" if section else ""
        first = "" if name == "vault" else 'vault = "vault"\n'
        written(tmp_path, f'{first}{head}{key} = "{value}"\n')
        if message := told(tmp_path):
            line = 1 + bool(first) + bool(head)
            assert f"line {line}: " in message or "confirm" in message, message
            assert len(message) < 400
            assert message.isprintable()


@pytest.mark.parametrize("value", ["a" * 300, "b/" * 3000, "é" * 200])
def test_a_path_that_is_too_long_is_one_sentence(tmp_path: Path, value: str) -> None:
    base = written(tmp_path, f'vault = "vault"\nindex = "{value}"\n')
    assert "line 2: index is longer than a path can be" in refused(base)
    assert "is longer than a path can be" in refused(base, KB_VAULT=value)
    written(tmp_path, 'vault = "vault"\n')
    assert "KB_MODELS_PATH is longer than a path can be" in refused(base, KB_MODELS_PATH=value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('vault = "vault"\nindex = "a\\u0000b"', 2),
        ('vault = "vault"\n[models]\npath = "$NOWHERE/a.gguf"', 3),
        ('index = "index"\nvault = "$NOWHERE/notes"', 2),
        ('vault = "vault"\nanswers.quotes = 0', 2),
        ('vault = "vault"\nanswers = { style = "full", quotes = 0 }', 2),
        ('vault = "vault"\n# [answers]\n\n[answers]\nstyle = "full"\n"quotes" = 0', 6),
        ('vault = "vault"\nanswers = 3', 2),
        ("vault = 2026", 1),
        ('vault = "vault"\nvalt = 1', 2),
        ('vault = "vault"\n[models]\npth = "x"', 3),
    ],
)
def test_a_message_names_the_line(tmp_path: Path, text: str, line: int) -> None:
    assert f"kb.toml, line {line}: " in refused(written(tmp_path, text))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MODELS_KEY", "123456789"),
        ("MODELS_KEY", "12e4"),
        ("MODELS_KEY", "nan"),
        ("MODELS_KEY", "true"),
        ("MODELS_SERVER_MODEL", "70"),
        ("MODELS_PLUGIN", "1.0"),
        ("RETRIEVAL_SEARCHER", "0x10"),
    ],
)
def test_a_variable_that_looks_like_a_number_stays_text(tmp_path: Path, name: str, text: str) -> None:
    settings = load_settings(start=written(tmp_path, 'vault = "vault"'), environment={f"KB_{name}": text})
    section, _, key = name.lower().partition("_")
    assert getattr(getattr(settings, section), key) == text


def test_folders_and_files_may_be_called_like_numbers(tmp_path: Path) -> None:
    environment = {"KB_VAULT": "2026", "KB_INDEX": "1e5", "KB_MODELS_PATH": "7"}
    settings = load_settings(start=tmp_path, environment=environment)
    assert (settings.vault.name, settings.index.name, Path(settings.models.path).name) == ("2026", "1e5", "7")


@pytest.mark.parametrize("space", ["\r", "\n", " ", "\r\n", "\t", "\u00a0"])
def test_white_space_around_a_key_is_cut_off(tmp_path: Path, space: str) -> None:
    variables = {"KB_MODELS_KEY": f"{space}sk-secret{space}"}
    settings = load_settings(start=written(tmp_path, 'vault = "vault"'), environment=variables)
    assert settings.models.key == "sk-secret"


@pytest.mark.parametrize(
    "key", ["schlüssel", "sk-secret\nHost: x", "sk\x00secret", "sk\x7fsecret", "sk‑secret"]
)
def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(tmp_path: Path, key: str) -> None:
    told = refused(written(tmp_path, 'vault = "vault"'), KB_MODELS_KEY=key)
    assert "KB_MODELS_KEY" in told
    assert "secret" not in told
    assert "schl" not in told


@pytest.mark.parametrize("key", ["123123123", "true", '["sk-secret"]', '{ sk = "secret" }', "1979-05-27"])
def test_a_key_of_another_kind_is_not_shown(tmp_path: Path, key: str) -> None:
    told = refused(written(tmp_path, f'vault = "vault"\n[models]\nkey = {key}'))
    assert "line 3: models.key must be text in quotes" in told
    assert key.strip('["]') not in told
    assert "secret" not in told


def test_a_password_in_an_address_is_not_shown(tmp_path: Path) -> None:
    url = "http://user:pass@models.example:8080/v1?api_key=hidden"
    folder = written(tmp_path, f'vault = "vault"\n[models]\nurl = "{url}"')
    workspace(folder).grant()
    settings = load_settings(start=folder, environment={})
    assert settings.models.url == url
    rows = " ".join(" ".join(row) for row in setting_rows(settings))
    assert "http://models.example:8080/v1?…" in rows
    assert ":pass" not in rows
    assert "hidden" not in rows
    told = refused(written(tmp_path, 'vault = "vault"\n[models]\nurl = "htp://user:hidden@host/v1"'))
    assert "hidden" not in told


def test_a_row_of_dots_in_a_comment_or_a_value_is_no_key(tmp_path: Path) -> None:
    dots = "." * 40
    (tmp_path / "kb.toml").write_text(
        f'# quotes {dots} = how many\nvault = "{dots}="\n[answers]\nquotes = 2\n'
    )
    assert load_settings(start=tmp_path, environment={}).answers.quotes == 2


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "kb.toml").write_bytes(b'\xef\xbb\xbfvault = "vault"\n[answers]\nquotes = 2\n')
    assert load_settings(start=tmp_path, environment={}).answers.quotes == 2


@pytest.mark.parametrize(
    "content", ['vault = "vault"'.encode("utf-16"), b'vault = "\xff"', b"\x00" * 20, b"vault = "]
)
def test_a_file_that_is_no_toml_is_one_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kb.toml").write_bytes(content)
    assert str(tmp_path / "kb.toml") in refused(tmp_path)


@pytest.mark.parametrize(
    ("written_path", "found"),
    [
        ("~/notes", "home/notes"),
        ("$HOME/notes", "home/notes"),
        ("${HOME}/notes", "home/notes"),
        ("a$b", "a$b"),
    ],
)
def test_home_and_variables_in_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written_path: str, found: str
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    (tmp_path / "a$b").mkdir()
    settings = load_settings(start=written(tmp_path, f'vault = "{written_path}"'), environment={})
    assert settings.vault == tmp_path / found


@pytest.mark.parametrize(
    "text",
    [
        'vault = "~nobody-is-called-this/notes"',
        'vault = "vault"\nindex = "~nobody-is-called-this/x"',
        'vault = "$NO_SUCH_VARIABLE/notes"',
        'vault = "vault"\n[models]\npath = "~nobody-is-called-this/m.gguf"',
        'vault = "vault"\n[answers]\njudge = "${NO_SUCH_VARIABLE}/j"',
    ],
)
def test_a_path_that_means_nothing_is_told(tmp_path: Path, text: str) -> None:
    assert "Write the whole path" in refused(written(tmp_path, text))


def test_whole_numbers_are_fine_where_parts_are_allowed(tmp_path: Path) -> None:
    settings = load_settings(
        start=written(tmp_path, 'vault = "vault"\n[answers]\nthreshold = 1'),
        environment={"KB_LINKS_SURE": " 0 "},
    )
    assert settings.answers.threshold == 1.0
    assert settings.links.sure == 0.0
    assert not math.isnan(settings.retrieval.dense_weight)


def test_a_variable_takes_the_place_of_a_value_that_does_not_fit_here(tmp_path: Path) -> None:
    folder = written(tmp_path, f'vault = "vault"\n[models]\nthreads = {BEYOND}')
    assert load_settings(start=folder, environment={"KB_MODELS_THREADS": "1"}).models.threads == 1
    assert refused(folder, KB_MODELS_THREADS="")  # an empty one is no number


@pytest.mark.slow
def test_a_current_folder_that_was_deleted_is_one_sentence(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    for words in (["status"], ["init"], ["search", "tea"], ["plugins"], ["models"]):
        code = f"import os, sys; os.rmdir(os.getcwd()); sys.argv = ['kb', *{words}]; from kb.cli import main; main()"
        gone.mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=gone, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert done.stderr.startswith("kb: The current folder cannot be used"), done.stderr
        assert len(done.stderr.splitlines()) == 1


@pytest.mark.slow
def test_the_command_line_tells_it_in_one_sentence(small_base: Path) -> None:
    done = run_kb("ask", "What is a token?", cwd=small_base, KB_MODELS_THREADS="5000")
    assert done.returncode == 1
    assert done.stderr.startswith("kb: KB_MODELS_THREADS must be a whole number from 0 to ")
