"""What the models say of a value at a place: the order of its keys, the form of its text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from stardust_gitops.catalog.models import scalars
from stardust_gitops.catalog.models.recordings import RecordingFields
from stardust_gitops.identifiers import (
    normalise_dpid,
    normalise_grid,
    normalise_icpn,
    normalise_ipi,
    normalise_isni,
    normalise_isrc,
    normalise_iswc,
)

FIRST = ("isrc", "track", "disc")
"""Keys of recordings that come before all others: what a track is and where it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What may stand at a place. `models` are those a mapping may have there, `keys` and `values`
    are for a mapping with free keys, `items` for a list. `normalise` is that of an identifier.
    `plain` says that the value is a date, number or flag, `choices` which words it may be."""

    models: tuple[type[BaseModel], ...] = ()
    keys: Shape | None = None
    values: Shape | None = None
    items: Shape | None = None
    normalise: Callable[[str], str] | None = None
    plain: bool = False
    choices: frozenset[str] = frozenset()

    def stored(self, text: str) -> str:
        """An identifier in its stored form; what is none, as it is."""
        if self.normalise is None:
            return text
        try:
            return self.normalise(text)
        except ValueError:
            return text  # `validate` says what is wrong with it

    def fields(self, keys: Iterable[str]) -> dict[str, Shape]:
        """The fields of the mapping that has these keys, in their order."""
        names = set(keys)
        best = max(self.models, key=lambda model: len(names & set(_written(model))), default=None)
        return {} if best is None else _fields(best)


@lru_cache(maxsize=256)
def _fields(model: type[BaseModel]) -> dict[str, Shape]:
    fields = _written(model)
    first = [name for name in FIRST if name in fields and issubclass(model, RecordingFields)]
    return {
        name: _shape(fields[name].annotation, fields[name].metadata)
        for name in dict.fromkeys((*first, *fields))
    }


def _written(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The fields by the keys that stand in files."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _marks(alias: Any) -> Iterator[Any]:
    """What tells one scalar type of the models from the others: its validators."""
    return iter(get_args(alias)[1:])


_NORMALISE = {
    mark: normalise
    for alias, normalise in (
        (scalars.Icpn, normalise_icpn),
        (scalars.Isrc, normalise_isrc),
        (scalars.Isni, normalise_isni),
        (scalars.Ipi, normalise_ipi),
        (scalars.Iswc, normalise_iswc),
        (scalars.Dpid, normalise_dpid),
        (scalars.Grid, normalise_grid),
    )
    for mark in _marks(alias)
}
_PLAIN = {mark for alias in (scalars.Date, scalars.Moment, scalars.When) for mark in _marks(alias)}


def _shape(annotation: Any, metadata: Iterable[Any] = ()) -> Shape:
    shape = Shape()
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        shape = _shape(arguments[0], arguments[1:])
    elif origin in (Union, UnionType):
        shape = _joined(_shape(argument) for argument in arguments)
    elif origin in (tuple, list):
        shape = Shape(items=_shape(arguments[0]))
    elif origin is dict:
        shape = Shape(keys=_shape(arguments[0]), values=_shape(arguments[1]))
    elif origin is Literal:
        shape = Shape(choices=frozenset(map(str, arguments)))
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        shape = Shape(models=(annotation,))
    elif annotation in (bool, int):
        shape = Shape(plain=True)
    for mark in metadata:
        if mark in _PLAIN:
            shape = replace(shape, plain=True)
        elif mark in _NORMALISE:
            shape = replace(shape, normalise=_NORMALISE[mark])
    return shape


def _joined(shapes: Iterable[Shape]) -> Shape:
    """One of several: as the first that says something."""
    joined = Shape()
    for shape in shapes:
        joined = Shape(
            models=joined.models + shape.models,
            keys=joined.keys or shape.keys,
            values=joined.values or shape.values,
            items=joined.items or shape.items,
            normalise=joined.normalise or shape.normalise,
            plain=joined.plain or shape.plain,
            choices=joined.choices | shape.choices,
        )
    return joined
