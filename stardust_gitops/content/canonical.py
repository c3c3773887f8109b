"""The canonical form of content: the JSON document that is fingerprinted, stored and compared.

A document is `content.model.Content` as JSON: keys sorted, sets (territories, models, uses,
proprietary ids) sorted, sequences kept, and every field that has its default (``None``, ``()``,
``False``) left out, so that a field added later changes nothing of what it does not concern.
"""

from __future__ import annotations

from dataclasses import MISSING, fields, is_dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import orjson
from pydantic import TypeAdapter

from stardust_gitops.content.model import Content, Delivery

Document: TypeAlias = dict[str, Any]


def dump(document: Any) -> bytes:
    """The canonical bytes of a document."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)


def document_of(value: Any) -> Any:
    """The document of a content dataclass, without the fields that have their defaults."""
    if is_dataclass(value):
        return {
            field.name: document_of(entry)
            for field in fields(value)
            if (entry := getattr(value, field.name)) != field.default or field.default is MISSING
        }
    if isinstance(value, tuple):
        return [document_of(entry) for entry in value]
    return value


@lru_cache(maxsize=1)
def _content_adapter() -> TypeAdapter[Content]:
    return TypeAdapter(Content)


@lru_cache(maxsize=1)
def _delivery_adapter() -> TypeAdapter[Delivery]:
    return TypeAdapter(Delivery)


def content_of(document: Document) -> Content:
    """The content that a document describes."""
    return _content_adapter().validate_python(document)


def dump_delivery(delivery: Delivery) -> bytes:
    """A delivery as it is kept in the content store."""
    return dump(document_of(delivery))


def load_delivery(data: bytes) -> Delivery:
    """A delivery from the content store."""
    return _delivery_adapter().validate_json(data)
