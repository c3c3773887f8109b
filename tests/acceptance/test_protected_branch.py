"""Only the head of the protected branch is applied, however it was checked out."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pytest

from tests.acceptance.diagnosis import assert_told
from tests.catalogues import CatalogueFolder
from tests.git_servers import HttpServer
from tests.label import EP_FILE

PROTECTED = "environments: {production: {branch: main}, test: {}}\n"


@pytest.fixture
def guarded(label: CatalogueFolder) -> CatalogueFolder:
    """The catalogue with a change, pushed to a bare remote of which ``main`` is protected."""
    label.write("stardust.yaml", label.path("stardust.yaml").read_text("utf-8") + PROTECTED)
    label.edit(EP_FILE, "title: Undertow", "title: Underflow")
    label.commit("a change")
    label.git("init", "-q", "--bare", "-b", "main", "../remote.git")
    label.git("remote", "add", "origin", "../remote.git")
    label.git("push", "-q", "origin", "main")
    return label


def apply(label: CatalogueFolder, *arguments: str | Path) -> tuple[int, str]:
    outcome = label.run("apply", "--auto-approve", *arguments)
    return outcome.code, outcome.text


def test_the_head_is_applied(guarded: CatalogueFolder) -> None:
    assert "Next: `stardust-gitops apply` sends this." in guarded.must("plan").stdout
    assert_told(guarded.run("apply", "--auto-approve"), 0, "2 sent")


def test_a_detached_checkout_of_the_head_is_the_head(guarded: CatalogueFolder) -> None:
    guarded.git("checkout", "-q", "--detach")
    guarded.git("branch", "-D", "main")
    guarded.git("update-ref", "-d", "refs/remotes/origin/main")
    assert apply(guarded)[0] == 0


def test_another_commit_is_refused(guarded: CatalogueFolder) -> None:
    guarded.git("switch", "-q", "-c", "topic")
    guarded.commit("not merged")
    before = guarded.position()
    told = guarded.run("apply", "--auto-approve")
    assert_told(told, 4, "SG7003", "is not the head of main", "--allow-commit")
    assert guarded.position() == before
    looking = guarded.must("plan").stdout
    assert "Next: merge to main and push first: `production` is delivered from main only" in looking
    assert "delivered from main only" in guarded.must("plan", "--format", "markdown").stdout
    assert apply(guarded, "--allow-commit")[0] == 0


def test_an_old_run_knows_nothing_of_newer_commits(guarded: CatalogueFolder) -> None:
    """What GitHub checks out for a run that is run again: the old commit, called origin/main."""
    old = guarded.git("rev-parse", "HEAD")
    guarded.commit("newer")
    guarded.git("push", "-q", "origin", "main")
    guarded.git("checkout", "-q", "--detach", old)
    guarded.git("update-ref", "refs/remotes/origin/main", old)
    assert_told(guarded.run("apply", "--auto-approve"), 4, "SG7003")


def test_a_plan_file_is_applied_on_the_head(guarded: CatalogueFolder) -> None:
    plan = guarded.root.parent / "plan.json"
    guarded.git("switch", "-q", "-c", "topic")
    guarded.must("plan", "--out", plan)
    assert_told(guarded.run("apply", plan), 0, "2 sent")
    guarded.git("switch", "-q", "main")


def test_a_plan_of_another_commit_is_applied_on_the_head(guarded: CatalogueFolder) -> None:
    plan = guarded.root.parent / "plan.json"
    guarded.git("switch", "-q", "-c", "topic")
    guarded.commit("reviewed")
    guarded.must("plan", "--out", plan)
    assert_told(guarded.run("apply", plan), 4, "SG7003")
    guarded.git("switch", "-q", "main")
    guarded.commit("the merge, another commit")
    guarded.git("push", "-q", "origin", "main")
    assert_told(guarded.run("apply", plan), 0, "2 sent")


def test_other_environments_are_free(guarded: CatalogueFolder) -> None:
    guarded.git("switch", "-q", "-c", "topic")
    guarded.commit("not merged")
    assert apply(guarded, "--environment", "test")[0] == 0


def test_what_cannot_be_known_is_refused(guarded: CatalogueFolder) -> None:
    shutil.move(guarded.root.parent / "remote.git", guarded.root.parent / "gone.git")
    assert_told(guarded.run("apply", "--auto-approve"), 4, "SG7003", "nobody knows")
    guarded.git("remote", "remove", "origin")
    assert apply(guarded)[0] == 0, "without a remote the branch itself counts"


def test_a_remote_over_http_is_asked_with_the_token_that_git_has(
    guarded: CatalogueFolder, git_http: HttpServer
) -> None:
    remote = git_http.root / f"{uuid.uuid4().hex}.git"
    shutil.copytree(guarded.root.parent / "remote.git", remote)
    git_http.tokens = {"reads": False}
    try:
        guarded.git("remote", "set-url", "origin", git_http.url(remote, "forged"))
        refused = guarded.run("apply", "--auto-approve")
        assert_told(refused, 4, "SG7003", "nobody knows")
        assert "forged" not in refused.text
        guarded.git("remote", "set-url", "origin", git_http.url(remote, "reads"))
        assert apply(guarded)[0] == 0
    finally:
        git_http.tokens = {}


def test_a_branch_that_is_not_there(guarded: CatalogueFolder) -> None:
    guarded.edit("stardust.yaml", "branch: main", "branch: mian")
    guarded.commit("a slip")
    assert_told(guarded.run("apply", "--auto-approve"), 4, "SG7003", "no branch 'mian'")


def test_outside_git_nobody_can_say(guarded: CatalogueFolder) -> None:
    shutil.rmtree(guarded.path(".git"))
    assert_told(guarded.run("apply", "--auto-approve"), 4, "SG7003", "no commit here")
