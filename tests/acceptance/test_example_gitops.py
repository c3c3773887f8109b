"""`examples/gitops.sh`, run as a newcomer would: what it shows, and what the recipients got."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.git_servers import git
from tests.program import program_in
from tests.recipient_reader import Ingested, RecipientReader
from tests.source_tree import ROOT

SCRIPT = ROOT / "examples" / "gitops.sh"
SETTINGS = "[user]\n\tname = Somebody Else\n[commit]\n\tgpgSign = true\n"
BREAKWATER, TIDES = "4006381333931", "4006381333979"
HARBOUR, LIGHTHOUSE = "harbour", "lighthouse"
SENT: dict[str, list[tuple[str, str | None]]] = {
    HARBOUR: [
        (BREAKWATER, "NewReleaseDelivery"),
        (BREAKWATER, "ReDelivery"),  # not in Japan
        (BREAKWATER, "ReDelivery"),  # in Japan again
        (TIDES, "NewReleaseDelivery"),
    ],
    LIGHTHOUSE: [(BREAKWATER, None), (TIDES, None)],
}


@dataclass(frozen=True, kw_only=True)
class Story:
    """What the script printed and left behind."""

    folder: Path
    home: Path
    environ: dict[str, str]
    text: str

    def step(self, number: int) -> str:
        """What it printed in one step."""
        found = re.search(rf"^── {number}\. .*?(?=^── \d|\Z)", self.text, re.M | re.S)
        assert found is not None
        return found[0]

    def command(self, clone: str, *arguments: str) -> str:
        """A command in one of the clones; it must end well."""
        done = subprocess.run(
            ["stardust-gitops", *arguments],
            cwd=self.folder / clone,
            env=self.environ,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def received(self, target: str) -> list[Ingested]:
        """What a strict recipient takes out of its folder, in the order in which it came."""
        reader = RecipientReader(self.folder / "recipients" / target)
        reader.look()
        assert reader.errors == []
        assert reader.leftovers() == []
        return reader.taken


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The script, run once, by somebody with settings of their own and in a job of GitHub."""
    place = tmp_path_factory.mktemp("gitops")
    home = place / "home"
    home.mkdir()
    (home / ".gitconfig").write_text(SETTINGS)
    path = f"{program_in(place / 'bin')}:{os.environ['PATH']}"
    kept = {name: text for name, text in os.environ.items() if name[:3] not in ("GIT", "XDG")}
    environ = {**kept, "PATH": path, "PYTHONPATH": str(ROOT), "HOME": str(home)}
    done = subprocess.run(
        ["sh", str(SCRIPT), "a story"],
        cwd=place,
        env={
            **environ,
            "STORY_AHEAD": "20",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_PATH": "/nowhere",
            "GIT_DIR": "/nowhere",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
    )
    assert done.returncode == 0, done.stdout
    return Story(folder=place / "a story", home=home, environ=environ, text=done.stdout)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (1, ("Made the catalogue alpha-tide", ".github/workflows/deliver.yml", "stardust-ledger")),
        (3, ("A comparison of commits", "| **harbour** ERN 4.3 into a folder | 1 |")),
        (3, ("Next: merge it, and `apply` sends this.", "plan <code>")),
        (5, ("::notice file=releases/4006381333931.yaml", "withdrawn from JP", "1 unchanged")),
        (5, ("Apply: 1 sent",)),
        (6, ('Revert "Merge not-in-japan"', "Worldwide without JP → Worldwide", "Apply: 1 sent")),
        (7, ("2 held", " UTC (send_from)", "Due (2)", "Apply: 2 sent")),
        (8, ("Nobody is applying.", "The ledger is sound.", "No changes.")),
    ],
)
def test_each_step_shows_what_it_is_about(story: Story, number: int, told: tuple[str, ...]) -> None:
    for words in told:
        assert words in story.step(number)


def test_a_schedule_that_finds_nothing_due_says_nothing(story: Story) -> None:
    assert "\n$ stardust-gitops apply --auto-approve --quiet\n\n$" in story.step(7)


def test_two_runners_at_once_send_each_item_once(story: Story) -> None:
    logs = [(story.folder / name).read_text() for name in ("runner-1.log", "runner-2.log")]
    ends = Counter(re.findall(r"^\w+: \d{13} .+: (sent|unchanged)$", "\n".join(logs), re.M))
    stale = sum(len(re.findall(r"^stale ", log, re.M)) for log in logs)
    assert ends["sent"] == 2
    assert ends["unchanged"] + stale == 2


@pytest.mark.parametrize("target", [HARBOUR, LIGHTHOUSE])
def test_a_recipient_has_each_release_once_for_each_operation(story: Story, target: str) -> None:
    taken = story.received(target)
    assert [(one.icpn, one.delivery_type) for one in taken] == SENT[target]
    events = json.loads(story.command("ada", "history", "--format", "json"))["events"]
    own = [event for event in events if event["stream"][1] == target]
    completed = [event for event in own if event["kind"] == "completed"]
    intended = [event["data"]["message_id"] for event in own if event["kind"] == "intended"]
    ids = [one.message_id for one in taken]
    assert sorted(ids) == sorted(intended)
    assert len(set(ids)) == len(completed) == len(SENT[target])


def test_what_was_reverted_is_as_it_was(story: Story) -> None:
    texts = [
        file.read_text("utf-8")
        for file in sorted((story.folder / "recipients" / HARBOUR).rglob(f"{BREAKWATER}.xml"))
    ]
    assert ["<ExcludedTerritoryCode>JP<" in text for text in texts] == [False, True, False]


def test_nothing_is_left_to_do_for_a_machine_that_sees_it_first(story: Story) -> None:
    git(story.folder, "clone", "--quiet", "remote.git", "afterwards")
    assert "sound" in story.command("afterwards", "ledger", "verify")
    assert "No changes." in story.command("afterwards", "plan", "--detailed-exitcode")


def test_nothing_of_the_user_is_touched(story: Story) -> None:
    assert [path.name for path in story.home.iterdir()] == [".gitconfig"]
    assert (story.home / ".gitconfig").read_text() == SETTINGS
    authors = git(story.folder / "remote.git", "log", "--branches", "--format=%an").split("\n")
    assert set(authors) == {"Ada Quill"}


def test_a_folder_that_is_there_is_refused(story: Story) -> None:
    done = subprocess.run(
        ["sh", str(SCRIPT), str(story.folder)], env=story.environ, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "a story" in done.stderr
