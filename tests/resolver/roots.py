"""Root folders whose documents refer to each other."""

import json
from pathlib import Path
from typing import Any

SETTINGS = 'version = "{}"\ntitle = "Notices"\nbase_url = "https://here.org/"\n'


def write_set(
    root: Path, documents: dict[str, Any], version: str = "1.0.0", examples: dict[str, Any] | None = None
) -> Path:
    """Write the documents of a working set, by path, and its examples."""
    for path, value in {**documents, **(examples or {})}.items():
        file = root / "schemas" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value, indent=1))
    (root / "schemas/registry.toml").write_text(SETTINGS.format(version))
    return root
