"""Prints a `pyarrow.Schema` as pyarrow does, with nothing left out.

pyarrow cuts metadata, the lines of wide types and the parameters of extension types, and does not show the fields
inside the values of a dictionary; here nothing is cut, and a `child 0` line shows what the line of the type leaves out.
"""

import json
import re
from collections.abc import Callable, Mapping

import pyarrow as pa

from arrakis_schema.arrow.children import is_wrapper, wrapped_field
from arrakis_schema.arrow.tokens import format_metadata, format_name
from arrakis_schema.arrow.types import parse_type
from arrakis_schema.errors import ArrakisSchemaError

_PLAIN_ITEM = re.compile(r"[^\"\[\](),'\x00-\x1f]+")


class UnsupportedTypeError(ArrakisSchemaError, TypeError):
    """An Arrow type that `schema.txt` cannot represent: an extension type that is not part of the Arrow format."""

    def __init__(self, data_type: pa.DataType) -> None:
        """Keep the type."""
        self.data_type = data_type
        super().__init__(
            f"{data_type} is not a type of the Arrow format: write its storage type and extension metadata"
        )


def format_schema(schema: pa.Schema) -> str:
    """Return the text of a schema, without a newline at its end; `parse_schema` reads it back."""
    lines = [line for field in schema for line in _field_lines(field, 0, "")]
    if schema.metadata:
        lines += ["-- schema metadata --", *_metadata_lines(schema.metadata)]
    return "\n".join(lines)


def format_type(data_type: pa.DataType) -> str:
    """Return the one-line text of a type."""
    wording = _WORDINGS.get(type(data_type))
    if wording is not None:
        return wording(data_type)
    if isinstance(data_type, pa.BaseExtensionType):
        raise UnsupportedTypeError(data_type)
    return str(data_type)


def _field_lines(field: pa.Field, depth: int, prefix: str) -> list[str]:
    """Return a field's line, the lines of its children and of its metadata, indented as pyarrow indents them."""
    lines = [f"{' ' * max(0, 4 * depth - 2)}{prefix}{_field(field)}"]
    for number, child in enumerate(_printed_children(field.type)):
        lines += _field_lines(child, depth + 1, f"child {number}, ")
    if field.metadata:
        indent = " " * (2 * depth + 2)
        lines += [indent + line for line in ("-- field metadata --", *_metadata_lines(field.metadata))]
    return lines


def _field(field: pa.Field) -> str:
    """Return a field's name, type and nullability."""
    return f"{format_name(field.name)}: {format_type(field.type)}{'' if field.nullable else ' not null'}"


def _metadata_lines(metadata: Mapping[bytes, bytes]) -> list[str]:
    """Return one line for each pair of metadata."""
    return [format_metadata(key, value) for key, value in metadata.items()]


def _printed_children(data_type: pa.DataType) -> list[pa.Field]:
    """Return the children with lines of their own: those of pyarrow, or a wrapped type that its line leaves open."""
    if not is_wrapper(data_type):
        return [data_type.field(number) for number in range(data_type.num_fields)]
    inner = wrapped_field(data_type)
    reparsed = pa.field(inner.name, parse_type(format_type(inner.type)))
    return [] if reparsed.equals(inner, check_metadata=True) else [inner]


def _struct(data_type: pa.DataType) -> str:
    return f"struct<{', '.join(map(_field, data_type))}>"


def _list(kind: str) -> Callable[[pa.DataType], str]:
    """Return the wording of a list type of this name."""
    return lambda data_type: f"{kind}<{_field(data_type.value_field)}>"


def _fixed_size_list(data_type: pa.DataType) -> str:
    return f"fixed_size_list<{_field(data_type.value_field)}>[{data_type.list_size}]"


def _map(data_type: pa.DataType) -> str:
    def name_suffix(field: pa.Field, usual: str) -> str:
        name = format_name(field.name, end="')")
        return "" if field.name == usual else f" ('{name}')"

    key = format_type(data_type.key_type) + name_suffix(data_type.key_field, "key")
    item = format_type(data_type.item_type) + name_suffix(data_type.item_field, "value")
    return f"map<{key}, {item}{', keys_sorted' if data_type.keys_sorted else ''}>"


def _dictionary(data_type: pa.DataType) -> str:
    values, indices = format_type(data_type.value_type), format_type(data_type.index_type)
    return f"dictionary<values={values}, indices={indices}, ordered={int(data_type.ordered)}>"


def _union(data_type: pa.DataType) -> str:
    pairs = zip(data_type, data_type.type_codes, strict=True)
    return f"{data_type.mode}_union<{', '.join(f'{_field(field)}={code}' for field, code in pairs)}>"


def _run_end_encoded(data_type: pa.DataType) -> str:
    return (
        f"run_end_encoded<run_ends: {format_type(data_type.run_end_type)}, values: {format_type(data_type.value_type)}>"
    )


def _timestamp(data_type: pa.DataType) -> str:
    return f"timestamp[{data_type.unit}{f', tz={_item(data_type.tz)}' if data_type.tz else ''}]"


def _json(data_type: pa.DataType) -> str:
    storage = data_type.storage_type
    return f"extension<arrow.json{'' if storage == pa.string() else f'[storage_type={format_type(storage)}]'}>"


def _opaque(data_type: pa.DataType) -> str:
    type_name, vendor_name = (text and _item(text) for text in (data_type.type_name, data_type.vendor_name))
    names = f"type_name={type_name}, vendor_name={vendor_name}"
    return f"extension<arrow.opaque[storage_type={format_type(data_type.storage_type)}, {names}]>"


def _tensor(data_type: pa.DataType) -> str:
    parts = [f"value_type={format_type(data_type.value_type)}", f"shape={_items(data_type.shape)}"]
    if data_type.permutation is not None:
        parts.append(f"permutation={_items(data_type.permutation)}")
    if data_type.dim_names is not None:
        parts.append(f"dim_names=[{','.join(map(_item, data_type.dim_names))}]")
    return f"extension<arrow.fixed_shape_tensor[{', '.join(parts)}]>"


def _items(numbers: list[int]) -> str:
    return f"[{','.join(map(str, numbers))}]"


def _item(text: str) -> str:
    """Return a parameter of a type, quoted if need be."""
    return text if _PLAIN_ITEM.fullmatch(text) else json.dumps(text)


_WORDINGS: dict[type, Callable[[pa.DataType], str]] = {
    pa.StructType: _struct,
    pa.MapType: _map,
    pa.ListType: _list("list"),
    pa.LargeListType: _list("large_list"),
    pa.ListViewType: _list("list_view"),
    pa.LargeListViewType: _list("large_list_view"),
    pa.FixedSizeListType: _fixed_size_list,
    pa.DictionaryType: _dictionary,
    pa.DenseUnionType: _union,
    pa.SparseUnionType: _union,
    pa.RunEndEncodedType: _run_end_encoded,
    pa.TimestampType: _timestamp,
    pa.JsonType: _json,
    pa.OpaqueType: _opaque,
    pa.FixedShapeTensorType: _tensor,
    pa.UuidType: str,
    pa.Bool8Type: str,
}
