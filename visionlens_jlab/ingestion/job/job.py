"""The ingest job: label files, headers and pixels into pieces.

Pieces come in this order, so that the dataset can be seen early: samples with the annotations
read so far, further annotations, then what was read from the pixels (thumbnails, hashes,
measures), at last the counts. The first part is read again by every attempt, the pixels are not.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from visionlens_jlab.core.fields.builtin import measures
from visionlens_jlab.core.jobs.context import JobContext
from visionlens_jlab.core.system.arrow_columns import numbers
from visionlens_jlab.core.system.garbage_collection import collect_young, collection_paused
from visionlens_jlab.formats import mask_reading
from visionlens_jlab.formats.account import Account
from visionlens_jlab.formats.base import AnnotationRows, Batch, ImageRows, Issue, RunFound
from visionlens_jlab.formats.detect import pick
from visionlens_jlab.ingestion.disk_space import check_space
from visionlens_jlab.ingestion.job.annotations import Prepared, ambiguous_issues
from visionlens_jlab.ingestion.job.count import Counts
from visionlens_jlab.ingestion.job.input import Existing, existing_table, make_ingest_request
from visionlens_jlab.ingestion.job.pixels import (
    FirstScreen,
    MakeTables,
    pixel_batches,
    pixel_tables,
)
from visionlens_jlab.ingestion.job.samples import Pending, SampleMaker
from visionlens_jlab.ingestion.job.stated import StatedFields
from visionlens_jlab.ingestion.job.tables import Gathered, class_table, issue_table, root_table
from visionlens_jlab.ingestion.job.updates import LabelUpdates
from visionlens_jlab.media.capability import THUMBNAILS
from visionlens_jlab.media.image_processes.pool import ImagePool
from visionlens_jlab.media.image_processes.tasks import (
    HeaderResult,
    HeaderTask,
    MediaResult,
    MediaTask,
)

HEADERS_PER_TASK = 250
IMAGES_PER_PIECE = 256
BATCHES_UNCOLLECTED = 16
"""Few objects of a batch lie in cycles; the others go by themselves."""

IMAGES_ALONE = "images"
"""Name of the format that reads no labels."""

_ABOUT_KNOWN = ("IMAGE_CHANGED", "IMAGE_VANISHED", "IMAGE_UNREADABLE")
"""Told of images that have been in the dataset before, too."""


def run(context: JobContext) -> dict[str, Any]:
    """Do the ingest that `context.params` describe.

    Params are those of `models.IngestRequest` and `next_sample_id`; `existing` may name an Arrow
    stream with the columns sample_id, root, path, bytes, unfinished and location, that of the root
    (default: `input/existing.arrow` of the spool). Unfinished samples are done again under their
    ids and count as found and imported; complete ones stay as they are and are not counted.
    `runs` of the result: predictions that stand among the labels, see `RunFound`.

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, DIR_EMPTY, PERMISSION_DENIED, FORMAT_UNKNOWN, LABELS_INVALID.
    JobCancelled
    """
    try:
        with ImagePool(context.check_cancelled) as pool:
            ingest = _Ingest(context, pool)
            ingest.run()
            return {"runs": [run._asdict() for run in ingest.runs]} if ingest.runs else {}
    finally:
        mask_reading.PROCESSES.release_idle()


class _Ingest:
    def __init__(self, context: JobContext, pool: ImagePool) -> None:
        self._context = context
        self._pool = pool
        self._started = datetime.now(UTC)
        self._request, self._format = make_ingest_request(context)
        self._existing = Existing(existing_table(context))
        self._samples = SampleMaker(
            int(context.params.get("next_sample_id", 0)),
            self._existing,
            self._headers,
            self._request.modified_ns,
        )
        self._updates = LabelUpdates(context.spool)
        self._counts = Counts()
        self._gathered = Gathered()
        self._sequence = 0
        self._headers_done = 0
        self._images_total: int | None = None
        self._labels_read = False
        self._first = FirstScreen()
        self._roots: set[str] = set()
        """Names of the roots handed over."""
        self.runs: list[RunFound] = []

    def run(self) -> None:
        self._context.progress("scan", 0, None)
        picked = pick(self._request, self._format)
        self._context.log("info", f"{picked.detected.label}: {picked.detected.reason}")
        self._stated = StatedFields(
            self._existing.fields, may_clear=picked.format.name != IMAGES_ALONE
        )
        account = Account(self._request, picked.format.name)
        batches = account.follow(picked.format.read(self._request))
        with collection_paused():
            for number, batch in enumerate(batches, 1):
                self._context.check_cancelled()
                self._request.check_reach()
                self._take(batch)
                self._read_first()
                if number % BATCHES_UNCOLLECTED == 0:
                    collect_young()
        self._update_fields()
        self._labels_read = bool(
            self._counts.read["annotations"] or self._counts.read["label_files"]
        )
        if self._labels_read:
            self._update_labels()
        elif picked.format.name != IMAGES_ALONE:  # images alone say nothing of labels
            self._note_vanished_labels()
        for batch in account.rest():
            self._context.check_cancelled()
            self._request.check_reach()
            self._take(batch)
        self._hand_over_gathered()
        self._request.check_reach()
        if not self._request.labels_only:
            self._read_rest()
        self._finish(picked.format.name)

    def _take(self, batch: Batch) -> None:
        if batch.images_total is not None:
            if self._images_total is None and batch.images is not None:
                self._check_space(batch.images_total, batch.images)
            self._images_total = batch.images_total
        tables: dict[str, pa.Table] = {}
        issues: list[Issue] = []
        self._counts.add_found(batch.found)
        self.runs += batch.runs
        if batch.classes:
            tables["class"] = class_table(batch.classes)
        if batch.images is not None:
            location = self._request.roots[batch.images.root].location
            root = self._existing.root_name(batch.images.root, location)
            if root not in self._roots:
                self._roots.add(root)
                tables["root"] = root_table(root, location)
            normalised = batch.images.needs_size or (
                batch.annotations is not None and batch.annotations.normalised
            )
            made = self._samples.make(
                batch.images, root, normalised or not self._request.labels_only
            )
            tables["sample"] = self._stated.with_digests(made.new)
            issues += made.issues
            self._counts.imported["images"] += made.new.num_rows + made.again.num_rows
            self._counts.forget("images", made.finished)
            if made.again.num_rows:
                # Alone in its piece: nothing else must lose its annotations.
                self._hand_over({"sample": made.again}, [], summary={"replace": True})
            self._stated.note_known(*made.met)
        issues += self._own(batch.issues)
        if batch.annotations is not None and len(batch.annotations.classes):
            tables["annotation"], odd = self._annotations(batch.annotations)
            issues += odd
        self._gather(tables, issues)

    def _check_space(self, total: int, images: ImageRows) -> None:
        if not self._request.labels_only:
            new = 0 if self._context.params.get("incremental") else total  # how many is not known
            check_space(self._context.spool, new, images.bytes)

    def _own(self, issues: list[Issue]) -> list[Issue]:
        """Leave out what concerns images that were in the dataset before, or are not in it."""
        kept, log = [], self._samples.log
        for issue in issues:
            if issue.kind == "image" and issue.action != "skipped" and log.is_skipped(issue.image):
                continue
            if not self._samples.log.is_existing(issue.image) or issue.code in _ABOUT_KNOWN:
                kept.append(issue)
            elif issue.action == "skipped" and issue.kind == "annotation":
                self._counts.forget("annotations", 1)
        return kept

    def _annotations(self, rows: AnnotationRows) -> tuple[pa.Table, list[Issue]]:
        log = self._samples.log
        prepared = Prepared(rows, log)
        ambiguous = ambiguous_issues(rows, log.whole, self._samples.ambiguous)
        self._counts.forget("annotations", prepared.existing)
        self._counts.imported["annotations"] += prepared.table.num_rows
        self._updates.add(prepared)
        self._context.progress("labels", self._counts.imported["annotations"], None)
        odd = prepared.issues + ambiguous
        self._updates.issues += [issue for issue in odd if log.is_existing(issue.image)]
        return prepared.table, [issue for issue in odd if not log.is_existing(issue.image)]

    def _update_fields(self) -> None:
        """Set what is stated otherwise than before: a piece for each field."""
        names: dict[int, list[str]] = {}
        for name, table in self._stated.updates():
            for sample_id in table.column("sample_id").to_pylist():
                names.setdefault(sample_id, []).append(name)
            self._hand_over({"sample": table}, [])
        ids = sorted(names)
        issues = [
            Issue("FIELDS_UPDATED", "repaired", "image", path, f"New: {', '.join(names[one])}.")
            for one, path in zip(ids, self._existing.paths(ids), strict=True)
        ]
        self._hand_over({}, issues, ids=ids)

    def _update_labels(self) -> None:
        """Replace the labels of known samples that have changed at their source."""
        log, updates = self._samples.log, self._updates
        ids, ordinals, digests = updates.changed(log.whole, self._existing.digests)
        odd: dict[int | None, list[Issue]] = {}
        for issue in updates.issues:
            odd.setdefault(log.sample_id(issue.image), []).append(issue)
        paths = self._existing.paths(ids.tolist())
        for chosen, table in updates.replacements(ids):
            issues = []
            for index in chosen.tolist():
                message = "Its labels were read again."
                issues.append(
                    Issue(
                        "LABELS_UPDATED", "repaired", "image", paths[index], message,
                        int(ordinals[index]),
                    )
                )  # fmt: skip
                issues += odd.get(int(ids[index]), [])
            self._counts.remember(issues)
            samples = numbers(ids[chosen], pa.uint32())
            tables = {
                "sample": pa.table({"sample_id": samples}),
                "label_digest": pa.table(
                    {"sample_id": samples, "digest": numbers(digests[chosen], pa.uint64())}
                ),
            }
            if table is not None:
                tables["annotation"] = table
                self._counts.found["annotations"] += table.num_rows
                self._counts.imported["annotations"] += table.num_rows
            # In one piece: at no time is a sample without its labels.
            self._hand_over(tables, issues, summary={"replace": True})

    def _note_vanished_labels(self) -> None:
        """No label file is there any more: that may be a mistake, and the labels stay."""
        known = self._existing.digests
        gone = dict(self._updates.vanished(self._samples.log.whole, known))
        message = "No label file is there any more; the labels imported before stay."
        issues = [
            Issue("LABELS_VANISHED", "kept", "image", path, message, gone[one])
            for one, path in zip(gone, self._existing.paths(list(gone)), strict=True)
        ]
        self._hand_over({}, issues)

    def _hand_over(
        self,
        tables: dict[str, pa.Table],
        issues: list[Issue],
        files: dict[str, Path] | None = None,
        summary: dict[str, Any] | None = None,
        ids: list[int] | None = None,
    ) -> None:
        """`ids`: samples of the issues, where these name no image."""
        self._hand_over_gathered()
        whole = self._with_issues(tables, issues, ids)
        if whole or summary:
            self._context.emit(self._sequence, whole, files, summary)
            self._sequence += 1

    def _gather(self, tables: dict[str, pa.Table], issues: list[Issue]) -> None:
        """Hand over soon: where no image is read, many batches come in a second."""
        enough = self._gathered.add(self._with_issues(tables, issues))
        if enough or not self._request.labels_only:
            self._hand_over_gathered()

    def _hand_over_gathered(self) -> None:
        tables = self._gathered.take()
        if tables:
            self._context.emit(self._sequence, tables)
            self._sequence += 1

    def _with_issues(
        self, tables: dict[str, pa.Table], issues: list[Issue], ids: list[int] | None = None
    ) -> dict[str, pa.Table]:
        self._counts.add_issues(issues)
        if issues:
            samples = [self._samples.log.sample_id(issue.image) for issue in issues]
            tables["issue"] = issue_table(issues, ids or samples)
        return {name: table for name, table in tables.items() if table.num_rows}

    def _headers(self, root: str, paths: list[str]) -> tuple[list[Any], list[str | None]]:
        location = self._request.roots[root].location
        tasks = [
            HeaderTask(location, paths[start : start + HEADERS_PER_TASK], readable=[location])
            for start in range(0, len(paths), HEADERS_PER_TASK)
        ]
        headers: list[Any] = []
        errors: list[str | None] = []
        for result in self._pool.map(tasks):
            if isinstance(result, HeaderResult):
                headers += result.headers
                errors += result.errors
            self._context.progress("headers", self._headers_done + len(headers), self._images_total)
        self._headers_done += len(paths)
        return headers, errors

    def _read_first(self) -> None:
        """Thumbnails of what a screen shows first, before further headers are read."""
        whole = not self._request.labels_only
        if whole and self._first.choose(self._samples.pending, self._images_total):
            self._hand_over_gathered()
            self._read_pixels(self._first.batches, self._first.shown)

    def _read_rest(self) -> None:
        pending, known = self._samples.pending, self._first.hashed()
        others = pixel_batches(self._first.others(pending), IMAGES_PER_PIECE)
        batches = [*self._first.whole, *others]
        if known is not None:
            self._context.emit(self._sequence, known)
            self._sequence += 1
        self._read_pixels(batches[known is not None :], pixel_tables, len(pending))

    def _read_pixels(
        self, batches: list[list[Pending]], tables: MakeTables, total: int | None = None
    ) -> None:
        """`total`: of the progress; None: it is a part of another stage."""
        first = self._sequence
        todo = [i for i in range(len(batches)) if not self._context.committed(first + i)]
        done = (total or 0) - sum(len(batches[i]) for i in todo)
        if total is not None:
            self._context.progress("images", done, total)
        with tempfile.TemporaryDirectory(
            prefix="images-", dir=self._context.spool, ignore_cleanup_errors=True
        ) as folder:
            tasks = [self._media_task(batches[i], Path(folder) / f"{i}.pack") for i in todo]
            for index, task, result in zip(todo, tasks, self._pool.map(tasks), strict=True):
                self._sequence = first + index
                if isinstance(result, MediaResult):
                    files = {THUMBNAILS: Path(task.pack)}
                    self._context.emit(first + index, tables(batches[index], result), files)
                done += len(batches[index])
                if total is not None:
                    self._context.progress("images", done, total)
        self._sequence = first + len(batches)

    def _media_task(self, batch: list[Pending], pack: Path) -> MediaTask:
        location = self._request.roots[batch[0].root].location
        return MediaTask(
            location,
            [image.path for image in batch],
            str(pack),
            readable=[location],
            measures={field.name: field.measure for field in measures()},
        )

    def _finish(self, form: str) -> None:
        issues = self._existing.vanished(self._roots) + self._counts.mismatches()
        issues += [
            Issue("FILE_REFUSED", "skipped", "other", path, reason)
            for path, reason in self._request.refused()
        ]
        summary = {
            "final": True,
            "format": form,
            "source": self._context.params["source"],
            "started_at": self._started.isoformat(),
            **self._counts.summary(),
        }
        before = {} if self._labels_read else self._existing.digests
        tables = {"label_digest": self._updates.digest_table(self._samples.log.whole, before)}
        known = self._stated.known_digests()
        if known is not None:
            tables["sample"] = known
        self._hand_over(tables, issues, summary=summary)
        self._updates.close()
        images = summary["images"]
        self._context.log(
            "info",
            f"{images['found']} images found, {images['imported']} imported, "
            f"{images['skipped']} skipped; {summary['annotations']['imported']} annotations.",
        )
