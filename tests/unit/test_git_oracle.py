"""What we read with the git command is what GitPython reads in its own way."""

from __future__ import annotations

from pathlib import Path

import git

from stardust_gitops.git.repository import Repository


def test_ids_and_line_commits_agree_with_gitpython(tmp_path: Path) -> None:
    with git.Repo.init(tmp_path) as made:
        made.config_writer().set_value("user", "name", "A").set_value(
            "user", "email", "a@example.com"
        ).release()
        file = tmp_path / "releases" / "ä b.yaml"
        file.parent.mkdir()
        file.write_text("title: One\ntype: EP\n", encoding="utf-8")
        made.index.add(["releases/ä b.yaml"])
        made.index.commit("one")
        file.write_text("title: Two\ntype: EP\nlabel: L\n", encoding="utf-8")
        made.index.add(["releases/ä b.yaml"])
        made.index.commit("two")
        ours = Repository.find(tmp_path)
        assert ours is not None
        assert ours.head() == made.head.commit.hexsha
        assert ours.index_ids(tmp_path) == {
            str(path): entry.hexsha for (path, _), entry in made.index.entries.items()
        }
        blamed = made.blame_incremental("HEAD", "releases/ä b.yaml")
        by_line = {number: entry.commit.hexsha for entry in blamed for number in entry.linenos}
        theirs = [by_line[number] for number in sorted(by_line)]
        lines = ours.line_commits(file)
        assert len(lines) == 3
        assert [str(line) for line in lines] == [
            commit[: len(str(line))] for line, commit in zip(lines, theirs, strict=True)
        ]
        file.write_text("title: Three\n", encoding="utf-8")
        assert ours.modified(tmp_path) == {item.a_path for item in made.index.diff(None)}
