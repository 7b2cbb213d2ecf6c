"""The command `arrakis-schema`: arguments in, exit code out. Only this package prints."""

import gc
import traceback
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from arrakis_schema.cli.arguments import build_parser
from arrakis_schema.cli.exit_codes import BROKEN_PIPE, INTERNAL, INTERRUPTED, UNUSABLE
from arrakis_schema.cli.limits import enforce_limits
from arrakis_schema.cli.output import flush, open_streams, print_errors
from arrakis_schema.errors import ArrakisSchemaError
from arrakis_schema.text.printable import printable


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code, one of `EXIT_CODES`; wrong usage raises `SystemExit` with 2."""
    options = Namespace(debug=False, name_of_command="")
    open_streams()
    try:
        return _run(options, arguments)
    except ArrakisSchemaError as error:
        print_errors(list(getattr(error, "problems", ())) or str(error).split("\n"))
    except BrokenPipeError:
        return BROKEN_PIPE
    except OSError as error:
        print_errors([f"{error.filename or 'the system'}: {error.strerror or error}"])
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - any other error is a fault of this program
        print_errors(_describe_internal_error(error, options))
        return INTERNAL
    return UNUSABLE


def _run(options: Namespace, arguments: Sequence[str] | None) -> int:
    """Parse the arguments and run the command; its output is flushed when this returns."""
    try:
        build_parser().parse_args(arguments, options)
        with enforce_limits(options):
            code: int = options.command(options)
    except SystemExit:  # argparse printed the help or an error
        flush()
        raise
    finally:
        gc.unfreeze()
    flush()
    return code


def _describe_internal_error(error: Exception, options: Namespace) -> list[str]:
    """Return the sentence for an internal error, and with `--debug` the traceback before it."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    notes = [printable(note) for note in getattr(error, "__notes__", ())]
    summary = f"internal error in {' of '.join([options.name_of_command or 'the arguments', *notes])}"
    reason = f"{type(error).__name__}: {error}".removesuffix(": ")
    where = f"{'/'.join(Path(last.filename).parts[-2:])}:{last.lineno}"
    remedy = "report it with what this prints" if options.debug else "report it with what --debug prints"
    sentence = f"{summary} ({printable(reason, 200)}, at {where}): this is a bug in arrakis-schema; please {remedy}"
    return [*("".join(traceback.format_exception(error)).split("\n") if options.debug else ()), sentence]
