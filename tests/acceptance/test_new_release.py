"""`new release`: what it writes, and what it refuses before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from stardust_gitops.catalog.loading import read_release
from stardust_gitops.catalog.models.release import ReleaseFile
from stardust_gitops.cli.intake import Intake, copy_all
from stardust_gitops.cli.main import run
from stardust_gitops.errors import GitOpsError
from tests.asset_files import PDF, TTML, write_audio, write_video
from tests.first_release import FILE, ICPN, tree


def release_of(fresh: Path) -> ReleaseFile:
    """The release as it reads, which it must."""
    model, findings = read_release(fresh, FILE)
    assert findings == ()
    assert model is not None
    return model


def test_a_finished_release_is_active(
    fresh: Path, full: list[str], media: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(full) == 0
    assert "Nothing is missing" in capsys.readouterr().out
    text = (fresh / FILE).read_text()
    assert text.startswith('icpn: "4006381333931"\ntype: Single\ntitle: "No: 5 #1"\n')
    assert "status" not in text
    model = release_of(fresh)
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
        copy = fresh / f"assets/{ICPN}{name}"
        assert copy.read_bytes() == (media / source).read_bytes()
    assert (fresh / f"releases/{ICPN}.lock.json").exists()
    assert run(["validate", "--strict"]) == 0


def test_a_draft_lists_what_is_missing_and_is_not_planned(
    fresh: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--title", "Sketches", "--artist", "Ada Quill", "--track", "", "Ebb", ""]
    assert run(["new", "release", ICPN, *arguments]) == 0
    told = capsys.readouterr().out
    for missing in ("type", "genre", "label", "release_date", "p_line", "cover", "language"):
        assert f"the release has no {missing}" in told
    for words in ("no deals", "track 1 has no ISRC", "track 1 has no audio"):
        assert words in told
    assert "error" not in told
    assert "then remove the line  status: draft" in told
    assert release_of(fresh).status_for("default") == "draft"
    assert run(["validate"]) == 0
    assert run(["plan", "--detailed-exitcode"]) == 0


def test_what_one_recipient_refuses_makes_a_draft_too(
    fresh: Path, full: list[str], media: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full[full.index("--cover") + 1] = str(media / "small.png")
    assert run(full) == 0
    assert "SG2104" in capsys.readouterr().out
    assert release_of(fresh).status_for("default") == "draft"


def test_a_status_that_is_asked_for_is_written(
    fresh: Path, full: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*full, "--status", "hold"]) == 0
    assert release_of(fresh).status_for("default") == "hold"
    other = "4006381333948"
    assert run(["new", "release", other, "--title", "A", "--status", "active"]) == 3
    assert "error" in capsys.readouterr().out
    assert "status: active\n" in (fresh / f"releases/{other}.yaml").read_text()


def test_a_finished_draft_says_how_it_is_released(
    fresh: Path, full: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*full, "--status", "draft"]) == 0
    told = capsys.readouterr().out
    assert "Nothing is missing: remove the line  status: draft" in told
    assert release_of(fresh).status_for("default") == "draft"


def test_a_file_of_the_catalogue_stays_where_it_is(fresh: Path, media: Path) -> None:
    mine = fresh / "assets/masters/ebb.flac"
    mine.parent.mkdir()
    shutil.copy(media / "one.flac", mine)
    before = set(tree(fresh))
    assert run(["new", "release", ICPN, "--track", "", "Ebb", "assets/masters/ebb.flac"]) == 0
    assert release_of(fresh).tracks[0].audio == "assets/masters/ebb.flac"
    assert set(tree(fresh)) - before == {FILE, f"releases/{ICPN}.lock.json"}


def test_an_equal_file_is_taken_and_a_different_one_never_overwritten(
    fresh: Path, media: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = fresh / f"assets/{ICPN}_01_001.flac"
    write_audio(there, frames=999)
    before = tree(fresh)
    arguments = ["new", "release", ICPN, "--track", "", "Ebb", str(media / "one.flac")]
    assert run(arguments) == 64
    assert "SG3031" in capsys.readouterr().err
    assert tree(fresh) == before
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
    ],
)
def test_a_bad_audio_file_is_refused_before_anything_is_written(
    fresh: Path, media: Path, capsys: pytest.CaptureFixture[str], file: str, code: str
) -> None:
    before = tree(fresh)
    good = ("--track", "", "One", str(media / "one.flac"))
    bad = ("--track", "", "Two", f"{media}/{file}")
    assert run(["new", "release", ICPN, *good, *bad]) == 64
    assert code in capsys.readouterr().err
    assert tree(fresh) == before


def test_what_is_sent_from_a_time_on_says_so(fresh: Path, full: list[str]) -> None:
    assert run([*full, "--send-from", "2026-11-27T09:00"]) == 0
    assert "\nsend_from: 2026-11-27T09:00:00\n" in (fresh / FILE).read_text()
    assert release_of(fresh).send_from == "2026-11-27T09:00:00"
    assert run(["fmt", "--check"]) == 0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--type", "single"), "did you mean Single?"),
        (("--release-date", "2026-02-30"), "release_date"),
        (("--send-from", "2026-12-04 9am"), "send_from"),
        (("--send-from", ""), "send_from"),
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
    fresh: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], words: str
) -> None:
    before = tree(fresh)
    assert run(["new", "release", ICPN, *options]) == 64
    assert words in capsys.readouterr().err
    assert tree(fresh) == before


@pytest.mark.parametrize("icpn", ["4006381333932", "123", "", "4.00638E+12", "../../etc/passwd"])
def test_a_wrong_icpn_is_refused(
    fresh: Path, capsys: pytest.CaptureFixture[str], icpn: str
) -> None:
    before = tree(fresh)
    assert run(["new", "release", icpn]) == 64
    assert "SG1301" in capsys.readouterr().err
    assert tree(fresh) == before


@pytest.mark.parametrize(
    ("there", "written", "asked"),
    [
        (FILE, ICPN, ICPN),
        ("releases/2026/breakwater.yml", "602445790128", "0602445790128"),
        ("releases/breakwater.yaml", "0-60244579012-8", "602445790128"),
    ],
)
def test_a_release_that_is_there_is_refused_in_every_form(
    fresh: Path, capsys: pytest.CaptureFixture[str], there: str, written: str, asked: str
) -> None:
    (fresh / there).parent.mkdir(exist_ok=True)
    (fresh / there).write_text(f'icpn: "{written}"\nstatus: draft\n')
    before = tree(fresh)
    assert run(["new", "release", asked]) == 1
    error = capsys.readouterr().err
    assert "SG9022" in error
    assert there in error
    assert tree(fresh) == before


def test_a_neighbour_that_does_not_read_is_no_obstacle(fresh: Path) -> None:
    (fresh / "releases/broken.yaml").write_bytes(b"\xff" + ICPN.encode())
    (fresh / "releases/link.yaml").symlink_to("/nowhere")
    assert run(["new", "release", ICPN]) == 0


def test_what_cannot_be_copied_leaves_no_release(
    fresh: Path, full: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(fresh / "assets")
    (fresh / "assets").write_text("in the way")
    before = tree(fresh)
    assert run(full) == 1
    assert "SG3030" in capsys.readouterr().err
    assert tree(fresh) == before


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


def test_videos_lyrics_and_a_booklet_are_taken_by_what_they_are(
    fresh: Path, full: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    film = write_video(tmp_path / "film.mp4")
    texts = {"booklet.pdf": PDF, "one.ttml": TTML}
    for name, data in texts.items():
        (tmp_path / name).write_bytes(data)
    command = [*full, "--track", "GBXYZ2600003", "Film", str(film)]
    command += ["--lyrics", "GB-XYZ-26-00001", str(tmp_path / "one.ttml")]
    assert run([*command, "--booklet", str(tmp_path / "booklet.pdf")]) == 0
    model = release_of(fresh)
    assert model.booklet == f"assets/{ICPN}_booklet.pdf"
    one, two, three = model.tracks
    assert (one.audio, one.lyrics) == (
        f"assets/{ICPN}_01_001.flac",
        f"assets/{ICPN}_01_001_lyrics.ttml",
    )
    assert (two.lyrics, two.video) == (None, None)
    assert (three.audio, three.video) == (None, f"assets/{ICPN}_01_003.mp4")
    assert "6 files measured" in capsys.readouterr().out
    assert run(["assets", "lock", "--check"]) == 0
    for reference in (model.booklet, one.lyrics, three.video):
        assert reference is not None
        assert (fresh / reference).exists()


def test_lyrics_of_no_track_are_refused(
    fresh: Path, full: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "one.ttml").write_bytes(TTML)
    before = tree(fresh)
    for isrc in ("GBXYZ2600009", "one"):
        assert run([*full, "--lyrics", isrc, str(tmp_path / "one.ttml")]) == 64
        assert f"no track has the ISRC {isrc!r}" in capsys.readouterr().err
    assert tree(fresh) == before
