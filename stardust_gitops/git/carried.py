"""What a user's repository says about reaching its remotes and signing, for use in another one.

The other one is ours, and private (`git.mirror`). Credentials, proxies and keys stay where the
user, or a CI system, has put them; they are handed over in the environment, never in an argument.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from stardust_gitops.git.command import GitError, environment, execute, failure

_SECTIONS = ("author", "commit", "committer", "credential", "gpg", "http", "protocol", "safe")
_SECTIONS_TOO = ("ssh", "url", "user")
_KEYS = ("core.sshcommand", "core.askpass", "core.gitproxy")
_OF_REMOTE = ("url", "pushurl", "proxy", "proxyauthmethod", "uploadpack", "receivepack")
_SSH = "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=15 -oServerAliveCountMax=4"
"""Never asks, and notices a connection that is dead."""

_CONFIG_VARIABLE = re.compile(r"GIT_CONFIG_(COUNT|PARAMETERS|KEY_\d+|VALUE_\d+)")

Setting = tuple[str, str]


def carried_environment(user: Path, ours: Path, remote: str) -> dict[str, str]:
    """The environment for git in the repository `ours` (a git directory), in which it reaches
    `remote` of the repository that the folder `user` lies in as that one would."""
    base = {n: v for n, v in environment().items() if not _CONFIG_VARIABLE.fullmatch(n)}
    base["GIT_DIR"] = str(ours)
    theirs = _settings(user, environment(), remote)
    settings = _missing(theirs, _settings(user, base, remote))
    if "http.lowspeedlimit" not in {name for name, _ in theirs}:
        # A server that says nothing for so long is gone.
        settings += [("http.lowSpeedLimit", "1"), ("http.lowSpeedTime", "60")]
    return base | quiet_ssh(user, base) | as_environment(settings)


def quiet_ssh(user: Path, env: Mapping[str, str]) -> dict[str, str]:
    """The variable that keeps ssh from asking, where the user has not said what runs for it."""
    if {"GIT_SSH", "GIT_SSH_COMMAND"} & env.keys():
        return {}
    said = execute(user, "config", "--get", "core.sshCommand").returncode == 0
    return {} if said else {"GIT_SSH_COMMAND": _SSH}


def as_environment(settings: Iterable[Setting], *, begin: int = 0) -> dict[str, str]:
    """Settings of git's as variables (git-config(1), GIT_CONFIG_COUNT), numbered from `begin`."""
    found: dict[str, str] = {}
    number = begin
    for number, (name, value) in enumerate(settings, begin + 1):
        found[f"GIT_CONFIG_KEY_{number - 1}"] = name
        found[f"GIT_CONFIG_VALUE_{number - 1}"] = value
    return found | {"GIT_CONFIG_COUNT": str(number)}


def _settings(folder: Path, env: Mapping[str, str], remote: str) -> list[Setting]:
    done = execute(folder, "config", "--list", "-z", env=env)
    if done.returncode:
        raise failure("config", done.stderr, folder)
    found = []
    for record in os.fsdecode(done.stdout).split("\0")[:-1]:
        name, _, value = record.partition("\n")
        if _concerns(name, remote):
            found.append((name, value))
    return found


def _concerns(name: str, remote: str) -> bool:
    section, _, rest = name.partition(".")
    if section == "remote":
        of, _, key = rest.rpartition(".")
        return of == remote and key in _OF_REMOTE
    return section in (*_SECTIONS, *_SECTIONS_TOO) or name in _KEYS


def _missing(theirs: Iterable[Setting], ours: Iterable[Setting]) -> list[Setting]:
    """What has to be added to our settings so that each name ends with their values.

    Values of a name that both begin with are left out: some are lists, and a header that comes
    twice is refused by servers.
    """
    known: dict[str, list[str]] = {}
    for name, value in ours:
        known.setdefault(name, []).append(value)
    found = []
    for name, value in theirs:
        before = known.get(name)
        if before and before[0] == value:
            before.pop(0)
        else:
            known[name] = []
            found.append((name, value))
    return found


def git_directory(folder: Path) -> Path:
    """The git directory that all work trees of the folder's repository share. `GitError` outside
    of git."""
    done = execute(folder, "rev-parse", "--path-format=absolute", "--git-common-dir")
    if done.returncode:
        raise failure("rev-parse", done.stderr, folder)
    return Path(os.fsdecode(done.stdout.removesuffix(b"\n")))


def has_remote(folder: Path, remote: str) -> bool:
    """Whether the folder's repository has a remote of this name."""
    try:
        return execute(folder, "remote", "get-url", "--", remote).returncode == 0
    except GitError:
        return False
