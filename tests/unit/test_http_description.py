"""Descriptions of HTTP APIs in target files: what holds together, and what is refused where."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from stardust_gitops.catalog.findings import model_findings
from stardust_gitops.catalog.models.target import TargetFile
from stardust_gitops.catalog.models.transports.http import MESSAGE, HttpTransport
from stardust_gitops.catalog.presets import with_preset
from stardust_gitops.delivery.transports.http.message import MESSAGE_VARIABLES
from stardust_gitops.delivery.transports.http.staged import STAGED_VARIABLES
from stardust_gitops.delivery.transports.http.templates import in_header, in_json, in_path
from tests.http_servers import DELIVERIES, FILES
from tests.release_lab import Case, judge

UPLOAD = {"path": "/files/{path}"}
COMMIT = {"path": "/done", "body": {"json": {"xml": "{message}"}}}


def found(transport: dict[str, Any], **more: Any) -> list[tuple[str, str]]:
    """Codes and places of what is wrong with a transport."""
    document = {
        "recipient": {"dpid": "PADPIDA2026112202S", "name": "Harbour"},
        "transport": {"protocol": "http", "url": "https://api.example.com", **transport},
        **more,
    }
    try:
        TargetFile.model_validate(document)
    except ValidationError as error:
        findings = model_findings(error, TargetFile, document, "targets/x.yaml")
        return [(each.code, each.message) for each in findings]
    return []


@pytest.mark.parametrize("description", [FILES, DELIVERIES, {"upload": UPLOAD}])
def test_what_holds_together(description: dict[str, Any]) -> None:
    assert found(description) == []


@pytest.mark.parametrize(
    ("wrong", "code", "says"),
    [
        ({"url": "http://api.example.com"}, "SG1140", "no address"),
        ({"url": "https://u:p@api.example.com"}, "SG1140", "no address"),
        ({"url": "https://api.example.com/?key=1"}, "SG1140", "no address"),
        ({"url": "ftp://api.example.com"}, "SG1140", "no address"),
        ({"upload": {"path": "//evil.example/x"}}, "SG1141", "no path"),
        ({"upload": {"path": "https://evil.example/x"}}, "SG1141", "no path"),
        ({"upload": {"path": "/files/{pth}"}}, "SG1141", "{pth}"),
        ({"upload": {"path": "/files/{delivery}"}}, "SG1141", "{delivery}"),
        ({"upload": {"path": "/f", "headers": {"Authorization": "Bearer x"}}}, "SG1141", "header"),
        ({"upload": {"path": "/f", "headers": {"Content-Length": "1"}}}, "SG1141", "header"),
        ({"upload": {"path": "/f", "headers": {"A\nB": "1"}}}, "SG1141", "header"),
        ({"upload": {"path": "/f", "size": "size"}}, "SG1141", "JSON pointer"),
        ({"upload": {"path": "/f", "expect": ["99"]}}, "SG1141", "no status"),
        ({"upload": None}, "SG1141", "upload is missing"),
        ({"create": {"path": "/new"}}, "SG1141", "another delivery each time"),
        ({"auth": {"bearer": "hunter2-literal"}}, "SG1118", "not a reference"),
        ({"auth": {"bearer": "env:A", "api_key": {"header": "X", "value": "env:B"}}}, "SG1141", ""),
        ({"staging": {"protocol": "s3", "bucket": "staging"}}, "SG1141", "commit is missing"),
        ({"url_lifetime": "2d"}, "SG1141", "no time"),
        ({"url_lifetime": "200h"}, "SG1141", "no time"),
        ({"commit": {"path": "/c", "body": {"json": {"a": ["{audio_urls}"]}}}}, "SG1141", "audio"),
    ],
)
def test_what_is_refused(wrong: dict[str, Any], code: str, says: str) -> None:
    ((got, message),) = found({"upload": UPLOAD, **wrong})
    assert got == code
    assert says in message
    assert "hunter2" not in message


def test_the_catalogue_knows_the_variables_that_delivery_has() -> None:
    assert MESSAGE == MESSAGE_VARIABLES
    staging = {"protocol": "s3", "bucket": "staging"}
    for name in sorted(STAGED_VARIABLES | MESSAGE_VARIABLES | {"operation", "size"}):
        body = {"json": {"x": f"{{{name}}}"}}
        entry = {"commit": {"path": "/c", "body": body}, "staging": staging}
        assert found(entry) == [], name


def test_a_preset_of_another_protocol_leaves_no_trace() -> None:
    mine = {"preset": "stardust-dsp", "transport": {"protocol": "directory", "path": "delivered"}}
    assert with_preset(mine)["transport"] == mine["transport"]
    assert (
        "commit" in with_preset({"preset": "stardust-dsp", "transport": {"url": "x"}})["transport"]
    )


def test_a_preset_says_which_word_is_missing() -> None:
    document = with_preset(
        {
            "preset": "stardust-dsp",
            "transport": {
                "url": "https://dsp.example.com",
                "staging": {"protocol": "s3", "bucket": "staging"},
            },
        }
    )
    with pytest.raises(ValidationError, match=r"there is no \{distributor\}"):
        HttpTransport.model_validate(document["transport"])


@pytest.mark.parametrize(
    ("choreography", "transport", "expected"),
    [
        ("{layout: batch, package: zip}", "", {"SG2110"}),
        ("{layout: release, completion: semaphore, package: zip}", "", {"SG2110"}),
        ("{layout: release, package: zip}", "", set()),
        ("{layout: batch}", "told", {"SG2110"}),
        ("{layout: release}", "told", set()),
    ],
)
def test_choreographies_that_do_not_go_with_it(
    tmp_path: Path, choreography: str, transport: str, expected: set[str]
) -> None:
    told = (
        "transport:\n  protocol: http\n  url: https://api.example.com\n"
        "  upload: {path: '/f/{path}'}\n  commit: {path: /c, body: {json: {xml: '{message}'}}}\n"
    )
    edits = [("", f"choreography: {choreography}\n")]
    if transport:
        edits.append(("transport: {protocol: directory, path: delivered/store}\n", told))
    found = {finding.code for finding in judge(tmp_path, Case(target=edits))}
    assert found & {"SG2110", "SG1141", "SG1103"} == expected


def test_a_package_that_is_too_large(tmp_path: Path) -> None:
    wanted = "choreography: {layout: release, package: zip, max_megabytes: 1}\n"
    large = {"assets/one.flac": {"size": 2_000_000}}
    for measured, expected in ((large, 1), ({}, 0)):
        case = Case(target=[("", wanted)], measured=measured)
        folder = tmp_path / str(expected)
        findings = [each for each in judge(folder, case) if each.code == "SG2132"]
        assert len(findings) == expected
        assert all("1 MB" in each.message for each in findings)


def test_values_cannot_break_out_of_templates() -> None:
    values = {"name": lambda: 'a"/../b\r\n%c', "size": lambda: 5, "urls": lambda: ["x"]}
    assert in_header('x; filename="{name}"', values) == 'x; filename="a%22/../b%0D%0A%25c"'
    assert in_json({"{size}": ["{size}", "{size} B", "{true}", "{null}", "{urls}"]}, values) == {
        "{size}": [5, "5 B", True, None, ["x"]]
    }
    with pytest.raises(Exception, match="no place in an address"):
        in_path("/files/{name}", values)
    with pytest.raises(Exception, match="a list"):
        in_path("/files/{urls}", values)
