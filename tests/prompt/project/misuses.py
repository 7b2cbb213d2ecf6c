"""What both type checkers must refuse: each line that ends in a comment is an error, and no other line is."""

from arrakis_schema import check_message, dump_request, load_schema, supports, validator
from arrakis_schema.compat import accepts

load_schema(1)  # wrong
load_schema("find", version=(0, 5))  # wrong
validator("find").name  # wrong
supports("0.5", "0.5")  # wrong
dump_request({"request": "Find"})  # wrong
check_message(b"", records=1)  # wrong
accepts({}, {}, policy="lax")  # wrong
accepts({}, {}).verdict  # wrong
