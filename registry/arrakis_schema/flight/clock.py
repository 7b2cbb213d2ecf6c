"""The clock of an API whose samples have a time: nanoseconds since the epoch that `registry.toml` declares."""

import time

from arrakis_schema.store.flight_settings import SampleSeries

SECOND = 1_000_000_000


def api_time(series: SampleSeries) -> int:
    """Return the current time by the clock of the API, in nanoseconds."""
    return time.time_ns() - series.epoch * SECOND
