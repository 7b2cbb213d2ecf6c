"""The command `arrakis-schema`: arguments in, exit code out. Only this room prints."""

import os
import sys
from collections.abc import Sequence

from arrakis_schema.cli.arguments import parser
from arrakis_schema.errors import ArrakisSchemaError

OK, FOUND, UNUSABLE = 0, 1, 2
_INTERRUPTED, _BROKEN_PIPE = 130, 141


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 fine, 1 something is wrong with the schemas, 2 it cannot be told."""
    options = parser().parse_args(arguments)
    try:
        code: int = options.command(options)
        sys.stdout.flush()
    except ArrakisSchemaError as error:
        print(*(f"arrakis-schema: {line}" for line in str(error).splitlines()), sep="\n", file=sys.stderr)
        return UNUSABLE
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _BROKEN_PIPE
    except OSError as error:
        print(f"arrakis-schema: {error.filename or 'the system'}: {error.strerror}", file=sys.stderr)
        return UNUSABLE
    except KeyboardInterrupt:
        return _INTERRUPTED
    return code
