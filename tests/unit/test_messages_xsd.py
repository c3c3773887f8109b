"""Installing and using DDEX's XSDs; small stand-ins are made here, as DDEX's are not ours."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest
from lxml import etree

from stardust_gitops.messages.download import install_from_url
from stardust_gitops.messages.ern.versions import VERSIONS
from stardust_gitops.messages.problems import MessageError
from stardust_gitops.messages.xsd import install, schemas_root, validator
from tests.ddex import official_files, require_schemas

MESSAGE = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{namespace}"
  xmlns:avs="http://ddex.net/xml/allowed-value-sets">
 <xs:import namespace="http://ddex.net/xml/allowed-value-sets" schemaLocation="{location}"/>
 {more}
 <xs:element name="NewReleaseMessage"><xs:complexType><xs:sequence>
  <xs:element name="Colour" type="avs:Colour"/>
 </xs:sequence></xs:complexType></xs:element>
</xs:schema>"""
VALUES = """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
  targetNamespace="http://ddex.net/xml/allowed-value-sets">
 <xs:simpleType name="Colour"><xs:restriction base="xs:string">
  {values}
 </xs:restriction></xs:simpleType>
</xs:schema>"""
NAMESPACE = "http://ddex.net/xml/ern/43"
SOUND = f'<e:NewReleaseMessage xmlns:e="{NAMESPACE}"><Colour>red</Colour></e:NewReleaseMessage>'
URL = "https://ddex.example/ern43.zip"


def write_schemas(
    folder: Path,
    *,
    namespace: str = NAMESPACE,
    location: str = "http://unreachable.invalid/avs.xsd",
    more: str = "",
) -> Path:
    """Two XSDs shaped as DDEX's are."""
    folder.mkdir(parents=True, exist_ok=True)
    message = MESSAGE.format(namespace=namespace, location=location, more=more)
    values = "".join(
        f'<xs:enumeration value="{value}"/>' for value in ("red", *map(str, range(100)))
    )
    (folder / "release-notification.xsd").write_text(message)
    (folder / "allowed-value-sets.xsd").write_text(VALUES.format(values=values))
    return folder


def test_nothing_installed_is_no_validator(tmp_path: Path) -> None:
    assert validator("4.3", tmp_path) is None


def test_installed_xsds_validate_without_a_network(tmp_path: Path) -> None:
    installed = install(write_schemas(tmp_path / "in" / "deep"), tmp_path / "cache")
    assert installed.folder == tmp_path / "cache" / "ern" / "43"
    assert set(installed.unknown) == {"release-notification.xsd", "allowed-value-sets.xsd"}
    digest = hashlib.sha256(
        (tmp_path / "in" / "deep" / "release-notification.xsd").read_bytes()
    ).hexdigest()
    assert installed.digests["release-notification.xsd"] == digest
    sums = (installed.folder / "SHA256SUMS").read_text()
    assert f"{digest}  release-notification.xsd\n" in sums
    validate = validator("4.3", tmp_path / "cache")
    assert validate is not None
    assert validate(etree.fromstring(SOUND)) == []
    (problem, *_) = validate(etree.fromstring(SOUND.replace("red", "mauve")))
    assert problem.source == "xsd"
    assert "'mauve'" in problem.message
    assert len(problem.message) <= 200


def test_a_validator_is_compiled_once(tmp_path: Path) -> None:
    install(write_schemas(tmp_path / "in"), tmp_path / "cache")
    assert validator("4.3", tmp_path / "cache") is validator("4.3", tmp_path / "cache")


def test_installing_again_replaces(tmp_path: Path) -> None:
    install(write_schemas(tmp_path / "in"), tmp_path / "cache")
    before = validator("4.3", tmp_path / "cache")
    install(write_schemas(tmp_path / "in", more="<!-- second -->"), tmp_path / "cache")
    folder = tmp_path / "cache" / "ern"
    assert "second" in (folder / "43" / "release-notification.xsd").read_text()
    assert [path.name for path in folder.iterdir()] == ["43"]
    assert validator("4.3", tmp_path / "cache") is not before


def test_value_sets_may_lie_one_folder_above(tmp_path: Path) -> None:
    source = write_schemas(tmp_path / "in" / "43")
    (source / "allowed-value-sets.xsd").rename(tmp_path / "in" / "allowed-value-sets.xsd")
    assert install(tmp_path / "in", tmp_path / "cache").version == "4.3"


def test_a_folder_may_hold_the_version_at_its_top(tmp_path: Path) -> None:
    write_schemas(tmp_path / "43")
    assert validator("4.3", tmp_path) is not None


def test_another_version_is_not_taken(tmp_path: Path) -> None:
    source = write_schemas(tmp_path / "in", namespace="http://ddex.net/xml/ern/42")
    with pytest.raises(MessageError, match=r"does not hold the XSDs of ERN 4\.3") as caught:
        install(source, tmp_path / "cache")
    assert "release-notification.xsd" in (caught.value.hint or "")
    assert not (tmp_path / "cache").exists()


