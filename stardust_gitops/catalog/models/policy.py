"""A policy of the user's own house: what has to hold of an item before it is sent."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator

from stardust_gitops.catalog.models.scalars import Model, Text, refuse


def _expression(value: str) -> str:
    from cel import compile as compile_cel

    try:
        compile_cel(value)
    except ValueError as error:
        why = str(error).partition("ERROR: ")[2].partition("\n")[0] or "it does not parse"
        refuse(
            "SG1130",
            f"{value!r} is no expression of CEL: {why}",
            "write it as  item.operation != 'takedown' || 'takedown' in review.labels",
        )
    return value


Expression = Annotated[Text, AfterValidator(_expression)]
"""In the Common Expression Language (cel.dev), over `item`, `review`, `now` and `environment`."""


class PolicyEntry(Model):
    """What `require` says must hold of every item to be sent for which `when` does. Where it does
    not, the item is blocked, or with ``enforce: warn`` only told of."""

    name: Text
    when: Expression = "true"
    require: Expression
    message: Text | None = None
    enforce: Literal["block", "warn"] = "block"
