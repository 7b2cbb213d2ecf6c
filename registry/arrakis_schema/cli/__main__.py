"""`python -m arrakis_schema.cli`."""

import sys

from arrakis_schema.cli import main

sys.exit(main())
