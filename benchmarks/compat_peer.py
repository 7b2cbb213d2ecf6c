"""Runs in a peer's environment: reads pairs as JSON lines, writes the peer's answer and the milliseconds for each."""

import json
import signal
import sys
from collections.abc import Callable
from time import perf_counter
from typing import Any

SECONDS = 5


def answer(name: str) -> Callable[[Any, Any], bool]:
    """Return the peer's question "does reader accept all that writer accepts?"."""
    if name == "jsonsubschema":
        from jsonsubschema import isSubschema  # type: ignore[import-not-found] # noqa: PLC0415 - only there

        return lambda reader, writer: isSubschema(writer, reader)
    from jsoncompat import check_compat  # type: ignore[import-not-found] # noqa: PLC0415 - only there

    return lambda reader, writer: check_compat(json.dumps(writer), json.dumps(reader), "deserializer")


def main() -> None:
    ask = answer(sys.argv[1])
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError()))
    for line in sys.stdin:
        case = json.loads(line)
        begin = perf_counter()
        signal.alarm(SECONDS)
        try:
            said: bool | str = bool(ask(case["reader"], case["writer"]))
        except BaseException as error:  # noqa: BLE001 - whatever a peer does, it has not answered
            said = f"gave up: {type(error).__name__}"
        signal.alarm(0)
        print(json.dumps([said, (perf_counter() - begin) * 1e3]), flush=True)


if __name__ == "__main__":
    main()
