"""A value that a JSON Schema accepts, for callers that ask for structured output.

Knows the part of JSON Schema that OpenAI's structured outputs allow: types, enums,
unions, references and properties. Patterns and formats are not honoured, and a schema
that makes no sense gives null, not an error: judging schemas is not its business.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_DEEP: Final = 12
"""From here on a union takes its last option and an array stays empty."""
_DEEPEST: Final = 48
"""From here on everything is null: no finite value fits such a schema."""
_MOST_ITEMS: Final = 64

Schema = Mapping[str, Any]


def an_instance(schema: Schema, text: str) -> Any:
    """A value that `schema` accepts, its strings being `text`; pure and deterministic.

    The empty schema gives `{"reply": text}`, which is what JSON mode asks for.
    """
    if not schema:
        return {"reply": text}
    return _instance(schema, schema, text, 0)


def _instance(schema: object, root: Schema, text: str, depth: int) -> Any:
    if not isinstance(schema, Mapping) or depth >= _DEEPEST:
        return None
    if "$ref" in schema:
        return _instance(_pointed_to(schema["$ref"], root), root, text, depth + 1)
    if "const" in schema:
        return schema["const"]
    if options := _options(schema):
        option = options[-1] if depth >= _DEEP else options[0]
        return _instance(option, root, text, depth + 1)
    if values := _listed(schema.get("enum")):
        return values[0]
    return _typed(schema, root, text, depth)


def _pointed_to(reference: object, root: Schema) -> object:
    """What a local reference (`#/$defs/Name`) names; None when it names nothing."""
    found: Any = root
    for step in str(reference).removeprefix("#").split("/")[1:]:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


def _options(schema: Schema) -> Sequence[Any]:
    return _listed(schema.get("anyOf")) or _listed(schema.get("oneOf"))


def _listed(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _typed(schema: Schema, root: Schema, text: str, depth: int) -> Any:
    kind = schema.get("type")
    match (_listed(kind) or [kind])[0]:
        case "object":
            properties = schema.get("properties")
            fields = properties if isinstance(properties, Mapping) else {}
            return {
                name: _instance(inner, root, text, depth + 1)
                for name, inner in fields.items()
            }
        case "array":
            return _array(schema, root, text, depth)
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return text


def _array(schema: Schema, root: Schema, text: str, depth: int) -> Any:
    least = schema.get("minItems", 1 if depth < _DEEP else 0)
    count = min(least, _MOST_ITEMS) if isinstance(least, int) else 1
    item = schema.get("items", {"type": "string"})
    return [_instance(item, root, text, depth + 1) for _ in range(count)]


def _number(schema: Schema) -> int | float:
    for bound, step in (("minimum", 0), ("exclusiveMinimum", 1), ("maximum", 0)):
        value = schema.get(bound)
        if isinstance(value, int | float):
            return value + step
    return 1
