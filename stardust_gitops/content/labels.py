"""The label of a release: a file of ``labels/``, or just its name."""

from __future__ import annotations

from stardust_gitops.catalog.loading import Catalogue, Label, Target
from stardust_gitops.content.model import Principal
from stardust_gitops.content.problems import Problems
from stardust_gitops.diagnostics import Pointer


class Labels:
    """The labels of a catalogue, by key and by name."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._by_key = catalogue.labels
        self._broken = bool(catalogue.broken_labels)
        self._keys: dict[str, list[str]] = {}
        for key, label in catalogue.labels.items():
            self._keys.setdefault(label.model.name, []).append(key)

    def find(self, text: str | None) -> Label | None:
        """The label that a text names: by its key, else by its name."""
        if text is None:
            return None
        keys = [text] if text in self._by_key else self._keys.get(text, [])
        return self._by_key[keys[0]] if len(keys) == 1 else None

    def name(self, text: str | None) -> str | None:
        """The name behind the text."""
        label = self.find(text)
        return text if label is None else label.model.name

    def check(self, text: str | None, pointer: Pointer, problems: Problems) -> None:
        """Whether it is clear which label a text names; one without a file is just its name."""
        if text is None or self.find(text) is not None:
            return
        if text in self._keys:
            keys = ", ".join(self._keys[text])
            problems.error(
                "SG1206",
                pointer,
                f"{text!r} is the name of several labels: {keys}",
                "say which one by its key",
            )
        elif self._broken:
            problems.error(
                "SG1201",
                pointer,
                f"{text!r} may be a label that a file of labels/ describes, but one of them does"
                " not read",
                "correct that file",
            )


def principal(label: Label) -> Principal | None:
    """Whom a message about a release of this label is sent on behalf of."""
    if not label.model.sent_on_behalf_of or label.model.dpid is None:
        return None
    return Principal(dpid=label.model.dpid, name=label.model.name)


def told_name(label: Label, target: Target) -> str:
    """What a target is told: the name or id that it knows the label by."""
    return label.model.targets.get(target.id, label.model.name)
