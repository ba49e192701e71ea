"""Vectors of a browser test as an Arrow stream on standard output; ids alike by remainder by four.

Usage: python ui-tests/vectors.py COUNT
"""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa


def main() -> None:
    """Write `id`, `vector` of four directions with a little noise."""
    count = int(sys.argv[1])
    ids = np.arange(count, dtype=np.uint32)
    noise = np.random.default_rng(0).normal(0, 0.05, (count, 8))
    vectors = (np.eye(8)[ids % 4] + noise).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), 8)
    table = pa.table({"id": ids, "vector": column})
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
        writer.write_table(table)


if __name__ == "__main__":
    main()
