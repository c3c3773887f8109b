"""A delivery by FTP, from the target's file to the inbox."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.diagnosis import assert_told
from tests.acceptance.store import LOCAL
from tests.catalogues import ICPNS, TARGET, CatalogueFolder
from tests.ftp_servers import FtpServer

REMOTE = """\
attempts: 1
transport:
  protocol: @PROTOCOL@
  host: 127.0.0.1
  port: @PORT@
  username: env:STORE_USER
  password: env:STORE_PASSWORD
  path: @PATH@
"""


@pytest.mark.parametrize("fixture", ["ftp_vsftpd", "ftps_vsftpd"])
def test_a_delivery(
    request: pytest.FixtureRequest,
    fixture: str,
    catalogue: CatalogueFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    server: FtpServer = request.getfixturevalue(fixture)
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    protocol = "ftps" if server.tls else "ftp"
    remote = REMOTE.replace("@PROTOCOL@", protocol).replace("@PORT@", str(server.port))
    remote = remote.replace("@PATH@", str(inbox))
    if server.ca is not None:
        catalogue.write("keys/ca.pem", server.ca.read_bytes())
        remote += "  ca: keys/ca.pem\n"
    catalogue.add_target("store", text=TARGET.replace(LOCAL, remote.rstrip()))
    monkeypatch.setenv("STORE_USER", server.username)
    monkeypatch.setenv("STORE_PASSWORD", "wrong\nPASS")
    assert_told(catalogue.apply(), 6, "SG6002", "holds a line break")
    monkeypatch.setenv("STORE_PASSWORD", server.password)
    outcome = catalogue.apply()
    assert_told(outcome, 0, f"over {protocol.upper()}", "Apply: ")
    assert ("SG2131" in catalogue.run("validate").text) is not server.tls
    assert server.password not in outcome.text
    files = sorted(path.name for path in inbox.rglob("*") if path.is_file())
    assert [name for name in files if name.endswith(".xml")] == [
        f"{icpn}.xml" for icpn in ICPNS[:2]
    ]
    assert len(files) == 6, "two messages, each with audio and cover"
    assert_told(catalogue.apply(), 0, "No changes.")
