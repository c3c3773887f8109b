"""A new catalogue and its first release, as a user makes them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from PIL import Image

from stardust_gitops.catalog.loading import read_release
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.cli.intake import Intake, copy_all
from stardust_gitops.cli.main import cli, run
from stardust_gitops.errors import GitOpsError
from tests.asset_files import LFS_POINTER, write_audio, write_image

ICPN = "4006381333931"
FILE = f"releases/{ICPN}.yaml"
PROGRAM = (sys.executable, "-m", "stardust_gitops")
Snapshot = dict[str, bytes]


def tree(folder: Path) -> Snapshot:
    """All files below a folder, but git's own and the ledger."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not {".git", ".stardust"} & set(path.relative_to(folder).parts)
    }


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Masters and a cover, as they lie about somewhere."""
    folder = tmp_path_factory.mktemp("media")
    write_audio(folder / "one.flac")
    write_audio(folder / "TWO.WAV", frames=4410)
    Image.new("RGB", (3000, 3000), "navy").save(folder / "cover.jpg")
    write_image(folder / "small.png")
    (folder / "song.mp3").write_bytes(b"ID3\x04" + bytes(100))
    (folder / "empty.flac").write_bytes(b"")
    (folder / "pointer.flac").write_bytes(LFS_POINTER)
    (folder / "cut.flac").write_bytes((folder / "one.flac").read_bytes()[:20000])
    return folder


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new catalogue outside git, and we are in it."""
    folder = tmp_path / "my-catalog"
    assert run(["init", str(folder)]) == 0
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def full(media: Path) -> list[str]:
    """All that a finished release needs."""
    return [
        *("new", "release", ICPN, "--title", "No: 5 #1", "--artist", "Kestrel & Sons"),
        *("--featuring", "Ada Quill", "--type", "Single", "--label", "Alpha Tide"),
        *("--genre", "HOUSE-00", "--release-date", "2026-12-04", "--language", "en"),
        *("--p-line", "2026 Alpha Tide", "--c-line", "2026 Alpha Tide"),
        *("--cover", str(media / "cover.jpg"), "--parental-warning", "NotExplicit"),
        *("--track", "GB-XYZ-26-00001", "yes", str(media / "one.flac")),
        *("--track", "GBXYZ2600002", "3:45", str(media / "TWO.WAV")),
        *("--deal", "streaming", "--deal", "download"),
    ]


def release_of(catalogue: Path) -> ReleaseFile:
    """The release as it reads, which it must."""
    model, findings = read_release(catalogue, FILE)
    assert findings == ()
    assert model is not None
    return model


# --- the whole way ---


def test_from_nothing_to_an_empty_plan(tmp_path: Path, full: list[str]) -> None:
    def program(*arguments: str, cwd: Path) -> str:
        done = subprocess.run(
            [*PROGRAM, *arguments],
            cwd=cwd,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    folder = tmp_path / "my-catalog"
    program("init", "my-catalog", cwd=tmp_path)
    program(*full, cwd=folder)
    program("validate", "--strict", cwd=folder)
    assert "1 insert" in program("plan", cwd=folder)
    program("apply", "--auto-approve", cwd=folder)
    assert "No changes" in program("plan", cwd=folder)
    assert len(list(folder.glob(f"delivered/local/*/{ICPN}/resources/*"))) == 3


def test_in_git_everything_can_be_committed_and_is_then_clean(
    catalogue: Path, full: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(full) == 0
    who = ("-c", "user.name=A", "-c", "user.email=a@example.com")
    for command in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "all")):
        subprocess.run(["git", *who, *command], check=True)
    listed = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True)
    assert set(listed.stdout.split()) == set(tree(catalogue))
    capsys.readouterr()
    assert run(["validate", "--strict"]) == 0
    assert run(["apply", "--auto-approve"]) == 0
    assert run(["plan", "--detailed-exitcode"]) == 0


