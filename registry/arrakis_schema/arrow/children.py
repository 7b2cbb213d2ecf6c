"""The children of a data type, and the same type with other children."""

from collections.abc import Callable

import pyarrow as pa

Rebuild = Callable[[pa.DataType, list[pa.Field]], pa.DataType]


def is_wrapper(data_type: pa.DataType) -> bool:
    """Return whether a type is a dictionary or an extension: it wraps a type that pyarrow prints no child line for."""
    return isinstance(data_type, pa.DictionaryType | pa.BaseExtensionType)


def wrapped_field(data_type: pa.DataType) -> pa.Field:
    """Return the type that a dictionary or an extension type wraps, as the field that its child line shows."""
    if isinstance(data_type, pa.DictionaryType):
        return pa.field("values", data_type.value_type)
    if isinstance(data_type, pa.FixedShapeTensorType):
        return pa.field("values", data_type.value_type)
    return pa.field("storage", data_type.storage_type)


def child_fields(data_type: pa.DataType) -> list[pa.Field]:
    """Return the children of a type; the wrapped type is the only child of a dictionary or an extension."""
    if is_wrapper(data_type):
        return [wrapped_field(data_type)]
    return [data_type.field(number) for number in range(data_type.num_fields)]


def with_children(data_type: pa.DataType, fields: list[pa.Field]) -> pa.DataType:
    """Return the type with these children in place of its own."""
    rebuild = REBUILD.get(type(data_type))
    return rebuild(data_type, fields) if rebuild and fields else data_type


def _tensor(data_type: pa.DataType, fields: list[pa.Field]) -> pa.DataType:
    names, permutation = data_type.dim_names, data_type.permutation
    return pa.fixed_shape_tensor(fields[0].type, data_type.shape, dim_names=names, permutation=permutation)


REBUILD: dict[type, Rebuild] = {
    pa.StructType: lambda _, fields: pa.struct(fields),
    pa.MapType: lambda old, fields: pa.map_(*fields[0].type, keys_sorted=old.keys_sorted),
    pa.ListType: lambda _, fields: pa.list_(fields[0]),
    pa.LargeListType: lambda _, fields: pa.large_list(fields[0]),
    pa.ListViewType: lambda _, fields: pa.list_view(fields[0]),
    pa.LargeListViewType: lambda _, fields: pa.large_list_view(fields[0]),
    pa.FixedSizeListType: lambda old, fields: pa.list_(fields[0], old.list_size),
    pa.DenseUnionType: lambda old, fields: pa.union(fields, "dense", old.type_codes),
    pa.SparseUnionType: lambda old, fields: pa.union(fields, "sparse", old.type_codes),
    pa.RunEndEncodedType: lambda _, fields: pa.run_end_encoded(fields[0].type, fields[1].type),
    pa.DictionaryType: lambda old, fields: pa.dictionary(old.index_type, fields[0].type, old.ordered),
    pa.OpaqueType: lambda old, fields: pa.opaque(fields[0].type, old.type_name, old.vendor_name),
    pa.FixedShapeTensorType: _tensor,
}
