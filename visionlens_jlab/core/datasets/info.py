"""Facts about a dataset: its card and what the panels need when it opens."""

from __future__ import annotations

from visionlens_jlab.core.catalog.clock import to_iso
from visionlens_jlab.core.catalog.database import Reader
from visionlens_jlab.core.catalog.statistics import Statistics
from visionlens_jlab.core.datasets.roots import root_locations
from visionlens_jlab.core.datasets.shapes import (
    ClassInfo,
    DatasetDetail,
    DatasetInfo,
    FieldInfo,
    SourceInfo,
    SplitInfo,
)
from visionlens_jlab.core.fields.fieldset import FieldSet


def read_info(reader: Reader, slug: str) -> DatasetInfo:
    """The dataset's card."""
    uuid, name, created, modified, version, state, format_, source, *counts = reader.rows(
        "SELECT uuid, name, created_at, modified_at, version, state, format, source, "
        "(SELECT count(*) FROM sample), "
        "(SELECT count(*) FROM annotation WHERE source = 'ground_truth'), "
        "(SELECT count(*) FROM class) FROM meta"
    )[0]
    samples, annotations, classes = counts
    # By hash: four that differ, and the same four each time.
    preview = reader.rows(
        "SELECT sample_id FROM sample WHERE thumb_pack IS NOT NULL "
        "ORDER BY hash(sample_id), sample_id LIMIT 4"
    )
    return DatasetInfo(
        dataset=slug,
        uuid=uuid,
        name=name,
        created_at=to_iso(created),
        modified_at=to_iso(modified),
        version=version,
        samples=samples,
        annotations=annotations,
        classes=classes,
        format=format_,
        source=source,
        state=state,
        preview=[row[0] for row in preview],
    )


def read_detail(
    reader: Reader, slug: str, fields: FieldSet, statistics: Statistics
) -> DatasetDetail:
    """The card with classes, splits, tags, sources, fields and roots."""
    return DatasetDetail(
        **read_info(reader, slug).model_dump(),
        class_list=_classes(reader),
        splits=_splits(reader, "SELECT split, count(*) FROM sample GROUP BY split ORDER BY split"),
        tags=_splits(reader, "SELECT tag, count(*) FROM sample_tag GROUP BY tag ORDER BY tag"),
        sources=_sources(reader),
        fields=field_infos(fields, statistics),
        kinds=[row[0] for row in reader.rows("SELECT DISTINCT kind FROM annotation ORDER BY kind")],
        roots=root_locations(reader),
    )


def field_infos(fields: FieldSet, statistics: Statistics) -> list[FieldInfo]:
    """Every field; one without any value offers no facet."""
    return [fields.info(field, empty=statistics[field].count == 0) for field in fields]


def _classes(reader: Reader) -> list[ClassInfo]:
    rows = reader.rows(
        """
        SELECT c.class_id, c.name, coalesce(n.samples, 0), coalesce(n.annotations, 0),
               coalesce(c.keypoints, []), coalesce(c.skeleton, [])
        FROM class c LEFT JOIN (
            SELECT class_id, count(*) AS annotations, count(DISTINCT sample_id) AS samples
            FROM annotation WHERE source = 'ground_truth' GROUP BY class_id
        ) n ON n.class_id = c.class_id ORDER BY c.class_id
        """
    )
    names = ("class_id", "name", "samples", "annotations", "keypoints", "skeleton")
    return [ClassInfo(**dict(zip(names, row, strict=True))) for row in rows]


def _splits(reader: Reader, sql: str) -> list[SplitInfo]:
    return [SplitInfo(name=name, samples=samples) for name, samples in reader.rows(sql)]


def _sources(reader: Reader) -> list[SourceInfo]:
    rows = reader.rows(
        """
        SELECT name, coalesce(n.annotations, 0)
        FROM (SELECT 'ground_truth' AS name, NULL AS created_at
              UNION ALL SELECT name, created_at FROM run)
        LEFT JOIN (SELECT source, count(*) AS annotations FROM annotation GROUP BY source) n
            ON n.source = name
        ORDER BY created_at NULLS FIRST, name
        """
    )
    return [SourceInfo(name=name, annotations=count) for name, count in rows]