def test_not_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match="is not a folder"):
        install(tmp_path / "missing", tmp_path / "cache")


@pytest.mark.parametrize(
    "more",
    [
        '<xs:include schemaLocation="file:///etc/passwd"/>',
        '<xs:import namespace="urn:other" schemaLocation="http://unreachable.invalid/x.xsd"/>',
    ],
)
def test_an_xsd_that_refers_elsewhere_is_refused(tmp_path: Path, more: str) -> None:
    with pytest.raises(MessageError, match="refers to other files"):
        install(write_schemas(tmp_path / "in", more=more), tmp_path / "cache")


def test_an_xsd_that_does_not_compile_is_refused(tmp_path: Path) -> None:
    source = write_schemas(tmp_path / "in", more='<xs:element name="X" type="avs:Missing"/>')
    with pytest.raises(MessageError, match="cannot be used") as caught:
        install(source, tmp_path / "cache")
    assert caught.value.code == "SG4042"


def test_a_broken_xsd_in_the_cache_gets_a_diagnosis(tmp_path: Path) -> None:
    folder = write_schemas(tmp_path / "ern" / "43")
    (folder / "allowed-value-sets.xsd").write_text("<not closed")
    with pytest.raises(MessageError, match="cannot be read as XML"):
        validator("4.3", tmp_path)


def test_where_xsds_are_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = str(tmp_path / "mine")
    assert schemas_root({"STARDUST_DDEX_SCHEMAS": chosen}) == tmp_path / "mine"
    data = {"XDG_DATA_HOME": str(tmp_path)}
    assert schemas_root(data) == tmp_path / "stardust-gitops" / "schemas"
    monkeypatch.setenv("HOME", str(tmp_path))
    local = tmp_path / ".local" / "share"
    assert schemas_root({}) == local / "stardust-gitops" / "schemas"


@pytest.mark.parametrize("version", VERSIONS)
def test_the_official_xsds_are_known_by_their_digests(version: str, tmp_path: Path) -> None:
    require_schemas()
    files = official_files(version)
    if files is None:
        pytest.skip(f"no official XSD of ERN {version}")
    installed = install(files[0].parent, tmp_path, version)
    assert installed.unknown == ()
    assert validator(version, tmp_path) is not None


def archive(members: dict[str, str]) -> bytes:
    """A zip archive in memory."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in members.items():
            file.writestr(name, text)
    return buffer.getvalue()


def good_archive(folder: Path) -> bytes:
    """The stand-ins, zipped with something else."""
    source = write_schemas(folder)
    members = {f"ern/43/{path.name}": path.read_text() for path in source.iterdir()}
    return archive({**members, "README.txt": "not wanted"})


def download(data: bytes, cache: Path, *, url: str = URL, digest: str | None = None) -> Path:
    """Install from an opener that gives `data`."""

    def opener(asked: str) -> BinaryIO:
        assert asked == url
        return io.BytesIO(data)

    known = hashlib.sha256(data).hexdigest() if digest is None else digest
    return install_from_url(url, known, cache, opener=opener).folder


def test_download(tmp_path: Path) -> None:
    folder = download(good_archive(tmp_path / "in"), tmp_path / "cache")
    assert sorted(path.name for path in folder.iterdir()) == [
        "SHA256SUMS",
        "allowed-value-sets.xsd",
        "release-notification.xsd",
    ]


def test_download_with_another_digest_installs_nothing(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match="SHA-256 is"):
        download(good_archive(tmp_path / "in"), tmp_path / "cache", digest="0" * 64)
    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize("url", ["http://ddex.example/a.zip", "file:///a.zip", "a.zip"])
def test_download_is_over_https_only(tmp_path: Path, url: str) -> None:
    with pytest.raises(MessageError, match="not an https address"):
        download(b"", tmp_path, url=url)


@pytest.mark.parametrize("name", ["../evil.xsd", "/tmp/evil.xsd", "a/../../evil.xsd"])
def test_an_archive_that_leaves_its_folder_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(MessageError, match="leaves its folder"):
        download(archive({name: "<x/>"}), tmp_path / "cache")


def test_an_archive_bomb_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match="unpacks to too much"):
        download(archive({"a.xsd": "0" * 60_000_001}), tmp_path / "cache")


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match="more than 1000"):
        download(archive({f"{number}.xsd": "" for number in range(1001)}), tmp_path / "cache")


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match="not a zip archive"):
        download(b"<html>please sign in</html>", tmp_path / "cache")


def test_a_server_that_cannot_be_reached_gets_a_diagnosis(tmp_path: Path) -> None:
    def opener(_: str) -> BinaryIO:
        raise OSError("name or service not known")

    with pytest.raises(MessageError, match="cannot be read: name or service"):
        install_from_url(URL, "0" * 64, tmp_path, opener=opener)
