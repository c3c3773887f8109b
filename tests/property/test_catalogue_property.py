"""Any edits of any small catalogue, with deliveries that fail in between: the plan is what the
table of the design says, `apply` leaves nothing but what has to stay, and nothing is taken down
that the catalogue does not say.

An oracle of a few lines keeps what each recipient must have; the command line does the work.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.catalogues import ICPNS, CatalogueFolder, copy_of, make_catalogue
from tests.scale import LONG

TARGETS = ("one", "two")
STATUSES = ("active", "takedown", "hold", "archived", "draft")
NO_GUARDS = (
    "safety: {takedowns: {count: 99, percent: 100}, updates: {percent: 100}, "
    "missing: {percent: 100}, minimum_population: 99}\n"
)
BATCH = "{layout: batch, completion: manifest}"

Steps = list[tuple[str, int, int]]
KINDS = (
    *("title", "title", "status", "status", "status at one", "delete", "restore", "list"),
    *("rename", "reformat", "settings", "enabled", "break", "repair", "apply", "apply"),
)
steps = st.lists(
    st.tuples(st.sampled_from(KINDS), st.integers(0, 3), st.integers(0, 9)),
    min_size=1,
    max_size=12,
)


@dataclass
class Release:
    """What the catalogue says of one release."""

    icpn: str
    file: str
    present: bool
    title: str = "Breakwater"
    status: dict[str, str] = field(default_factory=lambda: {"default": "active"})
    targets: tuple[str, ...] = TARGETS
    form: int = 0

    def status_at(self, target: str) -> str:
        return self.status.get(target, self.status["default"])

    def text(self, template: str) -> str:
        """The file, in one of several forms."""
        status = ", ".join(f"{name}: {value}" for name, value in self.status.items())
        lines = template.replace("title: Breakwater\nartists", f"title: {self.title}\nartists")
        blocks = [lines, f"status: {{{status}}}\n", f"targets: [{', '.join(self.targets)}]\n"]
        if self.form % 2:
            blocks.reverse()
        return f"# form {self.form}\n" * (self.form > 1) + "".join(blocks)


@dataclass
class Target:
    """What the catalogue says of one target."""

    name: str
    enabled: bool = True
    broken: bool = False
    settings: int = 0

    def text(self, template: str) -> str:
        """The file; nothing of `settings` is content."""
        path = f"blocked/{self.name}" if self.broken else f"delivered/{self.name}/{self.settings}"
        text = template.replace(f"delivered/{self.name}", path)
        if self.settings % 2:
            text = text.replace("{layout: release, completion: message}", BATCH)
        more = ("", "verify: read\n", "takedown: end_date\n", "lead_time: {new: 9d}\n")
        return f"{text}{more[self.settings % 4]}enabled: {str(self.enabled).lower()}\n"


class World:
    """The catalogue on disk, what it says, and what each recipient must have."""

    def __init__(self, folder: CatalogueFolder) -> None:
        self.folder = folder
        self.releases = [
            Release(icpn, f"releases/{icpn}.yaml", present=at < 2) for at, icpn in enumerate(ICPNS)
        ]
        self.targets = [Target(name) for name in TARGETS]
        self.has: dict[tuple[str, str], str] = {}
        self.taken_down: set[tuple[str, str]] = set()
        self.said: set[tuple[str, str]] = set()
        self._releases = {r.icpn: folder.path(r.file).read_text("utf-8") for r in self.releases}
        self._targets = {
            t.name: folder.path(f"targets/{t.name}.yaml").read_text("utf-8") for t in self.targets
        }
        self._titles = 0
        folder.write("blocked", "a file where a folder should be")
        self.write()

    def write(self) -> None:
        """Make the files say what the model says."""
        for release in self.releases:
            if release.present:
                self.folder.write(release.file, release.text(self._releases[release.icpn]))
            else:
                self.folder.path(release.file).unlink(missing_ok=True)
        for target in self.targets:
            name = f"targets/{target.name}.yaml"
            self.folder.write(name, target.text(self._targets[target.name]))

    def edit(self, kind: str, which: int, how: int) -> None:
        """One edit of somebody."""
        release, target = self.releases[which], self.targets[which % 2]
        match kind:
            case "title":
                self._titles += 1
                release.title = f"Title {self._titles}" if how else "Breakwater"
            case "status":
                release.status = {"default": STATUSES[how % 5]}
            case "status at one":
                release.status[target.name] = STATUSES[how % 5]
            case "list":
                release.targets = (TARGETS, TARGETS[:1], TARGETS[1:])[how % 3]
            case "delete" | "restore":
                release.present = kind == "restore"
            case "rename":
                self._rename(release, f"releases/{'zyxa'[how % 4]}/{release.icpn}_{how}.yaml")
            case "reformat":
                release.form = how
            case "settings":
                target.settings = how
            case "enabled":
                target.enabled = how % 2 == 0
            case "break" | "repair":
                target.broken = kind == "break"
        self.write()

    def _rename(self, release: Release, name: str) -> None:
        for suffix in (".yaml", ".lock.json"):
            old = self.folder.path(release.file.replace(".yaml", suffix))
            new = self.folder.path(name.replace(".yaml", suffix))
            new.parent.mkdir(parents=True, exist_ok=True)
            if old.exists():
                old.rename(new)
        release.file = name

    def keys(self) -> Iterator[tuple[Release, Target]]:
        """Every release at every target."""
        for target in self.targets:
            for release in self.releases:
                yield release, target

    def expected(self) -> dict[tuple[str, str], str]:
        """The design's table: what the plan must list."""
        found = {}
        for release, target in self.keys():
            action = self._action(release, target)
            if action not in (None, "unchanged"):
                found[release.icpn, target.name] = str(action)
        return found

    def _action(self, release: Release, target: Target) -> str | None:
        if not target.enabled:
            return None
        has = self.has.get((release.icpn, target.name))
        status = release.status_at(target.name)
        if not release.present or target.name not in release.targets or status == "draft":
            return None if has is None else "orphaned"
        if status == "archived":
            return "unchanged"
        if status == "takedown":
            return "unchanged" if has is None else "takedown"
        wanted = "insert" if has is None else "unchanged" if has == release.title else "update"
        return "held" if status == "hold" and wanted != "unchanged" else wanted

    def applied(self) -> None:
        """What the recipients must have after an apply."""
        for (icpn, name), action in self.expected().items():
            target = next(t for t in self.targets if t.name == name)
            release = next(r for r in self.releases if r.icpn == icpn)
            if action == "takedown":
                self.said.add((icpn, name))
            if target.broken:
                continue
            if action in ("insert", "update"):
                self.has[icpn, name] = release.title
            elif action == "takedown":
                self.has.pop((icpn, name))

    def planned(self) -> dict[tuple[str, str], str]:
        """What the plan lists."""
        document = self.folder.must("plan", "--format", "json").json()
        assert document["stops"] == []
        return {(i["icpn"], i["target"]): i["action"] for i in document["items"]}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> CatalogueFolder:
    """Four releases and two targets, measured; nothing delivered."""
    made = make_catalogue(tmp_path_factory.mktemp("model") / "model", len(ICPNS), targets=TARGETS)
    made.write("stardust.yaml", made.path("stardust.yaml").read_text("utf-8") + NO_GUARDS)
    return made


