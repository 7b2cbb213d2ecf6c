import asyncio
import re
from hashlib import sha256
from typing import Any

import httpx
import pytest

from arrakis_schema.site.representations import Representation

Case = dict[str, Any]


@pytest.fixture
def contents(site: list[Representation]) -> dict[str, bytes]:
    return {each.path: each.content for each in site}


def ask(app: Any, request: Case, filled: Any) -> httpx.Response:
    async def answered() -> httpx.Response:
        transport = httpx.ASGITransport(app, root_path=request.get("root_path", ""))
        async with httpx.AsyncClient(transport=transport, base_url="http://site.test") as client:
            client.headers.pop("accept-encoding")
            fields = [(name, filled(value)) for name, value in request.get("headers", [])]
            return await client.request(request["method"], request["path"], headers=fields)

    return asyncio.run(answered())


def test_the_answer_is_the_expected_one(case: Case, app: Any, contents: dict[str, bytes]) -> None:
    def filled(text: str) -> str:
        text = re.sub(r"\{sha256 ([^}]+)\}", lambda at: sha256(contents[at[1]]).hexdigest(), text)
        return re.sub(r"\{length ([^}]+)\}", lambda at: str(len(contents[at[1]])), text)

    expected = case["response"]
    answer = ask(app, case["request"], filled)
    assert answer.status_code == expected["status"], answer.text
    for name, value in expected.get("headers", {}).items():
        assert answer.headers.get(name) == filled(value), name
    assert not set(expected.get("absent", ())) & set(answer.headers)
    if "content_of" in expected:
        assert answer.content == contents[expected["content_of"]]  # httpx has undone the coding
    if "json" in expected:
        wanted = {name: filled_all(value, filled) for name, value in expected["json"].items()}
        assert {name: answer.json().get(name) for name in wanted} == wanted
    assert len(answer.content) == expected.get("length", len(answer.content))


def filled_all(value: Any, filled: Any) -> Any:
    return [filled(each) for each in value] if isinstance(value, list) else value
