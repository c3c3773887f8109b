"""Real metadata, delivered to a real SFTP server by the command line, and read back there."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lxml import etree

from stardust_gitops.messages.check import check_message
from tests.catalogues import CONFIG, CatalogueFolder, FixedClock
from tests.ddex import official
from tests.musicbrainz import Reader, Recording, Release, samples, write_release
from tests.recipient_reader import RecipientReader
from tests.servers import SshServer

TARGET = """\
recipient: {{dpid: PADPIDA2026112202S, name: Harbour Streaming}}
message: {{format: ern, version: "4.3", profile: Audio}}
transport:
  protocol: sftp
  host: 127.0.0.1
  port: {port}
  username: {username}
  private_key: env:STARDUST_TEST_KEY
  host_key: {host_key}
  path: musicbrainz
choreography: {{layout: batch, completion: manifest, max_releases: 4}}
offers: {{streaming: [SubscriptionModel/OnDemandStream]}}
verify: read
"""


@dataclass(frozen=True)
class Delivered:
    """The catalogue, and what the server has after one apply."""

    catalogue: CatalogueFolder
    releases: dict[str, Release]
    inbox: Path

    def messages(self) -> Iterator[tuple[Release, Path, etree._Element]]:
        """Every message that lies on the server, with the release that it is about."""
        for path in sorted(self.inbox.glob("*/*/*.xml")):
            yield self.releases[path.stem], path, etree.parse(path).getroot()


@pytest.fixture(scope="module")
def delivered(sshd: SshServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Delivered]:
    releases = Reader().releases(samples())
    catalogue = CatalogueFolder(tmp_path_factory.mktemp("mb") / "catalogue", FixedClock())
    catalogue.write("stardust.yaml", CONFIG)
    target = TARGET.format(port=sshd.port, username=sshd.username, host_key=sshd.host_key)
    catalogue.write("targets/harbour.yaml", target)
    for number, release in enumerate(releases, 1):
        write_release(catalogue, release, number)
    inbox = sshd.root / "musicbrainz"
    inbox.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("STARDUST_TEST_KEY", sshd.private_key)
        catalogue.lock()
        catalogue.must("validate", "--strict")
        catalogue.commit("as MusicBrainz has it")
        catalogue.must("ledger", "init")
        catalogue.must("apply", "--auto-approve")
        yield Delivered(catalogue, {release.icpn: release for release in releases}, inbox)


def test_all_samples_are_there(delivered: Delivered) -> None:
    titles = {release.title: release for release in delivered.releases.values()}
    assert titles.keys() == {
        *("The Dark Side of the Moon", "Wish You Were Here", "Complete Me", "ケアレス"),
        *("Eastbound Silhouette", "Recordings"),
    }
    assert len(titles["Wish You Were Here"].recordings) == 11
    assert {track.disc for track in titles["Wish You Were Here"].recordings} == {1, 2}
    assert titles["Recordings"].recordings[-1].credit.artists[1:] == (
        ("Meek Mill", "FeaturedArtist"),
        ("A Boogie Wit da Hoodie", "FeaturedArtist"),
    )


def test_a_strict_recipient_takes_everything(delivered: Delivered) -> None:
    reader = RecipientReader(delivered.inbox)
    reader.look()
    assert reader.errors == []
    assert reader.leftovers() == []
    assert {each.icpn for each in reader.taken} == delivered.releases.keys()
    assert {each.delivery_type for each in reader.taken} == {"BackCatalogDelivery"}
    assert len(list(delivered.inbox.glob("*/BatchComplete_*.xml"))) == 2  # four and two


def test_every_message_is_valid(delivered: Delivered) -> None:
    for _, path, _ in delivered.messages():
        assert check_message(path.read_bytes(), "4.3") == [], path


def test_every_message_is_valid_by_the_official_xsd(delivered: Delivered) -> None:
    check = official()
    for _, path, root in delivered.messages():
        assert check(root) == [], path


def test_the_manifest_came_last(delivered: Delivered) -> None:
    for batch in delivered.inbox.iterdir():
        [manifest] = batch.glob("BatchComplete_*.xml")
        others = [p for p in batch.rglob("*") if p.is_file() and p != manifest]
        assert manifest.stat().st_mtime_ns >= max(p.stat().st_mtime_ns for p in others)
        listed = {
            entry.findtext("URL"): entry.findtext("HashSum/HashSumValue")
            for entry in etree.parse(manifest).getroot().iter("MessageInBatch")
        }
        messages = {p.relative_to(batch).as_posix(): _md5(p) for p in batch.glob("*/*.xml")}
        assert listed == messages


def _md5(path: Path) -> str:
    return hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()


def test_every_byte_arrived(delivered: Delivered) -> None:
    """Also in its place: the file that a recording names holds the audio of that recording."""
    compared = 0
    for release, path, root in delivered.messages():
        assets = delivered.catalogue.path("assets")
        sources = [
            assets / f"{release.icpn}_{n}.flac" for n in range(1, len(release.recordings) + 1)
        ]
        named = [f.text for f in root.findall(".//SoundRecording//File/URI")]
        assert len(named) == len(sources)
        for uri, source in zip(named, sources, strict=True):
            assert (path.parent / str(uri)).read_bytes() == source.read_bytes()
            compared += 1
        cover = root.findtext(".//Image//File/URI")
        assert (path.parent / str(cover)).read_bytes() == (
            assets / f"{release.icpn}.jpg"
        ).read_bytes()
    assert compared == sum(len(release.recordings) for release in delivered.releases.values())


def test_the_words_are_those_of_musicbrainz(delivered: Delivered) -> None:
    for release, _, root in delivered.messages():
        told = root.find("ReleaseList/Release")
        assert told is not None
        assert told.findtext("DisplayTitle/TitleText") == release.title
        assert told.findtext("DisplayTitle/SubTitle") == release.version
        assert told.findtext("DisplayArtistName") == release.credit.text
        assert told.findtext("ReleaseLabelReference") is not None
        names = {
            p.findtext("PartyReference"): p.findtext("PartyName/FullName") for p in parties(root)
        }
        assert names[told.findtext("ReleaseLabelReference")] == release.label
        assert [names[a] for a in artist_references(told)] == [n for n, _ in release.credit.artists]
        recordings = root.findall("ResourceList/SoundRecording")
        for element, recording in zip(recordings, release.recordings, strict=True):
            _says(element, recording, names)


def parties(root: etree._Element) -> list[etree._Element]:
    return root.findall("PartyList/Party")


def artist_references(element: etree._Element) -> list[str | None]:
    return [artist.findtext("ArtistPartyReference") for artist in element.findall("DisplayArtist")]


def _says(
    element: etree._Element, recording: Recording, names: dict[str | None, str | None]
) -> None:
    assert element.findtext("DisplayTitle/TitleText") == recording.title
    assert element.findtext("DisplayArtistName") == recording.credit.text
    artists = element.findall("DisplayArtist")
    told = [
        (names[a.findtext("ArtistPartyReference")], a.findtext("DisplayArtistRole"))
        for a in artists
    ]
    assert told == list(recording.credit.artists)
    contributors = {
        (names[c.findtext("ContributorPartyReference")], role.text)
        for c in element.findall("Contributor")
        for role in c.findall("Role")
    }
    assert contributors == set(recording.contributors)


def test_nothing_is_left_to_send(delivered: Delivered) -> None:
    catalogue = delivered.catalogue
    assert catalogue.run("plan", "--detailed-exitcode").code == 0
    before = set(delivered.inbox.iterdir())
    assert catalogue.must("apply", "--auto-approve", "--format", "json").json()["items"] == []
    assert set(delivered.inbox.iterdir()) == before
    shown = catalogue.must("show", "4547366518764@harbour", "--message").stdout.encode()
    [path] = delivered.inbox.glob("*/4547366518764/*.xml")
    assert path.read_bytes() == shown