def budget(plain: int, long: int) -> settings:
    """Few examples in a plain run, the same ones every time."""
    return settings(
        max_examples=long if LONG else plain,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def world_of(model: CatalogueFolder, factory: pytest.TempPathFactory) -> World:
    return World(copy_of(model, factory.mktemp("world") / "catalogue"))


@budget(25, 500)
@given(steps=steps)
def test_any_history(
    model: CatalogueFolder, tmp_path_factory: pytest.TempPathFactory, steps: Steps
) -> None:
    world = world_of(model, tmp_path_factory)
    for kind, which, how in [*steps, ("repair", 0, 0), ("repair", 1, 0), ("apply", 0, 0)]:
        if kind == "apply":
            check_apply(world)
        else:
            world.edit(kind, which, how)
            assert world.planned() == world.expected(), kind
    # What remains is what a person has to decide or what waits.
    assert set(world.planned().values()) <= {"orphaned", "held"}
    removed = taken_down(world.folder)
    assert removed <= world.said
    assert world.folder.must("ledger", "verify").code == 0


def check_apply(world: World) -> None:
    """Apply does what was expected; what is left is just what could not or must not be done."""
    move_on(world.folder)
    failing = {t.name for t in world.targets if t.broken}
    expected = world.expected()
    fails = any(
        name in failing and action in ("insert", "update", "takedown")
        for (_, name), action in expected.items()
    )
    outcome = world.folder.apply()
    assert outcome.code == (6 if fails else 0), outcome.text
    world.applied()
    assert world.planned() == world.expected()
    if not fails:
        before = world.folder.position()
        assert world.folder.apply().code == 0
        assert world.folder.position() == before


def move_on(folder: CatalogueFolder) -> None:
    """A minute passes."""
    folder.clock.sleep(60)


def taken_down(folder: CatalogueFolder) -> set[tuple[str, str]]:
    """Every (release, target) that a takedown was ever intended for."""
    history = folder.must("history", "--format", "json", "--limit", "100000").json()["events"]
    return {
        (event["stream"][2].removeprefix("0"), event["stream"][1])
        for event in history
        if event["kind"] == "intended" and event["data"].get("operation") == "takedown"
    }


@budget(4, 60)
@given(steps=steps, git=st.booleans())
def test_a_fresh_process_plans_the_same(
    model: CatalogueFolder, tmp_path_factory: pytest.TempPathFactory, steps: Steps, git: bool
) -> None:
    world = world_of(model, tmp_path_factory)
    check_apply(world)
    for kind, which, how in steps:
        if kind == "apply":
            check_apply(world)
        else:
            world.edit(kind, which, how)
    if git:
        world.folder.commit()
    here = world.folder.must("plan", "--all", "--format", "json").stdout
    assert world.folder.must("plan", "--all", "--format", "json").stdout == here
    assert world.folder.run_process("plan", "--all", "--format", "json").stdout == here


@budget(6, 100)
@given(steps=steps, order=st.permutations(range(len(ICPNS))))
def test_names_and_order_of_files_do_not_matter(
    model: CatalogueFolder, tmp_path_factory: pytest.TempPathFactory, steps: Steps, order: list[int]
) -> None:
    world = world_of(model, tmp_path_factory)
    check_apply(world)
    for kind, which, how in steps:
        if kind != "apply":
            world.edit(kind, which, how)
    before = world.folder.must("plan", "--all", "--format", "json").json()
    for number, release in zip(order, world.releases, strict=True):
        world._rename(release, f"releases/{number}/{9 - number}.yaml")
    after = world.folder.must("plan", "--all", "--format", "json").json()
    assert after["plan_hash"] == before["plan_hash"]
    assert after["summary"] == before["summary"]
    for item in (*before["items"], *after["items"]):
        for change in item["changes"]:
            change["source"] = None
        item["findings"] = []
    assert after["items"] == before["items"]
