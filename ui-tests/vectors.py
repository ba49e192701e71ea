"""Vectors of a browser test as an Arrow stream on standard output; ids alike by remainder by four.

Usage: python ui-tests/vectors.py COUNT
"""

from __future__ import annotations

import sys

import numpy as np
import pyarrow as pa


def main() -> None:
    """Write `id`, `vector` around the corners of a rectangle."""
    count = int(sys.argv[1])
    ids = np.arange(count, dtype=np.uint32)
    vectors = np.random.default_rng(0).normal(0, 0.1, (count, 8)).astype(np.float32)
    # the first two principal components are these two, so each direction is a quarter of the map
    vectors[:, 0] += np.where(ids % 2, 0.83, -0.83)
    vectors[:, 1] += np.where(ids // 2 % 2, 0.55, -0.55)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    column = pa.FixedSizeListArray.from_arrays(pa.array(vectors.ravel()), 8)
    table = pa.table({"id": ids, "vector": column})
    with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as writer:
        writer.write_table(table)


if __name__ == "__main__":
    main()
