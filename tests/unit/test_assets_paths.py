"""References, and digests of what they name."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stardust_gitops.assets.digest import digest_file
from stardust_gitops.assets.errors import AssetError, AssetProblem
from stardust_gitops.assets.paths import check_reference, resolve_asset


def refusal(root: Path, reference: str) -> AssetError:
    with pytest.raises(AssetError) as caught:
        resolve_asset(root, reference)
    assert caught.value.hint
    return caught.value


@pytest.mark.parametrize(
    "reference",
    ["a.wav", "assets/a.flac", "assets/Side A: ½ …/a b.flac", "..a/b..flac", "音\u3000楽/一.wav"],
)
def test_paths_below_the_root(tmp_path: Path, reference: str) -> None:
    assert resolve_asset(tmp_path, reference) == tmp_path / reference


@pytest.mark.parametrize(
    ("reference", "code"),
    [
        ("", AssetProblem.BAD_REFERENCE),
        ("/etc/passwd", AssetProblem.BAD_REFERENCE),
        ("//server/share", AssetProblem.BAD_REFERENCE),
        ("C:/music/a.wav", AssetProblem.BAD_REFERENCE),
        ("c:a.wav", AssetProblem.BAD_REFERENCE),
        ("assets\\a.wav", AssetProblem.BAD_REFERENCE),
        ("assets/a.wav\0.flac", AssetProblem.BAD_REFERENCE),
        ("assets/a\n.wav", AssetProblem.BAD_REFERENCE),
        ("assets/\udcff.wav", AssetProblem.BAD_REFERENCE),
        ("assets//a.wav", AssetProblem.BAD_REFERENCE),
        ("./a.wav", AssetProblem.BAD_REFERENCE),
        ("assets/", AssetProblem.BAD_REFERENCE),
        (".", AssetProblem.BAD_REFERENCE),
        ("../../etc/passwd", AssetProblem.OUTSIDE),
        ("assets/../../x", AssetProblem.OUTSIDE),
        ("assets/../a.wav", AssetProblem.OUTSIDE),
        ("..", AssetProblem.OUTSIDE),
        ("s3://bucket/a.wav", AssetProblem.REMOTE),
        ("azure://container/a.wav", AssetProblem.REMOTE),
        ("HTTPS://example.com/a.wav", AssetProblem.REMOTE),
        ("file:///etc/passwd", AssetProblem.BAD_REFERENCE),
    ],
)
def test_refused(tmp_path: Path, reference: str, code: AssetProblem) -> None:
    error = refusal(tmp_path, reference)
    assert error.code == code
    assert error.message.isprintable()


def test_signed_addresses_are_not_repeated(tmp_path: Path) -> None:
    error = refusal(tmp_path, "https://user:hunter2@example.com/a.wav?signature=hunter2")
    assert error.message == "https://…: assets in https:// are not available yet"


def test_symbolic_links(tmp_path: Path) -> None:
    root, outside = tmp_path / "catalogue", tmp_path / "outside"
    (root / "assets").mkdir(parents=True)
    outside.mkdir()
    (outside / "a.wav").write_bytes(b"x")
    (root / "assets/real.wav").write_bytes(b"x")
    (root / "assets/inside.wav").symlink_to("real.wav")
    (root / "assets/leaving.wav").symlink_to(outside / "a.wav")
    (root / "folder").symlink_to(outside)
    (root / "loop.wav").symlink_to("loop.wav")
    (tmp_path / "catalogue-2").mkdir()
    (root / "sibling").symlink_to(tmp_path / "catalogue-2")
    assert resolve_asset(root, "assets/inside.wav") == root / "assets/inside.wav"
    for reference in ("assets/leaving.wav", "folder/a.wav", "sibling/a.wav"):
        assert refusal(root, reference).code == AssetProblem.OUTSIDE
    (tmp_path / "link").symlink_to(root)
    assert resolve_asset(tmp_path / "link", "assets/real.wav").read_bytes() == b"x"


@given(st.text("ab.:/\\\n一", max_size=12))
def test_the_rule_in_other_words(reference: str) -> None:
    steps = reference.split("/")
    good = not (
        any(step in ("", ".", "..") for step in steps)
        or any(sign in reference for sign in "\\\n")
        or reference[1:2] == ":"
    )
    try:
        check_reference(reference)
    except AssetError:
        assert not good
    else:
        assert good


@pytest.mark.parametrize("size", [0, 1, 1 << 20, (1 << 20) + 7])
def test_digests(tmp_path: Path, size: int) -> None:
    data = bytes(range(251)) * (size // 251 + 1)
    path = tmp_path / "a.bin"
    path.write_bytes(data[:size])
    facts = digest_file(path)
    assert facts.size == size
    assert facts.sha256 == hashlib.sha256(data[:size]).hexdigest()
    assert facts.md5 == hashlib.md5(data[:size]).hexdigest()
    git = subprocess.run(
        ["git", "hash-object", "--no-filters", str(path)], capture_output=True, check=True
    )
    assert facts.git_blob == git.stdout.decode().strip()


def test_digest_of_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(AssetError) as caught:
        digest_file(tmp_path)
    assert caught.value.code == AssetProblem.UNREADABLE


def test_digest_of_a_file_that_grows() -> None:
    endless = Path("/proc/self/status")
    if not endless.exists():
        pytest.skip("needs a file whose size is not what can be read from it")
    with pytest.raises(AssetError) as caught:
        digest_file(endless)
    assert caught.value.code == AssetProblem.CHANGED_MEANWHILE
