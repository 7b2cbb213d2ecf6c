"""A field of a document, whatever language it is written in: a member of a message, or a column of a table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """One member of a message, or one column of a payload.

    `path` is what validators print, as in `args.max_rate`; `anchor` is the id of the field's place on its page.
    """

    path: str
    anchor: str
    type: str
    nullable: bool
    required: bool
    description: str = ""
    unit: str = ""
    null: str = ""
    omitted: str = ""
    values: tuple[str, ...] = ()
    bounds: tuple[str, ...] = ()
