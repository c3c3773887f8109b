"""The engine of the rules: what a rule is, what settings and suppressions make of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import pytest

from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.catalog.models.suppression import SuppressEntry
from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.rules.book import rule_book, rules_for
from stardust_gitops.rules.docs import GROUPS, group_of, rules_document
from stardust_gitops.rules.index import CatalogueIndex, ReleaseRow, TrackRow, shared
from stardust_gitops.rules.registry import Hit, Rule, rule, run_rules
from stardust_gitops.rules.severities import RuleSettings
from stardust_gitops.rules.subjects import (
    ConfigSubject,
    Place,
    ReleaseSubject,
    Scope,
    TargetFileSubject,
)
from stardust_gitops.rules.suppressions import Suppression, Suppressor, by_file, holding, useless

WORDS: dict[str, Any] = {
    "title": "a title",
    "why": "Why.",
    "example": "a: b",
    "remedy": "do it",
    "source": "somebody",
}


def config(**rules: str) -> ConfigFile:
    """A configuration with these settings of rules."""
    sender = {"dpid": "PADPIDA2026112201U", "name": "Alpha Tide"}
    return ConfigFile.model_validate(
        {"format": "1", "id": "alpha-tide", "sender": sender, "rules": rules}
    )


def finding(code: str, *, file: str = "releases/a.yaml") -> Finding:
    """A finding of a rule in a file."""
    return Finding(code=code, severity=Severity.WARNING, message="m", remedy="r", file=file)


class Stub:
    """A subject that needs no catalogue: rules see whatever a test gives them."""

    scope: ClassVar[Scope] = Scope.RELEASE

    @property
    def place(self) -> Place:
        """Where its findings stand."""
        return Place("releases/a.yaml", "04006381333931", "store")


def test_the_type_of_the_parameter_is_the_scope() -> None:
    @rule("SG2000", severity=Severity.NOTE, **WORDS)
    def one(subject: ReleaseSubject) -> Iterator[Hit]:
        yield Hit((), subject.file)

    @rule("SG2000", severity=Severity.NOTE, **WORDS)
    def two(subject: ConfigSubject | TargetFileSubject) -> Iterator[Hit]:
        yield Hit((), subject.place.file)

    assert one.scopes == (Scope.RELEASE,)
    assert two.scopes == (Scope.CONFIG, Scope.TARGET_FILE)


def test_a_hit_becomes_a_finding() -> None:
    def check(_: Any) -> Iterator[Hit]:
        yield Hit(("title",), "first")
        yield Hit(("x", 1), "second", "another remedy", "tracks/t.yaml", "00000000000000")

    made = Rule(id="SG2000", severity=Severity.ERROR, scopes=(Scope.RELEASE,), check=check, **WORDS)
    first, second = run_rules([made], Stub(), {"SG2000": Severity.NOTE})
    assert first == Finding(
        code="SG2000",
        severity=Severity.NOTE,
        message="first",
        remedy="do it",
        file="releases/a.yaml",
        pointer=("title",),
        release="04006381333931",
        target="store",
    )
    assert (second.file, second.remedy) == ("tracks/t.yaml", "another remedy")
    assert (second.release, second.target) == ("00000000000000", "store")
    assert run_rules([made], Stub(), {})[0].severity is Severity.ERROR


def test_the_rule_book_is_complete() -> None:
    book = rule_book()
    assert list(book) == sorted(book)
    for entry in book.values():
        assert re.fullmatch(r"SG[1-9][0-9]{3}", entry.id)
        assert group_of(entry.id) in GROUPS.values()
        assert all((entry.title, entry.why, entry.example, entry.remedy, entry.source)), entry.id
        assert not entry.title.endswith("."), entry.id
        assert entry.why.endswith((".", "?")), entry.id
        assert entry.check is not None or entry.fixed, f"{entry.id} is no rule, so no setting"
        assert bool(entry.scopes) == (entry.check is not None)
    assert all(f"### {code} " in rules_document() for code in book)


def test_a_rule_runs_in_each_of_its_scopes() -> None:
    checked = {entry.id for entry in rule_book().values() if entry.check is not None}
    assert checked == {entry.id for scope in Scope for entry in rules_for(scope)}


def test_settings_change_rules_that_are_not_fixed() -> None:
    settings = RuleSettings(config(SG2107="error", SG2105="off", SG2003="off", SG9999="note"))
    assert settings.severities == {"SG2107": Severity.ERROR}
    running = {entry.id for scope in Scope for entry in settings.rules(scope)}
    assert "SG2105" not in running
    assert {"SG2107", "SG2003"} <= running


@pytest.mark.parametrize(
    ("today", "holds"),
    [
        (None, True),
        (date(2026, 12, 31), True),
        (date(2027, 1, 1), True),
        (date(2027, 1, 2), False),
    ],
)
def test_a_suppression_holds_through_its_last_day(today: date | None, holds: bool) -> None:
    entry = SuppressEntry(rule="SG2107", reason="later", expires="2027-01-01")
    assert bool(list(holding("releases/a.yaml", [entry], today))) is holds


def test_what_is_fixed_or_unknown_is_never_suppressed() -> None:
    entries = [SuppressEntry(rule=name, reason="no") for name in ("SG2003", "SG9999", "SG1101")]
    assert list(holding("releases/a.yaml", entries, None)) == []


def test_suppressions_of_a_release_and_of_a_file() -> None:
    whole = Suppression("releases/a.yaml", 0, "SG2107")
    track = Suppression("tracks/t.yaml", 0, "SG2104")
    idle = Suppression("tracks/u.yaml", 0, "SG2104")
    suppressor = Suppressor(about=[whole], within=by_file([track, idle]))
    told = [finding("SG2104"), finding("SG2003", file="tracks/t.yaml")]
    hidden = [finding("SG2107", file="tracks/t.yaml"), finding("SG2104", file="tracks/t.yaml")]
    assert suppressor.keep(told + hidden) == tuple(told)
    assert suppressor.used == {whole, track}
    (note,) = useless([idle])
    assert (note.code, note.severity, note.file) == ("SG2904", Severity.NOTE, "tracks/u.yaml")
    assert note.pointer == ("suppress", 0)


def test_the_index_finds_what_rows_share() -> None:
    track = TrackRow(0, "GBXYZ2600001", "releases/a.yaml", "A", None, "K", "a.flac", "1.5", "ff")
    one = ReleaseRow("releases/a.yaml", "1", False, "A", "K", "L", None, None, (track,))
    same = one._replace(file="releases/b.yaml", tracks=(track._replace(isrc="GBXYZ2600002"),))
    other = one._replace(file="releases/c.yaml", release=None, tracks=())
    index = CatalogueIndex()
    for row in (one, same, other):
        index.add(row)
    assert index.releases == [one, same, other]
    assert dict(shared(index.by_release)) == {"1": [one, same]}
    assert dict(shared(index.by_isrc)) == {}
    ((key, tracks),) = shared(index.by_audio)
    assert (key, [entry.release.file for entry in tracks]) == ("ff", [one.file, same.file])


def test_two_rules_with_one_id_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import ModuleType

    from stardust_gitops.rules import book

    twin = ModuleType("twin")
    vars(twin)["again"] = replace(rule_book()["SG2003"], title="again")
    monkeypatch.setattr(book, "_MODULES", (*book._MODULES, twin))
    with pytest.raises(ValueError, match="two rules have the id SG2003"):
        book.rule_book.__wrapped__()
