"""Globs of paths: `**/` stands for any folders, `*` for any part of a name, `?` for a character."""

import re

WILD = re.compile(r"\*\*/|\*|\?")
_MOST_STARS = 2
_FOLDER, _PART, _CHARACTER = "(?:[^/]+/)*", "[^/]*", "[^/]"


def glob_problem(files: str) -> str:
    """Return what is wrong with a glob; empty where nothing is."""
    parts = files.split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return "is not a path below schemas/: write it without / at an end, . and .."
    if any("**" in part and part != "**" for part in parts) or parts[-1] == "**":
        return "has ** beside other characters or at the end: ** stands for any folders, as in **/*.schema.json"
    if parts.count("**") > 1 or any(part.count("*") > _MOST_STARS for part in parts if part != "**"):
        return f"has ** more than once, or more than {_MOST_STARS} of * in one name: write several entries"
    return ""


def translate_glob(glob: str) -> str:
    """Return the regular expression of a glob."""
    parts, start = list[str](), 0
    for wild in WILD.finditer(glob):
        parts.append(re.escape(glob[start : wild.start()]))
        parts.append({"**/": _FOLDER, "*": _PART, "?": _CHARACTER}[wild.group()])
        start = wild.end()
    return "".join([*parts, re.escape(glob[start:])])
