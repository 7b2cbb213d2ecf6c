"""The canonical extension types of Arrow, with their parameters.

https://arrow.apache.org/docs/format/CanonicalExtensions.html
"""

import re
from collections.abc import Callable

import pyarrow as pa

from arrakis_schema.arrow.scanner import Scanner, TypeTextError

_NAME = re.compile(r"[^\[\]<>]+")


def read_extension(scanner: Scanner) -> pa.DataType:
    """Read the name of an extension type and its parameters."""
    scanner.expect("<")
    name = scanner.match(_NAME, "the name of an extension type")
    if name not in EXTENSIONS:
        raise TypeTextError(f"the extension type {name!r} is unknown; known are {', '.join(EXTENSIONS)}")
    data_type = EXTENSIONS[name](scanner)
    scanner.expect(">")
    return data_type


def _json(scanner: Scanner) -> pa.DataType:
    if not scanner.accept("[storage_type="):
        return pa.json_()
    storage = scanner.type()
    scanner.expect("]")
    return pa.json_(storage)


def _opaque(scanner: Scanner) -> pa.DataType:
    scanner.expect("[storage_type=")
    storage = scanner.type()
    scanner.expect(", type_name=")
    type_name = scanner.until(", vendor_name=")
    scanner.expect(", vendor_name=")
    vendor_name = scanner.until("]>")
    scanner.expect("]")
    return pa.opaque(storage, type_name, vendor_name)


def _tensor(scanner: Scanner) -> pa.DataType:
    scanner.expect("[value_type=")
    value_type = scanner.type()
    scanner.expect(", shape=")
    shape = scanner.series("[", ",", "]", scanner.integer)
    permutation = scanner.series("[", ",", "]", scanner.integer) if scanner.accept(", permutation=") else None
    names = scanner.series("[", ",", "]", lambda: scanner.until(",", "]")) if scanner.accept(", dim_names=") else None
    scanner.expect("]")
    return pa.fixed_shape_tensor(value_type, shape, dim_names=names, permutation=permutation)


EXTENSIONS: dict[str, Callable[[Scanner], pa.DataType]] = {
    "arrow.uuid": lambda _: pa.uuid(),
    "arrow.bool8": lambda _: pa.bool8(),
    "arrow.json": _json,
    "arrow.opaque": _opaque,
    "arrow.fixed_shape_tensor": _tensor,
}
