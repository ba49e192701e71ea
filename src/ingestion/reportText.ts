import type { IIngestReport, IReportItem } from '../core/client/types';

/** A report as tab-separated text: the counts, then a line for each item. */
export function reportText(
  report: IIngestReport,
  items: readonly IReportItem[]
): string {
  const { source, format, images, annotations, label_files } = report;
  const counts = Object.entries({ images, annotations, label_files }).map(
    ([kind, { found, imported, skipped }]) => [
      kind,
      `${found} found`,
      `${imported} imported`,
      `${skipped} reported`
    ]
  );
  const lines = items.map(({ code, action, kind, item, message }) => [
    code,
    action,
    kind,
    item,
    message
  ]);
  return [[source, format], ...counts, ...lines]
    .map(cells => cells.join('\t'))
    .join('\n');
}
