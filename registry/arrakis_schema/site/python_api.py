"""The documentation of public Python names as plain Markdown, made from their source without a plugin.

A line `::: arrakis_schema.NAME` in a page stands for what the docstring and the signature of that name say, and
`[text][arrakis_schema.NAME]` for a link to it. Only names of this package are looked up, so a page of somebody else's
can import nothing. An indented line `members: a, b` or `without: a, b` below chooses the members that are shown.
"""

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, relpath

PACKAGE = "arrakis_schema"
_DIRECTIVE = re.compile(rf"^::: ({PACKAGE}(?:\.\w+)+)$(?:\n +(members|without): (.+)$)?", re.MULTILINE)
_LINK = re.compile(rf"(\[[^\[\]]+\])\[({PACKAGE}(?:\.\w+)+)\]")
_CODE = re.compile(r"(?<!\[)`(\w+)`")
_WIDEST = 88


def find_homes(pages: Mapping[str, str]) -> dict[str, str]:
    """Return for each name that is documented the path of its page."""
    return {match[1]: path for path, text in pages.items() for match in _DIRECTIVE.finditer(text)}


def expand(text: str, path: str, homes: Mapping[str, str]) -> str:
    """Return a page with the documentation of its names in place, and links to the names of all pages."""

    def link(label: str, name: str) -> str:
        if name not in homes:
            return label.strip("[]")
        target = "" if homes[name] == path else relpath(homes[name], dirname(path) or ".")
        return f"{label}({target}#{_anchor(name)})"

    shorts = {name.rpartition(".")[2]: name for name in reversed(list(homes))}

    def mention(match: re.Match[str], own: str) -> str:
        name = match[1]
        return link(f"[`{name}`]", shorts[name]) if name in shorts and shorts[name] != own else match[0]

    def document(match: re.Match[str]) -> str:
        name, key, names = match.groups()
        chosen = tuple(re.split(r",\s*", names or ""))
        described = "\n\n".join(block for block in _describe(name, key, chosen) if block)
        fences = re.split(r"(^ *```.*?^ *```$)", described, flags=re.MULTILINE | re.DOTALL)
        fences[::2] = [_CODE.sub(lambda match: mention(match, name), part) for part in fences[::2]]
        return "".join(fences)

    return _LINK.sub(lambda match: link(match[1], match[2]), _DIRECTIVE.sub(document, text))


def _anchor(name: str) -> str:
    """Return the id of the heading of a name; two underscores would be read as Markdown."""
    return name.replace("__", "")


def _describe(name: str, key: str | None, names: tuple[str, ...]) -> Iterator[str]:
    """Yield the blocks about a name: heading, signature, docstring, then the members of a class."""
    module, _, short = name.rpartition(".")
    yield f"### `{short}` {{ #{_anchor(name)} }}"
    body, number = _binding(module, short)
    node = body[number]
    if isinstance(node, ast.AnnAssign):
        yield _signature(f"{short}: {_annotation(node.annotation)}")
        yield _text_after(body, number)
    elif isinstance(node, ast.ClassDef):
        bases = ", ".join(map(ast.unparse, node.bases))
        yield _signature(f"class {short}({bases})" if bases else f"class {short}")
        yield ast.get_docstring(node) or ""
        for member, block in _members(node):
            if member in names if key == "members" else member not in names:
                yield f"#### `{member}` {{ #{name}.{member} }}"
                yield from block
    elif isinstance(node, ast.FunctionDef):
        yield from _function(node)


