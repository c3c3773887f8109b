"""What the private repository takes over from the user's, and what remotes say."""

from __future__ import annotations

from pathlib import Path

import pytest

from stardust_gitops.git.carried import as_environment, carried_environment
from stardust_gitops.git.command import execute
from stardust_gitops.git.mirror import Mirror
from stardust_gitops.git.remote import (
    OutrunError,
    RefUpdate,
    RemoteError,
    Trouble,
    push_error,
    remote_error,
)
from tests.git_servers import bare_remote, clone, git


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own, so that nobody's settings play along."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return folder


@pytest.fixture
def mirror(tmp_path: Path, home: Path) -> Mirror:
    user = clone(bare_remote(tmp_path / "remote.git").as_uri(), tmp_path / "user")
    made = Mirror(tmp_path / "mirror.git", user, "origin")
    made.make()
    return made


def _seen(mirror: Mirror, user: Path, name: str) -> list[str]:
    """The values that a setting has in the private repository."""
    env = carried_environment(user, mirror.folder, "origin")
    done = execute(user, "config", "--get-all", name, env=env)
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize(
    ("name", "of_user", "of_all", "seen"),
    [
        ("user.name", ["Ada"], [], ["Ada"]),
        ("user.name", ["Ada"], ["Bob"], ["Bob", "Ada"]),
        ("http.extraheader", ["a"], ["b"], ["b", "a"]),
        ("http.extraheader", [], ["b", "c"], ["b", "c"]),
        ("remote.other.url", ["x"], [], []),
        ("core.worktree", ["/"], [], []),
        ("alias.fetch", ["!false"], [], []),
        ("core.sshcommand", ["ssh -i key"], [], ["ssh -i key"]),
    ],
)
def test_what_concerns_reaching_the_remote_is_taken_over_once(
    mirror: Mirror,
    tmp_path: Path,
    name: str,
    of_user: list[str],
    of_all: list[str],
    seen: list[str],
) -> None:
    user = tmp_path / "user"
    if name == "user.name":
        git(user, "config", "--unset", name)
    for value in of_user:
        git(user, "config", "--add", name, value)
    for value in of_all:
        git(user, "config", "--global", "--add", name, value)
    assert _seen(mirror, user, name) == seen


def test_settings_that_count_only_in_the_users_repository(
    mirror: Mirror, home: Path, tmp_path: Path
) -> None:
    (home / "work").write_text("[user]\n  email = work@example.com\n")
    (home / ".gitconfig").write_text(
        f'[includeIf "gitdir:{tmp_path}/user/"]\n  path = work\n[user]\n  useConfigOnly = true\n'
    )
    git(tmp_path / "user", "config", "--unset", "user.email")
    assert _seen(mirror, tmp_path / "user", "user.email") == ["work@example.com"]


def test_settings_in_variables_come_along_and_are_not_doubled(
    mirror: Mirror, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in as_environment([("http.extraheader", "secret")]).items():
        monkeypatch.setenv(name, value)
    assert _seen(mirror, tmp_path / "user", "http.extraheader") == ["secret"]


def test_a_push_moves_all_refs_or_none(mirror: Mirror, tmp_path: Path) -> None:
    one = mirror.commit(None, {"a/b": b"1"}, "one")
    mirror.push([RefUpdate("refs/heads/one", one, None), RefUpdate("refs/x/two", one, None)])
    two = mirror.commit(one, {"a/b": None, "c": b"2"}, "two")
    with pytest.raises(OutrunError):
        mirror.push([RefUpdate("refs/heads/one", two, one), RefUpdate("refs/x/two", two, two)])
    assert git(tmp_path / "remote.git", "rev-parse", "one") == one
    assert mirror.files(two, "c").keys() == {"c"}
    assert mirror.files(two, "a") == {}
    assert [change[:2] for change in mirror.changes(one, two, ".")] == [("D", "a/b"), ("A", "c")]
    assert mirror.follows(two, one)
    assert not mirror.follows(one, two)


@pytest.mark.parametrize(
    ("said", "trouble"),
    [
        ("fatal: couldn't find remote ref refs/heads/x", Trouble.NO_REF),
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", "user"),
        ("git@x: Permission denied (publickey).\nfatal: Could not read from remote repo", "user"),
        ("remote: Permission to a/b.git denied to bot.\nfatal: requested URL returned error: 403",
         Trouble.FORBIDDEN),
        ("remote: error: GH006: Protected branch update failed", Trouble.FORBIDDEN),
        ("ssh: Could not resolve hostname x: Name or service not known", Trouble.UNREACHABLE),
        ("fatal: unable to access 'https://x/': Failed to connect to x port 443",
         Trouble.UNREACHABLE),
        ("remote: Repository not found.", Trouble.NOT_FOUND),
        ("fatal: something new", Trouble.OTHER),
    ],
)  # fmt: skip
def test_what_remotes_say_in_plain_words(said: str, trouble: Trouble | str) -> None:
    error = remote_error("origin", said.encode())
    assert error.trouble is (Trouble.UNKNOWN_USER if trouble == "user" else trouble)
    assert error.hint


def test_no_password_of_an_address_is_shown() -> None:
    error = remote_error("origin", b"fatal: unable to access 'https://me:hunter2@host/x': no")
    assert "hunter2" not in str(error)
    assert "hunter2" not in error.stderr


@pytest.mark.parametrize(
    ("lines", "race"),
    [
        (b"!\ta:b\t[rejected] (stale info)\n", True),
        (b"!\ta:b\t[rejected] (stale info)\n!\tc:d\t[rejected] (atomic push failed)\n", True),
        (b"!\ta:b\t[remote rejected] (failed to update ref)\n", True),
        (b"!\ta:b\t[remote rejected] (pre-receive hook declined)\n", False),
        (b"!\ta:b\t[rejected] (stale info)\n!\tc:d\t[remote rejected] (hook declined)\n", False),
        (b"", False),
    ],
)
def test_being_too_late_is_told_from_being_refused(lines: bytes, race: bool) -> None:
    error = push_error("origin", lines, b"error: failed to push some refs")
    assert isinstance(error, OutrunError if race else RemoteError)
