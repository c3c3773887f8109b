"""What `init --github` writes, run as GitHub would: the commands of each job, in a fresh clone."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from tests.first_release import ICPN, finished_release, make_media
from tests.github_server import JOB_TOKEN, REPOSITORY, Server, github_server
from tests.message_servers import webhook
from tests.program import program_in
from tests.source_tree import ROOT

PULL = 5
WITHOUT, FETCH = "Plan without a ledger", "Fetch audio and art"


@dataclass(kw_only=True)
class Project:
    """A catalogue on a remote, and runners that clone it."""

    folder: Path
    server: Server
    clone: Path
    runs: int = 0
    secrets: Mapping[str, str] = field(default_factory=dict)

    def git(self, *arguments: str, cwd: Path | None = None) -> str:
        """Git in the clone of the person who edits."""
        config = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
        return subprocess.run(
            ["git", *config, *arguments],
            cwd=cwd or self.clone,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    def program(self, *arguments: str) -> str:
        """The program, on the machine of that person."""
        done = subprocess.run(
            [sys.executable, "-m", "stardust_gitops", *arguments],
            cwd=self.clone,
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def push(self, message: str, branch: str = "main") -> None:
        """Commit everything and push it."""
        self.git("add", "--all")
        self.git("commit", "-q", "-m", message)
        self.git("push", "-q", "origin", f"HEAD:{branch}")

    def job(
        self, workflow: str, name: str, event: Mapping[str, object], *, temp: Path, skip: str = ""
    ) -> tuple[int, str, str]:
        """The commands of a job in a new clone of main; how the first that failed ended, what all
        printed, and the summary. The step `skip` is left out: its condition does not hold."""
        self.runs += 1
        place = self.folder / f"runner-{self.runs}"
        branch = "topic" if "pull_request" in event else "main"
        self.git("clone", "-q", "-b", branch, "remote.git", place.name, cwd=self.folder)
        text = (place / ".github" / "workflows" / workflow).read_text(encoding="utf-8")
        steps = yaml.load(text, yaml.BaseLoader)["jobs"][name]["steps"]
        temp.mkdir(exist_ok=True)
        (temp / "event.json").write_text(json.dumps(event))
        bin_folder = self.folder / "bin"
        log = ""
        environ = {
            **{key: value for key, value in os.environ.items() if key[:7] != "GITHUB_"},
            "PATH": f"{bin_folder}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
            "RUNNER_TEMP": str(temp),
            "GITHUB_ACTIONS": "true",
            "GITHUB_TOKEN": JOB_TOKEN,
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_API_URL": self.server.url,
            "GITHUB_EVENT_NAME": "pull_request" if "pull_request" in event else "push",
            "GITHUB_EVENT_PATH": str(temp / "event.json"),
            "GITHUB_SHA": self.git("rev-parse", "HEAD", cwd=place).strip(),
            "GITHUB_OUTPUT": str(temp / "output"),
            "GITHUB_STEP_SUMMARY": str(temp / "summary"),
            **self.secrets,
        }
        for step in steps:
            command = step.get("run", "")
            if not command or "pip install" in command or step["name"] == skip:
                continue
            crons = re.findall(r"github\.event\.schedule == '(.*?)'", step.get("if", ""))
            if crons and event.get("schedule") not in crons:
                continue
            done = subprocess.run(
                ["bash", "-e", "-c", command],
                cwd=place,
                env=environ,
                capture_output=True,
                text=True,
            )
            log += done.stdout + done.stderr
            if done.returncode and "continue-on-error" not in step:
                return done.returncode, log, ""
        for file in place.glob("stardust-plan.json"):
            (temp / "plan").mkdir(exist_ok=True)
            (temp / "plan" / file.name).write_bytes(file.read_bytes())
        summary = temp / "summary"
        return 0, log, summary.read_text("utf-8") if summary.exists() else ""

    def delivered(self) -> list[str]:
        """What lies with the recipient."""
        return sorted(p.name for p in (self.folder / "delivered").rglob("*.xml"))


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """A new catalogue with a release, pushed; its target is a folder beside all clones."""
    with github_server() as server:
        made = Project(folder=tmp_path, server=server, clone=tmp_path / "clone")
        program_in(tmp_path / "bin")
        made.git("init", "-q", "--bare", "-b", "main", "remote.git", cwd=tmp_path)
        made.git("init", "-q", "-b", "main", "clone", cwd=tmp_path)
        made.git("remote", "add", "origin", "../remote.git")
        made.program("init", "--github")
        target = made.clone / "targets" / "local.yaml"
        text = target.read_text("utf-8").replace("delivered/local", str(tmp_path / "delivered"))
        target.write_text(text)
        made.push("a new catalogue")
        made.program(*finished_release(make_media(tmp_path / "media")))
        yield made


def opened(project: Project) -> dict[str, object]:
    """The event of a pull request that adds the release."""
    project.git("checkout", "-q", "-b", "topic")
    project.push("a release", branch="topic")
    head = project.git("rev-parse", "HEAD").strip()
    project.server.reviewed(PULL)
    return {"number": PULL, "pull_request": {"number": PULL, "head": {"sha": head}}}


def test_from_a_pull_request_to_a_delivery(project: Project) -> None:
    event = opened(project)
    temp = project.folder / "review"
    code, log, _ = project.job("review.yml", "plan", event, temp=temp, skip=WITHOUT)
    assert code == 0, log
    (body,) = project.server.bodies(PULL)
    assert "1 insert" in body
    assert ICPN in body

    project.git("push", "-q", "origin", "HEAD:main")
    temp, merged = project.folder / "deliver", {"ref": "refs/heads/main"}
    code, log, summary = project.job("deliver.yml", "plan", merged, temp=temp)
    assert code == 0, log
    assert "has-changes=true" in (temp / "output").read_text()
    assert ICPN in summary
    code, log, _ = project.job("deliver.yml", "apply", merged, temp=temp)
    assert code == 0, log
    before = project.delivered()
    assert before != []

    code, log, _ = project.job("deliver.yml", "apply", merged, temp=temp)
    assert code == 6
    assert "1 stale" in log, "an approval holds once"
    assert project.delivered() == before


def test_a_schedule_delivers_and_then_finds_nothing(project: Project) -> None:
    project.push("a release")
    event = {"schedule": "17 * * * *"}
    for number, changes in enumerate(("true", "false")):
        temp = project.folder / f"scheduled-{number}"
        code, log, _ = project.job("scheduled.yml", "deliver", event, temp=temp, skip=FETCH)
        assert code == 0, log
        assert f"has-changes={changes}" in (temp / "output").read_text()
        assert "Nothing waits: no issue is open." in log
        assert ("Apply: 1 sent" in log) is (number == 0), "silent where nothing is due"
    assert project.delivered() != []
    assert project.server.issues == {}


def test_once_a_day_people_are_told_what_is_late(project: Project) -> None:
    project.push("a release")
    with webhook() as hook:
        config = project.clone / "stardust.yaml"
        entry = "notifications: [{to: env:TEAM_CHAT, on: [applied, late, weekly]}]\n"
        config.write_text(config.read_text("utf-8") + entry)
        project.push("somebody listens")
        project.secrets = {"TEAM_CHAT": hook.url}
        project.server.ran("scheduled.yml", "2020-01-01T00:17:00Z")
        temp, event = project.folder / "scheduled", {"schedule": "47 6 * * *"}
        code, log, _ = project.job("scheduled.yml", "deliver", event, temp=temp, skip=FETCH)
        assert code == 0, log
    titles = [post["title"].partition(": ")[2] for post in hook.posts]
    assert titles == ["1 item delivered (production)", "1 late (production)"]
    assert "the last scheduled run was" in hook.posts[1]["message"]
    assert "expected every 1 h" in hook.posts[1]["message"]


def test_answers_and_drift_become_one_issue(project: Project) -> None:
    target = project.clone / "targets" / "local.yaml"
    target.write_text(target.read_text("utf-8") + "acknowledgements: {path: ack}\n")
    project.push("a release")
    temp = project.folder / "scheduled"
    code, log, _ = project.job("scheduled.yml", "deliver", {}, temp=temp, skip=FETCH)
    assert code == 0, log
    code, log, _ = project.job("receipts.yml", "receipts", {}, temp=project.folder / "quiet")
    assert code == 0, log
    assert "Drift: 1 target · no drift seen" in log
    assert project.server.issues == {}
    (project.folder / "delivered" / "stranger.txt").write_text("?")
    code, log, _ = project.job("receipts.yml", "receipts", {}, temp=project.folder / "odd")
    assert code == 0, log
    (issue,) = project.server.issues.values()
    assert issue["title"].endswith("(production): 1 drifted")
    assert "stranger.txt" in issue["body"]


def test_the_plan_of_a_fork_compares_commits(project: Project) -> None:
    event = opened(project)
    temp = project.folder / "fork"
    code, log, _ = project.job("review.yml", "plan", event, temp=temp, skip="Plan")
    assert code == 0, log
    document = json.loads((temp / "plan" / "stardust-plan.json").read_text())
    assert document["against"] == project.git("rev-parse", "HEAD^1").strip()
    assert document["summary"]["insert"] == 1
