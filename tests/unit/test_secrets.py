"""Secrets: references are parsed and resolved, values are never shown."""

from __future__ import annotations

import copy
import json
import os
import pickle
import traceback
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from stardust_gitops.errors import GitOpsError
from stardust_gitops.secrets.references import Reference, parse_reference, resolve
from stardust_gitops.secrets.secret import Secret, redact

VALUE = "hunter2-is-012345"


@pytest.mark.parametrize(
    ("text", "reference"),
    [
        ("env:SPOTIFY_KEY", Reference("env", "SPOTIFY_KEY")),
        ("env:_a1", Reference("env", "_a1")),
        ("file:/run/secrets/key", Reference("file", "/run/secrets/key")),
        ("file:C:\\keys\\my key", Reference("file", "C:\\keys\\my key")),
        ("file:env:x", Reference("file", "env:x")),
    ],
)
def test_references(text: str, reference: Reference) -> None:
    assert parse_reference(text) == reference
    assert str(reference) == text


@pytest.mark.parametrize(
    "literal",
    [
        VALUE,
        f"env:{VALUE}!",
        f"ENV:{VALUE}",
        f"vault:{VALUE}",
        f"file:\n{VALUE}",
        f"file: {VALUE}",
        f"env:{VALUE}\n",
        "env:",
        "file:",
        "",
        "env:1A",
    ],
)
def test_a_literal_is_refused_and_not_repeated(literal: str) -> None:
    with pytest.raises(ValueError, match="not a reference to a secret") as caught:
        parse_reference(literal)
    shown = "".join(traceback.format_exception_only(caught.value))
    assert VALUE not in shown
    assert caught.value.__cause__ is None


@dataclass(frozen=True)
class Login:
    user: str
    password: Secret


def test_a_secret_is_shown_nowhere() -> None:
    secret = Secret(VALUE)
    login = Login("ada", secret)
    texts = [
        repr(secret),
        str(secret),
        f"{secret}",
        f"{secret!r:>40}",
        f"{secret:x^60}",
        "%s %r" % (secret, secret),  # noqa: UP031 - one more way to format
        repr(login),
        repr(asdict(login)),
        repr([secret, {"key": secret}]),
        repr(copy.deepcopy(login)),
        str(ValueError(secret)),
    ]
    assert not [text for text in texts if VALUE in text]
    assert secret.reveal() == VALUE
    assert copy.copy(secret) is secret
    assert not hasattr(secret, "__dict__")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_cannot_be_written(protocol: int) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(Secret(VALUE), protocol)
    with pytest.raises(TypeError):
        json.dumps({"password": Secret(VALUE)})
    with pytest.raises(TypeError, match="cannot be written"):
        Secret(VALUE).__getstate__()


@pytest.mark.parametrize("value", ["012345", "1e3", "true", " blank ", "naïve", "a\nb\n"])
def test_values_of_variables_stay_text_exactly(value: str, tmp_path: Path) -> None:
    reference = parse_reference("env:KEY")
    assert resolve(reference, environ={"KEY": value}, root=tmp_path).reveal() == value


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"012345", "012345"),
        (b"012345\n", "012345"),
        (b"012345\r\n", "012345"),
        (b"012345\n\n", "012345\n"),
        (b" 012345 \n", " 012345 "),
        (b"a\r", "a\r"),
        (
            b"-----BEGIN KEY-----\nabc\n-----END KEY-----\n",
            "-----BEGIN KEY-----\nabc\n-----END KEY-----",
        ),
    ],
)
def test_values_of_files(data: bytes, value: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(data)
    for text in ("file:key", f"file:{tmp_path / 'key'}"):
        assert resolve(parse_reference(text), environ={}, root=tmp_path).reveal() == value


@pytest.mark.parametrize(
    ("environ", "what"), [({}, "KEY is not set"), ({"KEY": ""}, "KEY is empty")]
)
def test_a_missing_variable_is_named(environ: dict[str, str], what: str, tmp_path: Path) -> None:
    environ["OTHER"] = VALUE
    with pytest.raises(GitOpsError, match=what) as caught:
        resolve(parse_reference("env:KEY"), environ=environ, root=tmp_path)
    assert "KEY" in str(caught.value.hint)


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("missing", "cannot be read: No such file"),
        ("folder", "not a regular file"),
        ("pipe", "not a regular file"),
        ("/dev/zero", "not a regular file"),
        ("empty", "is empty"),
        ("newline", "is empty"),
        ("binary", "is not a UTF-8 text"),
        ("large", "is larger than 64 KiB"),
        ("a/" * 3000, "cannot be read"),
    ],
)
def test_a_file_that_is_no_secret_is_named(name: str, what: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").touch()
    (tmp_path / "newline").write_text("\n")
    (tmp_path / "binary").write_bytes(VALUE.encode() + b"\xff")
    (tmp_path / "large").write_text(VALUE * 10_000)
    with pytest.raises(GitOpsError, match=what) as caught:
        resolve(Reference("file", name), environ={}, root=tmp_path)
    assert name.rstrip("/") in str(caught.value)
    assert caught.value.hint
    assert VALUE not in "".join(traceback.format_exception(caught.value))


def test_redact() -> None:
    secrets = [Secret("abc"), Secret("abcdef"), Secret("p@ss/wörd"), Secret("a'b\\c"), Secret("")]
    text = "abcdef abc sftp://u:p%40ss%2Fw%C3%B6rd@h p@ss/wörd " + repr("a'b\\c")
    assert redact(text, secrets) == '*** *** sftp://u:***@h *** "***"'
    assert redact(text, []) == text
    assert redact("nothing here", secrets) == "nothing here"


def test_redact_takes_out_single_lines_of_a_key() -> None:
    key = Secret("-----BEGIN KEY-----\nMIIEpAIBAAKCAQEA\nab\n-----END KEY-----\n")
    assert redact("cannot read 'MIIEpAIBAAKCAQEA'", [key]) == "cannot read '***'"
    assert redact(f"key is {key.reveal()!r}", [key]) == "key is '***'"
    assert redact("table", [key]) == "table"
