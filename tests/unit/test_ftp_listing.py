"""Listings of FTP servers, in the forms that are met."""

from __future__ import annotations

import pytest

from stardust_gitops.delivery.transports.ftp.listing import (
    Entry,
    Kind,
    parse_list,
    parse_mlsd,
    parse_names,
)


@pytest.mark.parametrize(
    ("line", "entry"),
    [
        (
            "-rw-r--r--    1 ftp      ftp         13 Nov 23 01:54 take.wav",
            Entry(name="take.wav", kind=Kind.FILE, size=13),
        ),
        (
            "drwxr-xr-x   2 label    Domain Users     4096 Nov 23  2025  a -> b ",
            Entry(name=" a -> b ", kind=Kind.FOLDER, size=4096),
        ),
        (
            "lrwxrwxrwx   1 0        0               7 Nov 23 01:54 link -> /etc",
            Entry(name="link", kind=Kind.OTHER, size=7),
        ),
        (
            "-rw-r-----+ 1 label users 62914560 2026-11-23 01:54 01 001.flac",
            Entry(name="01 001.flac", kind=Kind.FILE, size=62914560),
        ),
        (
            "-rw-r--r--   1 label    label  9999999999 23 févr. 2026 Größe",
            Entry(name="Größe", kind=Kind.FILE, size=9999999999),
        ),
        (
            "11-23-26  01:54AM       <DIR>          batch one",
            Entry(name="batch one", kind=Kind.FOLDER, size=0),
        ),
        (
            "11-23-2026  11:54PM                 1024  a.xml",
            Entry(name=" a.xml", kind=Kind.FILE, size=1024),
        ),
    ],
)
def test_a_line(line: str, entry: Entry) -> None:
    assert parse_list(["total 8", line]) == [entry]


def test_a_listing_that_is_in_no_form_we_know_is_not_guessed() -> None:
    assert parse_list(["take.wav"]) is None
    assert parse_list(["-rw-r--r--    1 ftp      ftp         13 Nov 23 01:54 a", "?"]) is None
    assert parse_list([]) == []


def test_facts() -> None:
    lines = [
        "Type=cdir;Modify=20261123015400; .",
        "type=file;size=13;  a b",
        "type=dir; batch",
        "type=OS.unix=slink:/etc;size=7; link",
        "type=file;size=²; odd",
        "nonsense",
    ]
    assert parse_mlsd(lines) == [
        Entry(name=" a b", kind=Kind.FILE, size=13),
        Entry(name="batch", kind=Kind.FOLDER),
        Entry(name="link", kind=Kind.OTHER, size=7),
        Entry(name="odd", kind=Kind.FILE),
    ]


def test_names_that_lead_elsewhere_are_left_out() -> None:
    stat = "-rw-r--r--    1 ftp      ftp         13 Nov 23 01:54 "
    assert parse_list([f"{stat}.", f"{stat}..", f"{stat}../../etc/passwd", f"{stat}ok"]) == [
        Entry(name="ok", kind=Kind.FILE, size=13)
    ]
    assert parse_names(["./a", "batch/b", "..", "c"]) == ["a", "b", "c"]
