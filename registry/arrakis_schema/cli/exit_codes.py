"""The exit codes of every command: one table, which the help and the documentation repeat."""

OK, WRONG, UNUSABLE, UNDECIDED, INTERNAL, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 3, 70, 130, 141

EXIT_CODES = {
    OK: "success",
    WRONG: "something is wrong with the schemas, or with a server",
    UNUSABLE: "wrong usage, files that cannot be read or written, a limit, or a server that cannot be reached",
    UNDECIDED: "undecided",
    INTERNAL: "an internal error: a bug in this program",  # EX_SOFTWARE of sysexits.h
    INTERRUPTED: "interrupted (Ctrl-C)",  # 128 + SIGINT, as shells count
    BROKEN_PIPE: "the reader of the output closed the pipe",  # 128 + SIGPIPE
}
