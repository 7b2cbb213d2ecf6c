"""What others may write into a schema, and what a page, a feed or a shell would do if it took that for more than text."""

MARKUP = (
    '"><script>window.hacked=1</script>',
    "'><img src=x onerror=window.hacked=1>",
    "</title></code></pre></textarea><svg onload=window.hacked=1>",
    "<a href=javascript:window.hacked=1>a</a> &amp; &lt;b&gt; &#60;i&#62;",
    "<!-- --> ]]> <![CDATA[ <?php ?> </script>",
    "[a](javascript:window.hacked=1) ![b](x) <http://evil.test/> http://evil.test/ a@evil.test [c][d] [e]: f",
    "a *b* **c** _d_ __e__ ~~f~~ ==g== ^^h^^ ++i++ `j` ``k`` \\* \\` :smile: $l$ \\(m\\)",
    "a ` b `` c ``` d",
    "a | b || c \\| d",
    "a { #x .y onclick=window.hacked=1 } {: #z } { data-copy }",
    "{{ 7 * 7 }} {% raw %} {# a #} ${a} #{b} %(c)s {0}",
    '--8<-- "schemas/registry.toml"',
    '!!! danger "a"',
    "::: os",
    '=== "a"',
    "/// note",
    "- a",
    "1. a",
    "> a",
    "# a #",
    "---",
    "| a | b |\n| - | - |\n| c | d |",
    "```html\n<script>window.hacked=1</script>\n```",
    "a\n\nb\n    c\n\n\n<p markdown>d</p>",
    "[TOC]",
    "wzxhzdk:0 klzzwxh:0001",
    "__config",
    "history",
    "::error file=a,line=1::b%0Ac",
    "##[error]a ##vso[task.complete]b",
    "__import__('os').system('touch canary')",
    "$(touch canary) `touch canary` ; touch canary | touch canary",
    "!!python/object/apply:os.system [touch canary]",
    "javascript:window.hacked=1",
    "<https://evil.test/> [^1]: a",
    "*[HTML]: a",
    "a" * 300,
    "__proto__",
    "constructor",
    '\\" \'\'\' """ \\n \\x1b',
    "a -- b ... c ' d \" e (c) 1/2 -> f",
)
"""Of characters that every format can hold."""

ODD = (
    "a\u0000b\u0001c\u001b[31md\u007fe\u0085f\u009bg",
    "a\u0002wzxhzdk:0\u0003b",
    "a\ufffeb\uffffc\ufdd0d",
    "a\u2028b\u2029c\u000bd\u000ce\u001cf",
    "a\rb\r\nc\td",
    "  a  b  ",
    " ",
    "",
    "a\u202eb\u200bc\ufeffd",
    "\U0001f600 é e\u0301 \U0010ffff",
)
"""Of characters that some formats or fonts lack, or that are not seen."""

TRICKS = (
    "__import__('os').system('touch canary')",
    "\"]; __import__('os').system('touch canary') #",
    "\", __import__('os').system('touch canary'), \"",
    "'+__import__('os').system('touch canary')+'",
    '"""\n__import__(\'os\').system(\'touch canary\')\n"""',
    "{__import__('os').system('touch canary')}",
    "a\\\nopen('canary', 'w')",
    "${require('fs').writeFileSync('canary', '')}",
)
"""What a generator of code would run where it took text for code."""

FILE_NAMES = (
    *("it's", "a b", "{{ 7 }}", "{!a}", "&amp;", "$(touch canary)", "`touch canary`", ";touch canary", "a,b=c", "-rf"),
    *("__init__", "[a](b)", "!!! note", "'+'", "${a}", "@a", "~", "^a", "{a}", "(b)", "é日本"),
)
"""Names that the rules for files allow."""

SECRET = "the content of a file that nobody may see"  # noqa: S105 - words

HALVES = ("a\ud800b", "\udfff", "\ud83d", "\udc80.json")
"""Halves of surrogate pairs: JSON can write them, UTF-8 and XML cannot."""

TEXTS = MARKUP + ODD + HALVES
