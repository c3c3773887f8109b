"""Policies of the user's own house, judged over the plan: ``policies:`` in ``stardust.yaml``.

Each is a pair of expressions in CEL, the Common Expression Language: it has no loops without end
and reaches nothing but what it is given. What cannot be judged counts as failed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from stardust_gitops.diagnostics import Finding, Severity
from stardust_gitops.planning.document import item_document
from stardust_gitops.planning.model import Action, Item, Plan, Reason

if TYPE_CHECKING:
    from cel import Program

POLICY = "policy"
"""Code of the reason that blocks an item."""
_CODE, _CONFIG = "SG7030", "stardust.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """One policy. `when` and `require` are CEL; `blocks` tells whether a failure stops the item."""

    name: str
    require: str
    when: str = "true"
    message: str | None = None
    blocks: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What is known of the review of a change: labels of the pull request, who approved it, the
    teams of those, who wrote it. `known` is false where nobody said."""

    known: bool = False
    author: str | None = None
    labels: tuple[str, ...] = ()
    approvals: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judge:
    policy: Policy
    when: Program
    require: Program

    def objection(self, context: dict[str, Any]) -> str | None:
        """Why an item may not go, ``None`` where it may."""
        try:
            if self.when.execute(context) is False:
                return None
            if self.require.execute(context) is True:
                return None
        except (ArithmeticError, KeyError, RuntimeError, TypeError, ValueError) as error:
            return f"{self.policy.name}: cannot be judged: {error}"
        return ": ".join(filter(None, (self.policy.name, self.policy.message)))


def judged(
    items: list[Item],
    policies: Sequence[Policy],
    *,
    environment: str,
    review: Review,
    now: datetime,
) -> list[Item]:
    """The items with those that a policy objects to blocked, or told of. `now` is the time at the
    catalogue's place: its weekday and hour are what a policy sees."""
    if not policies:
        return items
    from cel import compile as compile_cel

    judges = [
        _Judge(policy, compile_cel(policy.when), compile_cel(policy.require)) for policy in policies
    ]
    context = {
        "environment": environment,
        "review": asdict(review),
        "now": {"date": f"{now:%Y-%m-%d}", "weekday": f"{now:%A}", "hour": now.hour},
    }
    return [_judged(item, judges, context) if item.action.sends else item for item in items]


def broken_policies(plan: Plan) -> bool:
    """Whether a policy has stopped an item of the plan."""
    return any(reason.code == POLICY for item in plan.items for reason in item.reasons)


def _judged(item: Item, judges: Iterable[_Judge], context: dict[str, Any]) -> Item:
    seen = context | {"item": item_document(item)}
    found = [(judge.policy, text) for judge in judges if (text := judge.objection(seen))]
    if not found:
        return item
    findings = tuple(
        Finding(
            code=_CODE,
            severity=Severity.ERROR if policy.blocks else Severity.WARNING,
            message=text,
            remedy="do what the policy asks for, or change it in stardust.yaml",
            file=_CONFIG,
            pointer=("policies",),
            release=item.release,
            target=item.target,
        )
        for policy, text in found
    )
    item = item._replace(findings=(*item.findings, *findings))
    reasons = tuple(Reason(code=POLICY, text=text) for policy, text in found if policy.blocks)
    if not reasons:
        return item
    return item._replace(
        action=Action.BLOCKED, operation=item.action, reasons=reasons, resumes=False
    )
