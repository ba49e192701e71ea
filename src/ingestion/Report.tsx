import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import type { IIngestReport, IReportItem } from '../core/client/types';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { formatCount } from '../core/components/format';
import { ReportItems } from './ReportItems';
import { CommandIDs } from '../core/tokens';
import { useReport, type ReadReport } from './useReport';

interface IProps {
  readonly context: IPanelContext;
  /** The dataset whose samples the items name. */
  readonly dataset: string;
  readonly title: string;
  /** What the annotations of this import are called. */
  readonly annotations: string;
  readonly read: ReadReport;
}

/** Outcome of an import: nothing is lost without being named. */
export function Report(props: IProps): JSX.Element {
  const { dataset, context, title, annotations } = props;
  const { trans } = context;
  const { report, items, error, pending, more, readAll } = useReport(
    props.read
  );
  if (!report) {
    return error ? (
      <ErrorBox error={error} trans={trans} />
    ) : (
      <p className="vl-quiet">{trans.__('Loading…')}</p>
    );
  }
  const open = (sample: number): void => {
    void context.commands.execute(CommandIDs.openSample, { dataset, sample });
  };
  const copy = async (): Promise<void> => {
    const text = reportText(report, await readAll());
    await navigator.clipboard.writeText(text);
  };
  const codes = Object.entries(report.by_code).sort((a, b) => b[1] - a[1]);
  return (
    <section className="vl-report" aria-label={title}>
      <Counts report={report} annotations={annotations} trans={trans} />
      {codes.length === 0 && (
        <p className="vl-quiet">{trans.__('Nothing odd was found.')}</p>
      )}
      {codes.map(([code, count]) => (
        <ReportItems
          key={code}
          code={code}
          count={count}
          items={items.filter(item => item.code === code)}
          complete={items.length >= report.items_total}
          pending={pending}
          onMore={() => more(code)}
          onOpen={open}
          trans={trans}
        />
      ))}
      {codes.length > 0 && (
        <Button kind="link" disabled={pending} onClick={() => void copy()}>
          {trans.__('Copy as text')}
        </Button>
      )}
      {error && <ErrorBox error={error} trans={trans} />}
    </section>
  );
}

/** found = imported + reported, for each kind. */
function Counts(props: {
  report: IIngestReport;
  annotations: string;
  trans: IPanelContext['trans'];
}): JSX.Element {
  const { report, annotations, trans } = props;
  const rows = [
    { label: trans.__('Images'), counts: report.images },
    { label: annotations, counts: report.annotations },
    { label: trans.__('Label files'), counts: report.label_files }
  ].filter(row => row.counts.found > 0);
  return (
    <table className="vl-table">
      <thead>
        <tr>
          <th />
          <th className="vl-number">{trans.__('found')}</th>
          <th className="vl-number">{trans.__('imported')}</th>
          <th className="vl-number">{trans.__('reported')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ label, counts }) => (
          <tr key={label}>
            <th scope="row">{label}</th>
            <td className="vl-number">{formatCount(counts.found)}</td>
            <td className="vl-number">{formatCount(counts.imported)}</td>
            <td className="vl-number">{formatCount(counts.skipped)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

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
