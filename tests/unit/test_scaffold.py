"""The files that a new catalogue begins with, and the hooks that a repository can use."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from stardust_gitops import __version__
from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.label import LabelFile
from stardust_gitops.catalog.models.party import PartyFile
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.catalog.yaml_strict import parse
from stardust_gitops.cli.github_files import GITHUB_LEDGER
from stardust_gitops.cli.init import EXAMPLE_DPID, EXAMPLE_NAME, name_of, scaffold
from stardust_gitops.errors import UsageError
from stardust_gitops.identifiers.dpid import dpid_check_ok

PROJECT = Path(__file__).parents[2]
PATTERN_CASES = (
    ("stardust.yaml", True),
    ("releases/a/b.yaml", True),
    ("releases/4006381333931.lock.json", True),
    ("targets/x.yml", True),
    ("assets/4006381333931.jpg", True),
    ("README.md", False),
    ("docs/stardust.yaml.md", False),
    ("releases/notes.txt", False),
)


def config(name: str = "alpha-tide", sender: str = EXAMPLE_NAME) -> ConfigFile:
    """A configuration with this sender."""
    return ConfigFile.model_validate(
        {"format": "1", "id": name, "sender": {"dpid": EXAMPLE_DPID, "name": sender}}
    )


def files(
    of: ConfigFile | None = None, *, example: bool = True, lfs: bool = False
) -> dict[str, str]:
    """The scaffold of a configuration."""
    return scaffold(of or config(), example_dpid=example, example_name=example, lfs=lfs)


def test_all_that_a_catalogue_needs_is_there() -> None:
    assert list(files()) == [
        ".gitattributes",
        ".gitignore",
        ".pre-commit-config.yaml",
        "README.md",
        "assets/.gitkeep",
        "genre_maps/.gitkeep",
        "labels/README.md",
        "parties/README.md",
        "releases/.gitkeep",
        "stardust.yaml",
        "targets/local.yaml",
        "tracks/.gitkeep",
    ]


def test_github_s_files_come_on_request() -> None:
    of = config().model_copy(update={"ledger": GITHUB_LEDGER})
    found = scaffold(of, example_dpid=True, example_name=True, lfs=False, github=True)
    assert sorted(found.keys() - files().keys()) == [
        ".github/CODEOWNERS",
        ".github/stardust-gitops.txt",
        ".github/workflows/deliver.yml",
        ".github/workflows/receipts.yml",
        ".github/workflows/review-forks.yml",
        ".github/workflows/review.yml",
        ".github/workflows/scheduled.yml",
    ]
    assert f"\nstardust-gitops=={__version__}\n" in found[".github/stardust-gitops.txt"]
    assert "ledger: git:stardust-ledger\n" in found["stardust.yaml"]
    assert "branch `stardust-ledger`" in found["README.md"]
    owners = [line for line in found[".github/CODEOWNERS"].splitlines() if line]
    assert all(line.startswith("#") for line in owners), "nobody is made up"


def test_the_root_says_what_was_asked_for() -> None:
    asked = config("alpha-tide", "No: 5 #1, $name")
    text = files(asked)["stardust.yaml"]
    assert ConfigFile.model_validate(parse(text.encode(), "stardust.yaml")) == asked


def test_an_example_sender_is_marked_as_one() -> None:
    marked = [line for line in files()["stardust.yaml"].splitlines() if "an example" in line]
    assert [line.split()[0] for line in marked] == ["dpid:", "name:"]
    assert "an example" not in files(example=False)["stardust.yaml"]


def test_example_dpids_have_the_right_check_character_and_differ() -> None:
    target = TargetFile.model_validate(parse(files()["targets/local.yaml"].encode(), "x"))
    assert dpid_check_ok(EXAMPLE_DPID)
    assert dpid_check_ok(target.recipient.dpid)
    assert target.recipient.dpid != EXAMPLE_DPID


def test_the_local_target_takes_the_three_offers_and_leaves_genres_alone() -> None:
    target = TargetFile.model_validate(parse(files()["targets/local.yaml"].encode(), "x"))
    assert target.enabled
    assert target.transport.protocol == "directory"
    assert target.transport.path == "delivered/local"
    assert set(target.offers or ()) == {"streaming", "ad_supported", "download"}
    assert target.genre_map is None


def test_what_a_run_leaves_is_ignored() -> None:
    assert {"/.stardust/", "/delivered/"} <= set(files()[".gitignore"].splitlines())


@pytest.mark.parametrize(("folder", "model"), [("parties", PartyFile), ("labels", LabelFile)])
def test_a_folder_explains_itself_by_an_example(folder: str, model: type[BaseModel]) -> None:
    (text,) = re.findall("```yaml\n(.*?)```", files()[f"{folder}/README.md"], re.DOTALL)
    loaded = model.model_validate(parse(text.encode(), f"{folder}/x.yaml"))
    assert loaded.model_fields_set <= set(model.model_fields)
    assert len(loaded.model_fields_set) >= 4


@pytest.mark.parametrize("lfs", [True, False])
def test_git_lfs_is_on_only_where_it_is_set_up(lfs: bool) -> None:
    lines = [line for line in files(lfs=lfs)[".gitattributes"].splitlines() if "filter=" in line]
    assert any("*.flac" in line for line in lines)
    assert all(line.startswith("*.") == lfs for line in lines)


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("my-catalog", "my-catalog"),
        ("My Catalogue (2026)", "my-catalogue-2026"),
        ("Été", "ete"),
        (".hidden", "hidden"),
        ("x" * 100, "x" * 64),
    ],
)
def test_an_id_is_made_from_the_name_of_the_folder(folder: str, name: str) -> None:
    assert name_of(Path("/somewhere") / folder) == name
    config(name)


@pytest.mark.parametrize("folder", ["/", "/日本", "/---"])
def test_a_folder_without_a_usable_name_asks_for_an_id(folder: str) -> None:
    with pytest.raises(UsageError, match="no id") as raised:
        name_of(Path(folder))
    assert "--id" in (raised.value.hint or "")


def hook_of(text: str, name: str = "stardust-gitops-validate") -> dict[str, Any]:
    """One of the hooks."""
    loaded = yaml.safe_load(text)
    hooks = loaded if isinstance(loaded, list) else loaded["repos"][0]["hooks"]
    (hook,) = (hook for hook in hooks if hook["id"] == name)
    assert isinstance(hook, dict)
    return hook


@pytest.mark.parametrize(("path", "concerned"), PATTERN_CASES)
def test_the_hook_runs_for_the_files_of_a_catalogue(path: str, concerned: bool) -> None:
    ours = hook_of((PROJECT / ".pre-commit-hooks.yaml").read_text())
    theirs = hook_of(files()[".pre-commit-config.yaml"])
    for hook in (ours, theirs):
        assert bool(re.search(hook["files"], path)) is concerned
        assert hook["entry"] == "stardust-gitops validate"
        assert hook["pass_filenames"] is False


@pytest.mark.parametrize(("path", "concerned"), PATTERN_CASES)
def test_the_hook_for_the_form_runs_for_what_fmt_writes(path: str, concerned: bool) -> None:
    hook = hook_of(files()[".pre-commit-config.yaml"], "stardust-gitops-fmt")
    written = concerned and path.endswith((".yaml", ".yml"))
    assert bool(re.search(hook["files"], path)) is written
    assert hook["entry"].startswith("stardust-gitops fmt --check")


def test_the_hook_of_this_repository_works_for_a_catalogue_in_a_folder() -> None:
    hook = hook_of((PROJECT / ".pre-commit-hooks.yaml").read_text())
    assert re.search(hook["files"], "music/releases/x.yaml")


def test_pre_commit_takes_the_files(tmp_path: Path) -> None:
    mine = tmp_path / "config.yaml"
    mine.write_text(files()[".pre-commit-config.yaml"])
    configs = [PROJECT / ".pre-commit-config.yaml", mine]
    for verb, paths in (
        ("validate-config", configs),
        ("validate-manifest", [PROJECT / ".pre-commit-hooks.yaml"]),
    ):
        command = [sys.executable, "-m", "pre_commit", verb, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (0, "")