def _members(node: ast.ClassDef) -> Iterator[tuple[str, list[str]]]:
    """Yield the public members of a class in the order of the source, each with its blocks."""
    for number, item in enumerate(node.body):
        if isinstance(item, ast.FunctionDef) and not item.name.startswith("_"):
            decorators = {ast.unparse(decorator) for decorator in item.decorator_list}
            if decorators & {"property", "cached_property"}:
                returns = _annotation(item.returns) if item.returns else "Any"
                yield item.name, [_signature(f"{item.name}: {returns}"), ast.get_docstring(item) or ""]
            else:
                yield item.name, list(_function(item))
        elif isinstance(item, ast.AnnAssign | ast.Assign):
            target = item.target if isinstance(item, ast.AnnAssign) else item.targets[0]
            if isinstance(target, ast.Name) and not target.id.startswith("_"):
                text = ast.unparse(item)
                if isinstance(item, ast.AnnAssign):
                    text = f"{target.id}: {_annotation(item.annotation)}"
                yield target.id, [_signature(text), _text_after(node.body, number)]


def _function(node: ast.FunctionDef) -> Iterator[str]:
    """Yield the signature and the docstring of a function, without `self`; a wide signature has a line a parameter."""
    parameters = list(_parameters(node.args))
    returns = f" -> {_annotation(node.returns)}" if node.returns else ""
    whole = f"{node.name}({', '.join(parameters)}){returns}"
    if len(whole) > _WIDEST:
        lines = "".join(f"    {parameter},\n" for parameter in parameters)
        whole = f"{node.name}(\n{lines}){returns}"
    yield _signature(whole)
    yield (ast.get_docstring(node) or "").strip()


def _parameters(args: ast.arguments) -> Iterator[str]:
    """Yield each parameter as it is written."""
    positional = [*args.posonlyargs, *args.args]
    defaults = [None] * (len(positional) - len(args.defaults)) + list(args.defaults)
    for arg, default in zip(positional, defaults, strict=True):
        if arg.arg not in {"self", "cls"}:
            yield _parameter(arg, default)
    if args.vararg or args.kwonlyargs:
        yield f"*{_parameter(args.vararg, None) if args.vararg else ''}"
    yield from map(_parameter, args.kwonlyargs, args.kw_defaults)
    if args.kwarg:
        yield f"**{_parameter(args.kwarg, None)}"


def _parameter(arg: ast.arg, default: ast.expr | None) -> str:
    """Return one parameter."""
    annotation = f": {_annotation(arg.annotation)}" if arg.annotation else ""
    return f"{arg.arg}{annotation}" + (f" = {ast.unparse(default)}" if default else "")


def _annotation(node: ast.expr) -> str:
    """Return an annotation; one in quotation marks without them."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ast.unparse(node)


def _signature(text: str) -> str:
    """Return a signature as a block of code."""
    return f"```python\n{text}\n```"


def _text_after(body: list[ast.stmt], number: int) -> str:
    """Return the string below an assignment, which documents it."""
    below = body[number + 1] if number + 1 < len(body) else None
    if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
        return inspect.cleandoc(below.value.value)
    return ""


def _binding(module: str, name: str) -> tuple[list[ast.stmt], int]:
    """Return the statement that defines a name of a module, as a block and its number there; imports are followed."""
    for block in ast.walk(_tree(module)):
        body: list[ast.stmt] = block.body if isinstance(block, ast.Module | ast.If | ast.Try) else []
        for number, item in enumerate(body):
            if isinstance(item, ast.ImportFrom) and name in {alias.name for alias in item.names}:
                return _binding(str(item.module), name)
            if isinstance(item, ast.ClassDef | ast.FunctionDef) and item.name == name and not _is_overload(item):
                return body, number
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name) and item.target.id == name:
                return body, number
    raise LookupError(f"{module} does not define {name}")


def _is_overload(node: ast.ClassDef | ast.FunctionDef) -> bool:
    """Tell whether a definition is only a signature of the one that follows."""
    return "overload" in map(ast.unparse, node.decorator_list)


@lru_cache(maxsize=8)
def _tree(module: str) -> ast.Module:
    """Return the syntax tree of a module of this package, which is not imported for that."""
    file = Path(__file__).parents[1].joinpath(*module.split(".")[1:])
    file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
    return ast.parse(file.read_text(encoding="utf-8"))
