"""Embedding spaces and what is made from them, as a part of the open dataset."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import duckdb
import numpy as np

from visionlens_jlab.core.catalog import outbox
from visionlens_jlab.core.catalog.clock import to_iso
from visionlens_jlab.core.catalog.dataset import Part
from visionlens_jlab.core.catalog.snapshot import Snapshot
from visionlens_jlab.core.datasets.own_files import own_file, remove_own_files
from visionlens_jlab.core.system.private_files import make_private_folder, set_aside
from visionlens_jlab.core.views.tables import Ids, as_ids
from visionlens_jlab.embeddings.shapes import EmbeddingSpace, Query
from visionlens_jlab.embeddings.store import rows as embedding_rows
from visionlens_jlab.embeddings.store.space_reader import SpaceCaches, SpaceReader, bad_segments
from visionlens_jlab.embeddings.vectors.segments import Segments, checked_matrix, write_segment
from visionlens_jlab.errors import VisionLensError

T = TypeVar("T")
Matrix = np.ndarray[Any, Any]


@dataclass(frozen=True)
class VectorChanges:
    """What an index needs to come to a version: ids uint32 to set and to remove."""

    version: int
    segments: Segments
    changed: Ids
    removed: Ids
    recreated: bool
    """The space was deleted since and made again: the index may hold anything."""


class Embeddings(Part):
    """The embedding spaces of one dataset."""

    # --- spaces ------------------------------------------------------------------------------

    def all(self) -> list[EmbeddingSpace]:
        """Every embedding space, oldest first."""
        with self.store.snapshot() as snapshot:
            rows = embedding_rows.read_spaces(snapshot.reader)
            return [self._space(snapshot, row) for row in rows]

    def read(self, space: str) -> EmbeddingSpace:
        """One embedding space. SPACE_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return self._space(snapshot, embedding_rows.read_space(snapshot.reader, space))

    def segments(self, space: str) -> Segments:
        """The vectors of a space, memory-mapped. SPACE_NOT_FOUND, DATASET_DAMAGED."""
        with self.store.snapshot() as snapshot:
            return SpaceReader(snapshot).segments(space)

    def vectors_version(self, space: str) -> int:
        """The version that the latest vectors of a space came with. SPACE_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            embedding_rows.read_space(snapshot.reader, space)
            files = embedding_rows.read_segment_files(snapshot.reader, space)
        return max((sequence for _, sequence in files), default=0)

    def add(self, space: EmbeddingSpace, ids: Sequence[int] | Ids, matrix: Any) -> int:
        """Add vectors to a space, made when it is not there; earlier ones of the ids give way.

        Parameters
        ----------
        space : EmbeddingSpace
            Of its level, model, version and dimension (0: as the matrix has).
        ids : array, (n,)
            Of the space's level; each once.
        matrix : array, (n, d)
            Finite, no row all zero; stored as float32 of unit length.

        Returns
        -------
        int
            Rows added.

        Raises
        ------
        VisionLensError
            VECTORS_INVALID, ID_UNKNOWN, DATASET_READ_ONLY.
        """
        wanted = as_ids(ids)
        vectors = checked_matrix(matrix, space.dimension or None)
        space = space.model_copy(update={"dimension": vectors.shape[1]})
        if len(wanted) != len(vectors):
            raise VisionLensError(
                "VECTORS_INVALID", f"There are {len(wanted)} ids for {len(vectors)} vectors."
            )
        if len(np.unique(wanted)) != len(wanted):
            raise VisionLensError("VECTORS_INVALID", "An id comes twice.", "Give each id once.")
        with self.store.snapshot() as snapshot:
            snapshot.check_exist(space.level, wanted)
        self._make_room(space.space)
        file = f"{embedding_rows.folder_of(space.space)}/added-{uuid.uuid4().hex}.arrow"

        def work(cursor: duckdb.DuckDBPyConnection) -> None:
            embedding_rows.write_space(cursor, space)
            if len(wanted):
                self._make_segment(file, wanted, vectors)
                embedding_rows.write_segment_row(cursor, space.space, file, len(wanted))

        try:
            self.store.write(work, kind="vectors", payload={"space": space.space, "file": file})
        except BaseException:
            (self.store.folder / file).unlink(missing_ok=True)
            raise
        return len(wanted)

    def delete(self, space: str) -> None:
        """Remove a space with its vectors, queries and projections. SPACE_NOT_FOUND."""
        files: list[str] = self.store.write(
            lambda cursor: embedding_rows.remove_space(cursor, space),
            kind="delete_space",
            payload={"space": space},
        )
        remove_own_files(self.store.folder, files)

    # --- for the index -----------------------------------------------------------------------

    def dimensions(self) -> dict[str, int]:
        """Space -> dimension."""
        with self.store.snapshot() as snapshot:
            return {row[0]: row[4] for row in embedding_rows.read_spaces(snapshot.reader)}

    def changes(self, space: str, after: int) -> VectorChanges:
        """What commits after one changed in a space. SPACE_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            level = embedding_rows.read_space(snapshot.reader, space)[1]
            segments = SpaceReader(snapshot).segments(space)
            touched = [part.ids for part in SpaceReader(snapshot).parts_after(space, after)]
            removed = embedding_rows.read_removals(snapshot.reader, level, after)
            # What was removed and is there again counts as changed.
            changed = np.unique(np.concatenate([removed, *touched]))
            return VectorChanges(
                version=snapshot.reader.version,
                segments=segments,
                changed=changed[segments.has(changed)],
                removed=removed[~segments.has(removed)],
                recreated=embedding_rows.was_deleted(snapshot.reader, space, after),
            )

    def source(self, space: str) -> tuple[list[Path], np.ndarray[Any, Any], int]:
        """Segments of a space, by id whether it exists, and the version. SPACE_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            level = embedding_rows.read_space(snapshot.reader, space)[1]
            files = embedding_rows.read_segment_files(snapshot.reader, space)
            paths = [own_file(self.store.folder, file) for file, _ in files]
            return paths, snapshot.existing(level)[0], snapshot.reader.version

    def segment_rows(self, space: str) -> list[int]:
        """Rows of each segment of a space, oldest first."""
        with self.store.snapshot() as snapshot:
            return embedding_rows.read_segment_rows(snapshot.reader, space)

    def compact(self, space: str) -> bool:
        """Write what counts of a space's segments as one; False when there is nothing to gain.

        No version: the vectors stay what they are. SPACE_NOT_FOUND.
        """
        with self.store.snapshot() as snapshot:
            files = [file for file, _ in embedding_rows.read_segment_files(snapshot.reader, space)]
            segments = SpaceReader(snapshot).segments(space)
        if len(files) < 2 and segments.rows == segments.count:
            return False
        new = f"{embedding_rows.folder_of(space)}/compact-{uuid.uuid4().hex}.arrow"
        make_private_folder((self.store.folder / new).parent)
        segments.write(self.store.folder / new)
        replaced: bool = self.store.transaction(
            lambda cursor: embedding_rows.replace_segments(
                cursor, space, files, new, segments.count
            )
        )
        # Whoever read the list of files just now may still open one: they go with the next time.
        self.store.remove_replaced()
        self.store.replaced = files if replaced else [new]
        self.store.caches.kept(SpaceCaches).forget()
        return replaced

    def set_aside(self, space: str) -> int:
        """Take damaged segments out of a space, so that their vectors can be made again.

        The files stay beside where they were. Gives the rows that are gone. SPACE_NOT_FOUND.
        """
        with self.store.snapshot() as snapshot:
            dimension = embedding_rows.read_space(snapshot.reader, space)[4]
            bad = bad_segments(
                snapshot.reader,
                self.store.folder,
                space,
                lambda file: SpaceReader(snapshot).parts(file, dimension),
            )
        if not bad:
            return 0
        self.store.write(
            lambda cursor: (
                cursor.execute(
                    "DELETE FROM vector_segment WHERE list_contains(?, file)", [list(bad)]
                )
                and None
            ),
            kind="vectors_set_aside",
            payload={"space": space, "files": list(bad)},
        )
        self.store.caches.kept(SpaceCaches).forget()
        self.store.watch.forget()
        for file in bad:
            with suppress(OSError):  # it is lost
                set_aside(self.store.folder / file)
        return sum(bad.values())

    def written_by_others(self, job: str, after: int = 0) -> bool:
        """Whether others wrote or removed vectors of a job's spaces after a version."""
        with self.store.snapshot() as snapshot:
            return outbox.vectors_of_others(snapshot.reader, job, after)

    # --- encoded queries ---------------------------------------------------------------------

    def put_query(
        self,
        space: str,
        vector: Matrix | Sequence[float],
        *,
        kind: Literal["text", "image", "vector"] = "vector",
        text: str | None = None,
    ) -> str:
        """Keep an encoded query of a space; its key for `SearchSpec.queries`.

        SPACE_NOT_FOUND, VECTORS_INVALID.
        """
        dimension = self.read(space).dimension
        row = checked_matrix(np.asarray(vector)[None], dimension)[0]
        key: str = self.store.transaction(
            lambda cursor: embedding_rows.write_query(cursor, space, kind, row, text)
        )
        return key

    def query_vector(self, space: str, query: str) -> Matrix:
        """The vector float32 (d,) of an encoded query. QUERY_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            return SpaceReader(snapshot).query_vectors(space, [query])[0]

    def queries(self, space: str, limit: int) -> list[Query]:
        """The encoded queries of a space, the latest first. SPACE_NOT_FOUND."""
        with self.store.snapshot() as snapshot:
            embedding_rows.read_space(snapshot.reader, space)
            return embedding_rows.list_queries(snapshot.reader, space, limit)

    # --- inside ------------------------------------------------------------------------------

    def _space(self, snapshot: Snapshot, row: tuple[Any, ...]) -> EmbeddingSpace:
        space, level, model, version, dimension, has_text, settings, created = row
        try:
            spaces = SpaceReader(snapshot)
            vectors, index = spaces.segments(space).count, spaces.index_state(space)
        except VisionLensError:  # its files are damaged: it is listed, and can be deleted
            vectors, index = 0, "failed"
        return EmbeddingSpace(
            space=space,
            level=level,
            model=model,
            version=version,
            dimension=dimension,
            has_text=has_text,
            settings=json.loads(settings),
            created_at=to_iso(created),
            vectors=vectors,
            missing=max(0, snapshot.existing(level)[1] - vectors),
            index=index,
        )

    def _make_room(self, space: str) -> None:
        """Set aside what is damaged of a space that is added to; one that is not there is whole."""
        with suppress(VisionLensError):
            self.set_aside(space)

    def _make_segment(self, file: str, ids: Ids, vectors: Matrix) -> None:
        path = self.store.folder / file
        make_private_folder(path.parent)
        write_segment(path, ids, vectors)
