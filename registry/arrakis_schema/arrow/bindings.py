"""What is put in the place of a placeholder of a template while its columns are read."""

from collections.abc import Mapping

import pyarrow as pa

from arrakis_schema.arrow.tokens import PLACEHOLDER
from arrakis_schema.errors import TemplateError


class Recording:
    """Bindings that record each placeholder, and put a stand-in for it."""

    def __init__(self) -> None:
        self.placeholders: dict[str, None] = {}
        self.data_types: set[str] = set()

    def name(self, text: str) -> str:
        """Return the text, whose placeholders are recorded."""
        self.placeholders.update(dict.fromkeys(PLACEHOLDER.findall(text)))
        return text

    def data_type(self, placeholder: str) -> pa.DataType:
        """Return a stand-in for a data type, which is recorded."""
        self.placeholders[placeholder] = None
        self.data_types.add(placeholder)
        return _stand_in(placeholder)


def _stand_in(placeholder: str) -> pa.DataType:
    """Return the type of a placeholder that is not bound: Arrow's own for a type that the reader does not know."""
    return pa.opaque(pa.null(), placeholder, "template")


class Preview:
    """Bindings that leave names unchanged, and take the first data type allowed."""

    def __init__(self, allowed: Mapping[str, tuple[str, ...]]) -> None:
        self.allowed = allowed

    def name(self, text: str) -> str:
        """Return the text unchanged."""
        return text

    def data_type(self, placeholder: str) -> pa.DataType:
        """Return the first data type allowed, or a stand-in."""
        try:
            return pa.type_for_alias(self.allowed[placeholder][0])
        except (KeyError, IndexError, ValueError):
            return _stand_in(placeholder)


class Values:
    """Bindings to the values passed to `bind`."""

    def __init__(self, values: Mapping[str, object], allowed: Mapping[str, tuple[str, ...]]) -> None:
        self.values, self.allowed = values, allowed

    def name(self, text: str) -> str:
        """Return the text with the values of its placeholders."""
        return PLACEHOLDER.sub(lambda match: self._text(match.group(1)), text)

    def data_type(self, placeholder: str) -> pa.DataType:
        """Return the data type that is bound; raises `TemplateError`."""
        value = self._value(placeholder)
        if isinstance(value, pa.DataType):
            return value
        try:
            return pa.type_for_alias(value)
        except (ValueError, TypeError) as error:
            raise TemplateError(f"{placeholder} = {value!r} is not an Arrow data type") from error

    def _text(self, placeholder: str) -> str:
        value = self._value(placeholder)
        if isinstance(value, bool) or not isinstance(value, str | int | pa.DataType):
            raise TemplateError(f"{placeholder} = {value!r} is neither text nor an integer")
        return str(value)

    def _value(self, placeholder: str) -> object:
        if placeholder not in self.values:
            raise TemplateError(f"{placeholder!r} is missing; given: {', '.join(self.values) or 'nothing'}")
        value = self.values[placeholder]
        allowed = self.allowed.get(placeholder)
        names = {pa.type_for_alias(name) for name in allowed or ()} if isinstance(value, pa.DataType) else allowed
        if names is not None and allowed and value not in names:
            text = value if isinstance(value, pa.DataType) else repr(value)
            raise TemplateError(f"{placeholder} = {text} is not one of {', '.join(allowed)}")
        return value
