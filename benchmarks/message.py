"""The check of a Kafka message, beside reading it and nothing else: pyarrow.ipc.open_stream(…).read_all()."""

import pyarrow as pa
from sides import interleaved, table, verdict

from arrakis_schema import check_message

SCHEMA = pa.schema([("time", pa.int64()), ("id", pa.uint32()), ("data", pa.list_(pa.float64()))])
WANTED = 0.5


def message(channels: int, samples: int) -> bytes:
    """Return a block as publishers write it."""
    columns = [
        pa.array([1187000000000000000] * channels, pa.int64()),
        pa.array(range(channels), pa.uint32()),
        pa.array([[0.5] * samples] * channels, pa.list_(pa.float64())),
    ]
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, SCHEMA) as writer:
        writer.write_batch(pa.record_batch(columns, schema=SCHEMA))
    return bytes(sink.getvalue().to_pybytes())


def compare(title: str, data: bytes) -> None:
    assert check_message(data) == []
    ways = {
        "arrakis_schema.check_message": lambda: check_message(data),
        "pyarrow.ipc.open_stream(…).read_all()": lambda: pa.ipc.open_stream(data).read_all(),
    }
    times = interleaved(ways)
    table(f"{title}, {len(data):,} bytes", times, "arrakis_schema.check_message")
    plain, checked = times["pyarrow.ipc.open_stream(…).read_all()"], times["arrakis_schema.check_message"]
    verdict("throughput of plain reading", plain / checked, WANTED)


def main() -> None:
    compare("a block of 1 slow channel", message(1, 1))
    compare("a block of 100 channels of 1,024 Hz", message(100, 64))
    compare("a block of 1,000 channels of 1,024 Hz", message(1000, 64))
    compare("a block of 100 channels of 16,384 Hz", message(100, 1024))


if __name__ == "__main__":
    main()