def test_the_hook_of_a_new_catalogue_runs(
    catalogue: Path, tmp_path: Path, full: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    beside = Path(sys.executable).parent
    if not (beside / "stardust-gitops").exists():
        pytest.skip("the command is not installed beside this Python")
    monkeypatch.setenv("PATH", f"{beside}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "pre-commit"))
    assert run(full) == 0
    for command in (("init", "-q"), ("add", ".")):
        subprocess.run(["git", *command], check=True)
    hook = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
    assert subprocess.run(hook, capture_output=True, check=False).returncode == 0
    (catalogue / FILE).write_text("titel: Breakwater\n")
    subprocess.run(["git", "add", "."], check=True)
    done = subprocess.run(hook, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "did you mean title?" in done.stdout


# --- init ---


def test_a_new_catalogue_is_valid_and_has_an_empty_ledger(
    catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = capsys.readouterr().out
    for path in tree(catalogue):
        assert f"  {path}\n" in told
    assert "git init && git add ." in told
    assert "the sender in stardust.yaml is an example" in told.lower()
    assert run(["validate", "--strict"]) == 0
    assert run(["plan", "--detailed-exitcode"]) == 0
    assert not (catalogue / ".git").exists()


def test_the_sender_is_what_was_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    sender = ("--sender-dpid", "PA-DPIDA-2026112201-U", "--sender-name", "Alpha: Tide")
    assert run(["init", "--id", "alpha", *sender]) == 0
    text = (tmp_path / "stardust.yaml").read_text()
    assert "dpid: PADPIDA2026112201U\n" in text
    assert 'name: "Alpha: Tide"\n' in text
    told = capsys.readouterr().out
    assert "example" not in told
    assert "  cd " not in told
    assert run(["validate", "--strict"]) == 0


def test_a_wrong_check_character_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sender = ("--sender-dpid", "PADPIDA2014120301U", "--sender-name", "A")
    assert run(["init", str(tmp_path / "x"), *sender]) == 0
    assert "the last character of PADPIDA2014120301U should be L" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--sender-dpid", "123"), "sender.dpid"),
        (("--sender-dpid", ""), "sender.dpid"),
        (("--sender-name", " "), "sender.name"),
        (("--id", "Not A Name"), "id:"),
        (("--id", "No!", "--sender-dpid", "123"), "2 values are not valid"),
    ],
)
def test_bad_values_leave_nothing_behind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    assert run(["init", str(tmp_path / "x"), *options]) == 64
    assert words in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("inside", ["", "releases", "new/catalogue"])
def test_a_catalogue_is_never_made_in_a_catalogue(
    catalogue: Path, capsys: pytest.CaptureFixture[str], inside: str
) -> None:
    before = tree(catalogue)
    assert run(["init", str(catalogue / inside)]) == 1
    error = capsys.readouterr().err
    assert "SG9020" in error
    assert "ledger init" in error
    assert tree(catalogue) == before


def test_other_files_are_kept_and_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "targets").mkdir()
    mine = {"README.md": b"mine", ".gitignore": b"/delivered/\n", "targets/local.yaml": b"x"}
    for path, data in mine.items():
        (tmp_path / path).write_bytes(data)
    assert run(["init", str(tmp_path), "--id", "x"]) == 0
    told = capsys.readouterr().out
    made, kept = told.split("Kept as they were:\n")
    for path, data in mine.items():
        assert (tmp_path / path).read_bytes() == data
        assert f"  {path}\n" in kept
        assert path not in made
    assert "Add to .gitignore: /.stardust/\n" in kept


def test_a_ledger_of_old_is_not_given_to_a_new_catalogue(
    catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (catalogue / "stardust.yaml").unlink()
    ledger = (catalogue / ".stardust/ledger.db").read_bytes()
    assert run(["init"]) == 4
    assert "never overwritten" in capsys.readouterr().err
    assert not (catalogue / "stardust.yaml").exists()
    assert (catalogue / ".stardust/ledger.db").read_bytes() == ledger
    (catalogue / ".stardust/ledger.db").unlink()
    assert run(["init"]) == 0


def test_in_a_work_tree_git_init_is_not_proposed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    assert run(["init", str(tmp_path / "music")]) == 0
    told = capsys.readouterr().out
    assert "git add ." in told
    assert "git init" not in told


def test_without_git_lfs_its_attributes_are_comments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    assert run(["init", str(tmp_path / "x")]) == 0
    assert "# *.flac filter=lfs" in (tmp_path / "x/.gitattributes").read_text()
    assert "Git LFS is not set up here" in capsys.readouterr().out


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="Git LFS is not installed")
def test_with_git_lfs_its_attributes_are_active(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "gitconfig"
    config.write_text('[filter "lfs"]\n\tclean = git-lfs clean -- %f\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    assert run(["init", str(tmp_path / "x")]) == 0
    assert "\n*.flac filter=lfs" in (tmp_path / "x/.gitattributes").read_text()
    assert "Git LFS" not in capsys.readouterr().out


@pytest.mark.parametrize("folder", ["file", "file/below", "file\0", "x" * 300])
def test_a_folder_that_cannot_be_is_diagnosed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    (tmp_path / "file").write_text("mine")
    assert run(["init", f"{tmp_path}/{folder}"]) in (1, 64)
    assert "SG90" in capsys.readouterr().err
    assert tree(tmp_path) == {"file": b"mine"}


def test_a_file_where_a_folder_should_be_stops_before_there_is_a_catalogue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "releases").write_text("mine")
    assert run(["init", str(tmp_path), "--id", "x"]) == 1
    assert "releases/.gitkeep cannot be written" in capsys.readouterr().err
    assert not (tmp_path / "stardust.yaml").exists()
    (tmp_path / "releases").unlink()
    assert run(["init", str(tmp_path), "--id", "x"]) == 0


# --- new release ---


def test_a_finished_release_is_active(
    catalogue: Path, full: list[str], media: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(full) == 0
    assert "Nothing is missing" in capsys.readouterr().out
    text = (catalogue / FILE).read_text()
    assert text.startswith('icpn: "4006381333931"\ntype: Single\ntitle: "No: 5 #1"\n')
    assert "status" not in text
    model = release_of(catalogue)
    assert [(track.isrc, track.title) for track in model.tracks] == [
        ("GBXYZ2600001", "yes"),
        ("GBXYZ2600002", "3:45"),
    ]
    assert [(artist.name, artist.role) for artist in model.artists] == [
        ("Kestrel & Sons", "MainArtist"),
        ("Ada Quill", "FeaturedArtist"),
    ]
    for name, source in (
        ("_01_001.flac", "one.flac"),
        ("_01_002.wav", "TWO.WAV"),
        (".jpg", "cover.jpg"),
    ):
        copy = catalogue / f"assets/{ICPN}{name}"
        assert copy.read_bytes() == (media / source).read_bytes()
    assert (catalogue / f"releases/{ICPN}.lock.json").exists()
    assert run(["validate", "--strict"]) == 0


def test_a_draft_lists_what_is_missing_and_is_not_planned(
    catalogue: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--title", "Sketches", "--artist", "Ada Quill", "--track", "", "Ebb", ""]
    assert run(["new", "release", ICPN, *arguments]) == 0
    told = capsys.readouterr().out
    for missing in ("type", "genre", "label", "release_date", "p_line", "cover", "language"):
        assert f"the release has no {missing}" in told
    for words in ("no deals", "track 1 has no ISRC", "track 1 has no audio"):
        assert words in told
    assert "error" not in told
    assert "remove its line  status: draft" in told
    assert release_of(catalogue).status == {"default": "draft"}
    assert run(["validate"]) == 0
    assert run(["plan", "--detailed-exitcode"]) == 0


def test_what_one_recipient_refuses_makes_a_draft_too(
    catalogue: Path, full: list[str], media: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full[full.index("--cover") + 1] = str(media / "small.png")
    assert run(full) == 0
    assert "SG2104" in capsys.readouterr().out
    assert release_of(catalogue).status == {"default": "draft"}


def test_a_status_that_is_asked_for_is_written(
    catalogue: Path, full: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*full, "--status", "hold"]) == 0
    assert release_of(catalogue).status == {"default": "hold"}
    other = "4006381333948"
    assert run(["new", "release", other, "--title", "A", "--status", "active"]) == 3
    assert "error" in capsys.readouterr().out
    assert "status: active\n" in (catalogue / f"releases/{other}.yaml").read_text()


def test_a_file_of_the_catalogue_stays_where_it_is(catalogue: Path, media: Path) -> None:
    mine = catalogue / "assets/masters/ebb.flac"
    mine.parent.mkdir()
    shutil.copy(media / "one.flac", mine)
    before = set(tree(catalogue))
    assert run(["new", "release", ICPN, "--track", "", "Ebb", "assets/masters/ebb.flac"]) == 0
    assert release_of(catalogue).tracks[0].audio == "assets/masters/ebb.flac"
    assert set(tree(catalogue)) - before == {FILE, f"releases/{ICPN}.lock.json"}


def test_an_equal_file_is_taken_and_a_different_one_never_overwritten(
    catalogue: Path, media: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = catalogue / f"assets/{ICPN}_01_001.flac"
    write_audio(there, frames=999)
    before = tree(catalogue)
    arguments = ["new", "release", ICPN, "--track", "", "Ebb", str(media / "one.flac")]
    assert run(arguments) == 64
    assert "SG3031" in capsys.readouterr().err
    assert tree(catalogue) == before
    shutil.copy(media / "one.flac", there)
    assert run(arguments) == 0
    assert "was there" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("missing.flac", "SG3001"),
        (".", "SG3002"),
        ("empty.flac", "SG3004"),
        ("pointer.flac", "SG3005"),
        ("cut.flac", "SG3006"),
        ("song.mp3", "SG3008"),
        ("cover.jpg", "SG3008"),
        ("bad\0name.flac", "SG30"),
    ],
)
def test_a_bad_audio_file_is_refused_before_anything_is_written(
    catalogue: Path, media: Path, capsys: pytest.CaptureFixture[str], file: str, code: str
) -> None:
    before = tree(catalogue)
    good = ("--track", "", "One", str(media / "one.flac"))
    bad = ("--track", "", "Two", f"{media}/{file}")
    assert run(["new", "release", ICPN, *good, *bad]) == 64
    assert code in capsys.readouterr().err
    assert tree(catalogue) == before


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--type", "single"), "did you mean Single?"),
        (("--release-date", "2026-02-30"), "release_date"),
        (("--title", ""), "the text is empty"),
        (("--title", "a\u202eb"), "invisible character U+202E"),
        (("--track", "GBXYZ26", "T", ""), "ISRC"),
        (("--type", "single", "--language", "english!"), "2 values are not valid"),
        (("--parental-warning", "Explicit"), "--track"),
        (("--status", "gone"), "--status"),
        (("--cover", "nowhere.jpg"), "nowhere.jpg"),
        (("--track", "GBXYZ2600001", "T"), "3 arguments"),
    ],
)
def test_bad_values_are_refused_before_anything_is_written(
    catalogue: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    before = tree(catalogue)
    assert run(["new", "release", ICPN, *options]) == 64
    assert words in capsys.readouterr().err
    assert tree(catalogue) == before


@pytest.mark.parametrize("icpn", ["4006381333932", "123", "", "4.00638E+12", "../../etc/passwd"])
def test_a_wrong_icpn_is_refused(
    catalogue: Path, capsys: pytest.CaptureFixture[str], icpn: str
) -> None:
    before = tree(catalogue)
    assert run(["new", "release", icpn]) == 64
    assert "SG1301" in capsys.readouterr().err
    assert tree(catalogue) == before


@pytest.mark.parametrize(
    ("there", "written", "asked"),
    [
        (FILE, ICPN, ICPN),
        ("releases/2026/breakwater.yml", "602445790128", "0602445790128"),
        ("releases/breakwater.yaml", "0-60244579012-8", "602445790128"),
    ],
)
def test_a_release_that_is_there_is_refused_in_every_form(
    catalogue: Path, capsys: pytest.CaptureFixture[str], there: str, written: str, asked: str
) -> None:
    (catalogue / there).parent.mkdir(exist_ok=True)
    (catalogue / there).write_text(f'icpn: "{written}"\nstatus: draft\n')
    before = tree(catalogue)
    assert run(["new", "release", asked]) == 1
    error = capsys.readouterr().err
    assert "SG9022" in error
    assert there in error
    assert tree(catalogue) == before


def test_a_neighbour_that_does_not_read_is_no_obstacle(catalogue: Path) -> None:
    (catalogue / "releases/broken.yaml").write_bytes(b"\xff" + ICPN.encode())
    (catalogue / "releases/link.yaml").symlink_to("/nowhere")
    assert run(["new", "release", ICPN]) == 0


def test_what_cannot_be_copied_leaves_no_release(
    catalogue: Path, full: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(catalogue / "assets")
    (catalogue / "assets").write_text("in the way")
    before = tree(catalogue)
    assert run(full) == 1
    assert "SG3030" in capsys.readouterr().err
    assert tree(catalogue) == before


def test_a_copy_that_fails_takes_back_those_before_it(tmp_path: Path, media: Path) -> None:
    gone = tmp_path / "gone.flac"
    intakes = [
        Intake(source=media / "one.flac", reference="assets/1.flac", copied=True),
        Intake(source=gone, reference="assets/2.flac", copied=True),
    ]
    with pytest.raises(GitOpsError, match=r"gone\.flac cannot be copied"):
        copy_all(tmp_path, intakes, lambda name: None)
    assert tree(tmp_path) == {}


def test_outside_a_catalogue_new_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["new", "release", ICPN]) == 3
    assert "stardust-gitops init DIR" in capsys.readouterr().err


# --- completion ---


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"_STARDUST_GITOPS_COMPLETE={shell}_complete" in script
    if shutil.which(shell):
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


def test_an_unknown_shell_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", "csh"]) == 64
    assert "'bash', 'zsh', 'fish'" in capsys.readouterr().err


@pytest.fixture
def complete() -> Callable[..., list[str]]:
    """What a shell would propose for the last word."""

    def proposals(*words: str) -> list[str]:
        shell = BashComplete(cli, {}, "stardust-gitops", "_STARDUST_GITOPS_COMPLETE")
        return [item.value for item in shell.get_completions(list(words[:-1]), words[-1])]

    return proposals


def test_releases_and_targets_are_proposed(
    catalogue: Path,
    tmp_path: Path,
    complete: Callable[..., list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (catalogue / FILE).write_text("anything")
    assert complete("plan", "--release", "40") == [ICPN]
    assert complete("apply", "--target", "") == ["local"]
    assert complete("plan", "--exclude", "") == [ICPN, "local"]
    assert complete("plan", "--label", "") == []
    assert complete("plan", "--target", "x") == []
    assert complete("comp") == ["completion"]
    monkeypatch.chdir(tmp_path)
    assert complete("plan", "--target", "") == []
    assert complete("plan", "--catalog", str(catalogue), "--target", "l") == ["local"]
    assert complete("plan", "--catalog", "no\0where", "--target", "l") == []
