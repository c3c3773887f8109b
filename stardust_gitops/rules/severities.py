"""Which rules run, and how much their findings matter, in one catalogue."""

from __future__ import annotations

from collections.abc import Mapping

from stardust_gitops.catalog.models.config import ConfigFile
from stardust_gitops.diagnostics import Severity
from stardust_gitops.rules.book import rule_book, rules_for
from stardust_gitops.rules.registry import Rule
from stardust_gitops.rules.subjects import Scope


class RuleSettings:
    """The rule book as ``rules:`` of ``stardust.yaml`` changes it; what it may not change stands
    (and is a finding, see `rules.settings`). With `errors_only`, rules that can only warn do not
    run: a plan asks what blocks, `validate` asks for everything."""

    def __init__(self, config: ConfigFile, *, errors_only: bool = False) -> None:
        book = rule_book()
        allowed = {
            name: value
            for name, value in config.rules.items()
            if name in book and not book[name].fixed
        }
        self.severities: Mapping[str, Severity] = {
            name: Severity(value) for name, value in allowed.items() if value != "off"
        }
        self._off = allowed.keys() - self.severities.keys()
        self._rules = {
            scope: tuple(
                entry
                for entry in rules_for(scope)
                if entry.id not in self._off and (not errors_only or self._is_error(entry))
            )
            for scope in Scope
        }

    def _is_error(self, rule: Rule) -> bool:
        return self.severities.get(rule.id, rule.severity) is Severity.ERROR

    def rules(self, scope: Scope) -> tuple[Rule, ...]:
        """The rules that look at a kind of subject, without those switched off."""
        return self._rules[scope]
