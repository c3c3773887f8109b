"""Reading real git repositories, hostile ones among them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from stardust_gitops.errors import GitOpsError, UsageError
from stardust_gitops.git import LfsPointer, Repository, lfs_pointer
from stardust_gitops.git.command import cleaned

HOSTILE_NAMES = [
    "-rf",
    "--help",
    "new\nline",
    'quo"te',
    "tab\there",
    ":(top)x",
    "*",
    "é",
    " blank ",
]


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture(autouse=True)
def nobody_elses_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ada Quill")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ada@example.com")


@pytest.fixture
def top(tmp_path: Path) -> Path:
    folder = tmp_path / "top"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    return folder


def found(folder: Path) -> Repository:
    repository = Repository.find(folder)
    assert repository is not None
    return repository


def commit_all(top: Path, message: str = "change") -> str:
    git(top, "add", "-A")
    git(top, "commit", "-q", "-m", message)
    return git(top, "rev-parse", "HEAD")


def test_find_gives_the_top(top: Path, tmp_path: Path) -> None:
    below = top / "a" / "b"
    below.mkdir(parents=True)
    assert found(below).root == top.resolve()
    link = tmp_path / "link"
    link.symlink_to(below)
    assert found(link).root == top.resolve()


def test_outside_of_git_there_is_none(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    assert Repository.find(outside) is None
    assert Repository.find(outside / "missing") is None
    assert Repository.find(top / ".git") is None
    monkeypatch.setenv("PATH", str(outside))
    assert Repository.find(top) is None


def test_a_git_file_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: /nowhere\n")
    with pytest.raises(GitOpsError, match="not a git repository: /nowhere"):
        Repository.find(tmp_path)


def test_somebody_elses_repository_is_refused_with_the_remedy(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(GitOpsError, match="belongs to another user") as caught:
        Repository.find(top)
    assert caught.value.hint is not None
    assert caught.value.hint.endswith(f"--add safe.directory {top.resolve()}")


def test_head(top: Path) -> None:
    repository = found(top)
    assert repository.head() is None
    (top / "a").write_text("a\n")
    commit = commit_all(top)
    assert repository.head() == commit


def test_the_variables_of_a_hook_do_not_lead_elsewhere(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (top / "a").write_text("a\n")
    commit = commit_all(top)
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    monkeypatch.setenv("GIT_INDEX_FILE", str(other / ".git" / "index"))
    monkeypatch.setenv("GIT_GLOB_PATHSPECS", "1")
    repository = found(top)
    assert repository.root == top.resolve()
    assert repository.head() == commit
    assert set(repository.index_ids(top)) == {"a"}


def test_index_ids_are_relative_to_the_folder(top: Path) -> None:
    folder = top / "catalogue" / "releases"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text("a: 1\n")
    (top / "elsewhere.yaml").write_text("b: 2\n")
    commit_all(top)
    expected = git(top, "hash-object", "catalogue/releases/a.yaml")
    repository = found(top)
    assert repository.index_ids(folder) == {"a.yaml": expected}
    assert repository.index_ids(top / "catalogue") == {"releases/a.yaml": expected}
    assert set(repository.index_ids(top)) == {"catalogue/releases/a.yaml", "elsewhere.yaml"}


def test_index_ids_leave_out_what_no_id_speaks_for(top: Path) -> None:
    (top / "file").write_text("base\n")
    (top / "link").symlink_to("file")
    commit_all(top)
    git(top, "checkout", "-q", "-b", "side")
    (top / "file").write_text("side\n")
    commit_all(top)
    git(top, "checkout", "-q", "main")
    (top / "file").write_text("main\n")
    (top / "other").write_text("x\n")
    commit_all(top)
    with pytest.raises(subprocess.CalledProcessError):
        git(top, "merge", "side")
    repository = found(top)
    assert set(repository.index_ids(top)) == {"other"}
    assert repository.modified(top) == {"file"}


def test_modified_names_every_difference(top: Path) -> None:
    folder = top / "catalogue"
    folder.mkdir()
    for name in ("same", "edited", "staged", "deleted", "old name", "back"):
        (folder / name).write_text(f"{name}\n" * 20)
    (top / "outside").write_text("x\n")
    (top / ".gitignore").write_text("*.tmp\n")
    commit_all(top)
    assert found(top).modified(folder) == set()
    (folder / "edited").write_text("other\n")
    (folder / "staged").write_text("other\n")
    git(folder, "add", "staged")
    (folder / "deleted").unlink()
    git(folder, "mv", "old name", "new name")
    git(folder, "config", "status.renames", "copies")
    git(folder, "config", "status.showUntrackedFiles", "no")
    (folder / "back").write_text("other\n")
    git(folder, "add", "back")
    (folder / "back").write_text("back\n" * 20)
    (folder / "deep").mkdir()
    (folder / "deep" / "untracked").write_text("x\n")
    (folder / "ignored.tmp").write_text("x\n")
    (top / "outside").write_text("y\n")
    expected = {"edited", "staged", "deleted", "old name", "new name", "back", "deep/untracked"}
    assert found(top).modified(folder) == expected
    assert found(top).modified(top) == {f"catalogue/{name}" for name in expected} | {"outside"}


def test_modified_before_the_first_commit_and_outside(top: Path, tmp_path: Path) -> None:
    (top / "a").write_text("a\n")
    (top / "b").write_text("b\n")
    git(top, "add", "a")
    repository = found(top)
    assert repository.modified(top) == {"a", "b"}
    with pytest.raises(GitOpsError, match="is not in the work tree"):
        repository.modified(tmp_path)
    with pytest.raises(GitOpsError, match="cannot be run in"):
        repository.index_ids(top / "missing")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_hostile_names_are_only_names(top: Path, name: str) -> None:
    folder = top / name
    folder.mkdir()
    (folder / name).write_text("one\n")
    (top / "x").write_text("x\n")
    repository = found(folder)
    assert repository.modified(folder) == {name}
    assert repository.line_commits(folder / name) == [None]
    commit = commit_all(top)
    assert set(repository.index_ids(folder)) == {name}
    assert set(repository.index_ids(top)) == {f"{name}/{name}", "x"}
    assert repository.line_commits(folder / name) == [commit[:10]]
    (folder / name).write_text("two\n")
    assert repository.modified(folder) == {name}
    assert repository.modified(top) == {f"{name}/{name}"}


def test_names_that_are_no_utf8_come_as_the_file_system_gives_them(top: Path) -> None:
    raw = os.fsencode(top) + b"/caf\xe9"
    Path(os.fsdecode(raw)).write_text("x\n")
    assert (
        found(top).modified(top)
        == {os.fsdecode(b"caf\xe9")}
        == {path.name for path in top.iterdir() if path.name != ".git"}
    )


def test_a_hostile_configuration_runs_nothing(top: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    script = tmp_path / "script"
    script.write_text(f"#!/bin/sh\ntouch '{trap}'\n")
    script.chmod(0o755)
    (top / ".gitattributes").write_text("* diff=evil\n")
    (top / "a").write_text("a\n")
    commit = commit_all(top)
    git(top, "config", "core.fsmonitor", str(script))
    git(top, "config", "core.pager", str(script))
    git(top, "config", "diff.evil.textconv", str(script))
    git(top, "config", "diff.external", str(script))
    (top / ".git" / "hooks" / "post-index-change").write_text(script.read_text())
    (top / ".git" / "hooks" / "post-index-change").chmod(0o755)
    repository = found(top)
    assert repository.head() is not None
    assert repository.modified(top) == set()
    (blob,) = [blob for path, blob in repository.index_ids(top).items() if path == "a"]
    assert repository.read_blob(blob) == b"a\n"
    assert repository.line_commits(top / "a") == [commit[:10]]
    git(top, "config", "blame.ignoreRevsFile", "missing")
    assert repository.line_commits(top / "a") == [None]
    assert not trap.exists()


def test_blobs_come_back_whole_and_in_order(top: Path) -> None:
    contents = [os.urandom(size) for size in (1, 0, 70_000)] + [b"\n", b"a\n\nblob 3\n"]
    contents += [b"%d\n" % number for number in range(900)]
    for number, content in enumerate(contents):
        (top / f"{number:04}").write_bytes(content)
    git(top, "add", "-A")
    repository = found(top)
    ids = [blob for _, blob in sorted(repository.index_ids(top).items())]
    assert list(repository.read_blobs(ids)) == list(zip(ids, contents, strict=True))
    assert repository.read_blob(ids[2]) == contents[2]
    assert list(repository.read_blobs([])) == []
    some = repository.read_blobs(ids)
    assert next(some) == (ids[0], contents[0])
    some.close()  # type: ignore[attr-defined]  # a generator, which ends git when it is closed


def test_files_as_they_were_at_a_commit(top: Path) -> None:
    folder = top / "catalogue"
    folder.mkdir()
    for name in ("a b.yaml", "é.yaml", "gone.yaml", "other.yaml"):
        (folder / name).write_text(f"same in two\n{len(name)}\n")
    (folder / "link.yaml").symlink_to("other.yaml")
    (top / "outside.yaml").write_text("x")
    before = commit_all(top)
    (folder / "gone.yaml").unlink()
    (folder / "é.yaml").write_text("changed\n")
    (folder / "new.yaml").write_text("new\n")
    commit_all(top)
    names = {"a b.yaml", "é.yaml", "gone.yaml", "link.yaml", "new.yaml", "outside.yaml"}
    assert found(top).read_at(before, folder, names) == {
        "a b.yaml": b"same in two\n8\n",
        "gone.yaml": b"same in two\n9\n",
        "é.yaml": b"same in two\n6\n",
    }
    assert found(top).read_at(before, folder, ()) == {}
    with pytest.raises(UsageError, match="git knows no commit"):
        found(top).read_at("--output=x", folder, names)


@pytest.mark.parametrize("text", ["HEAD", "0" * 39, "0" * 40 + "\n", "", "-h", "A" * 40])
def test_only_ids_reach_git(top: Path, text: str) -> None:
    with pytest.raises(GitOpsError, match="not a git object id"):
        found(top).read_blob(text)


def test_an_id_that_is_no_blob_is_an_error(top: Path) -> None:
    (top / "a").write_text("a\n")
    commit = commit_all(top)
    with pytest.raises(GitOpsError, match=r"no file content with the id 0{40} \(missing\)"):
        found(top).read_blob("0" * 40)
    with pytest.raises(GitOpsError, match="commit"):
        found(top).read_blob(commit)


def test_a_damaged_object_is_an_error(top: Path) -> None:
    (top / "a").write_text("a\n")
    commit_all(top)
    blob = found(top).index_ids(top)["a"]
    file = top / ".git" / "objects" / blob[:2] / blob[2:]
    file.chmod(0o644)
    file.write_bytes(b"damaged")
    with pytest.raises(GitOpsError) as caught:
        found(top).read_blob(blob)
    assert caught.value.hint


def test_line_commits(top: Path) -> None:
    path = top / "a file.yaml"
    path.write_text("one\ntwo\n")
    first = commit_all(top)[:10]
    path.write_text("one\n2\n")
    second = commit_all(top)[:10]
    path.write_text("zero\none\n2\n\tlast, without end")
    repository = found(top)
    assert repository.line_commits(path) == [None, first, second, None]
    assert repository.line_commits(Path("a file.yaml")) == [None, first, second, None]


def test_lines_of_files_without_commits(top: Path) -> None:
    repository = found(top)
    path = top / "new"
    path.write_text("one\ntwo")
    assert repository.line_commits(path) == [None, None]
    (top / "other").write_text("x\n")
    git(top, "add", "other")
    git(top, "commit", "-q", "-m", "first")
    assert repository.line_commits(path) == [None, None]
    git(top, "add", "new")
    assert repository.line_commits(path) == [None, None]
    path.write_text("")
    assert repository.line_commits(path) == []
    path.unlink()
    with pytest.raises(GitOpsError, match="cannot be read"):
        repository.line_commits(path)


def test_a_shallow_clone_blames_no_innocent_commit(top: Path, tmp_path: Path) -> None:
    (top / "a").write_text("one\ntwo\n")
    commit_all(top)
    (top / "a").write_text("one\n2\n")
    commit_all(top)
    clone = tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth", "1", top.as_uri(), str(clone))
    (clone / "a").write_text("one\n2\nthree\n")
    git(clone, "commit", "-q", "-a", "-m", "third")
    third = git(clone, "rev-parse", "HEAD")[:10]
    assert found(clone).line_commits(clone / "a") == [None, None, third]


def test_what_git_says_is_cleaned() -> None:
    said = b"fatal: bad \x1b[31mthing\x07\nhint: do this\n\nerror: more\xff\n"
    assert cleaned(said) == "bad  [31mthing; more\ufffd"


OID = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{OID}\nsize 12345\n"


def test_lfs_pointer() -> None:
    assert lfs_pointer(POINTER.encode()) == LfsPointer(oid=OID, size=12345)
    extended = POINTER.replace("oid", "ext-0-foo sha256:" + "0" * 64 + "\noid")
    assert lfs_pointer(extended.encode()) == LfsPointer(oid=OID, size=12345)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"fLaC\0\0",
        POINTER.replace("sha256", "md5").encode(),
        POINTER.replace("size 12345", "size -1").encode(),
        POINTER.replace("size 12345\n", "").encode(),
        POINTER.replace("git-lfs", "example").encode(),
        POINTER.replace(OID, OID[:-1]).encode(),
        ("x" + POINTER).encode(),
        POINTER.encode() + b"x" * 1024,
    ],
)
def test_what_is_no_lfs_pointer(data: bytes) -> None:
    assert lfs_pointer(data) is None
