import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IClassMetrics, IDifference } from './client';
import { ClassSwatch } from '../core/components/ClassSwatch';
import { formatCount } from '../core/components/format';
import { formatShare } from '../core/outcomes/outcomes';
import { NumberButton } from './plots/PlotButton';
import { interval, Unreliable } from './Summary';
import type { IOutcomeFilters, Part } from './useOutcomeFilters';
import { Button } from '../core/components/Button';

interface IProps {
  readonly rows: readonly IClassMetrics[];
  /** Metrics of the protocol come with the evaluation, whatever the threshold. */
  readonly metrics: readonly IClassMetrics[];
  /** Against the other evaluation; null: none is compared. */
  readonly differences: readonly IDifference[] | null;
  readonly other: string | null;
  readonly filters: IOutcomeFilters;
  /** The class whose curves are drawn. */
  readonly drawn: string | null;
  readonly onDraw: (name: string | null) => void;
  readonly trans: TranslationBundle;
}

interface IColumn {
  readonly key: string;
  readonly label: string;
  readonly title?: string;
  /** What rows are sorted by; null comes last. */
  readonly value: (row: IClassMetrics) => number | string | null;
  readonly cell: (row: IClassMetrics) => React.ReactNode;
}

/** A row for each class, sortable; names and counts are filters. */
export function ClassTable(props: IProps): JSX.Element {
  const { rows, drawn, onDraw, trans } = props;
  const columns = useColumns(props);
  const [sort, setSort] = React.useState({ key: 'support', down: true });
  const by = columns.find(({ key }) => key === sort.key) ?? columns[1];
  const sorted = React.useMemo(
    () => [...rows].sort(comparing(by.value, sort.down)),
    [rows, by, sort.down]
  );
  return (
    <div className="vl-class-table">
      <table className="vl-table">
        <caption className="vl-hidden">{trans.__('Per class')}</caption>
        <thead>
          <tr>
            {columns.map(column => (
              <th
                key={column.key}
                scope="col"
                className={column.key === 'name' ? undefined : 'vl-number'}
                aria-sort={
                  column.key !== by.key
                    ? undefined
                    : sort.down
                      ? 'descending'
                      : 'ascending'
                }
              >
                <button
                  type="button"
                  className="vl-sort-button"
                  title={column.title ?? trans.__('Sort by %1', column.label)}
                  onClick={() =>
                    setSort({
                      key: column.key,
                      down:
                        column.key === by.key
                          ? !sort.down
                          : column.key !== 'name'
                    })
                  }
                >
                  {column.label}
                  <span aria-hidden="true">
                    {column.key === by.key ? (sort.down ? ' ↓' : ' ↑') : ''}
                  </span>
                </button>
              </th>
            ))}
            <th scope="col" className="vl-number">
              {trans.__('Curves')}
            </th>
          </tr>
        </thead>
        <tbody>
          {sorted.map(row => (
            <tr
              key={row.name}
              data-class={row.name}
              className={drawn === row.name ? 'vl-mod-highlight' : undefined}
            >
              {columns.map(({ key, cell }) =>
                key === 'name' ? (
                  <th key={key} scope="row">
                    {cell(row)}
                  </th>
                ) : (
                  <td key={key} className="vl-number">
                    {cell(row)}
                  </td>
                )
              )}
              <td className="vl-number">
                <Button
                  kind="link"
                  aria-pressed={drawn === row.name}
                  title={trans.__('Draw the curves of %1', row.name)}
                  onClick={() => onDraw(drawn === row.name ? null : row.name)}
                >
                  {drawn === row.name ? trans.__('drawn') : trans.__('draw')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function useColumns(props: IProps): IColumn[] {
  const { metrics, differences, other, filters, trans } = props;
  return React.useMemo(() => {
    const own = new Map(metrics.map(row => [row.name, row]));
    const names = [
      ...new Set(metrics.flatMap(row => Object.keys(row.metrics)))
    ];
    const button = (
      row: IClassMetrics,
      part: Part,
      title: string,
      text: React.ReactNode
    ): JSX.Element => (
      <NumberButton
        title={title}
        pressed={filters.isShown({ ...part, classes: [row.name] })}
        onOpen={() => filters.show({ ...part, classes: [row.name] })}
      >
        {text}
      </NumberButton>
    );
    const metric = (name: string): IColumn => {
      const of = (row: IClassMetrics): number | null =>
        own.get(row.name)?.metrics[name] ?? null;
      return {
        key: `metric:${name}`,
        label: name,
        value: of,
        cell: row => formatShare(of(row))
      };
    };
    const share = (
      key: 'precision' | 'recall' | 'f1',
      label: string
    ): IColumn => ({
      key,
      label,
      value: row => row[key],
      cell: row => formatShare(row[key])
    });
    const count = (
      key: 'true_positives' | 'false_positives' | 'false_negatives',
      outcome: 'true_positive' | 'false_positive' | 'false_negative',
      label: string,
      title: string
    ): IColumn => ({
      key,
      label,
      title,
      value: row => row[key],
      cell: row =>
        button(
          row,
          { outcomes: [outcome] },
          trans.__('Show them: %1 of %2', title, row.name),
          formatCount(row[key])
        )
    });
    return [
      {
        key: 'name',
        label: trans.__('Class'),
        value: row => row.name,
        cell: row =>
          button(
            row,
            {},
            trans.__('Show what was evaluated of %1', row.name),
            <>
              <ClassSwatch name={row.name} /> {row.name}
            </>
          )
      },
      {
        key: 'support',
        label: trans.__('Support'),
        title: trans.__('Labels of the class'),
        value: row => row.support,
        cell: row => formatCount(row.support)
      },
      ...names.map(metric),
      ...intervalColumn(own, trans),
      share('precision', trans.__('Precision')),
      share('recall', trans.__('Recall')),
      share('f1', trans.__('F1')),
      count(
        'true_positives',
        'true_positive',
        trans.__('TP'),
        trans.__('true positives')
      ),
      count(
        'false_positives',
        'false_positive',
        trans.__('FP'),
        trans.__('false positives')
      ),
      count(
        'false_negatives',
        'false_negative',
        trans.__('FN'),
        trans.__('false negatives')
      ),
      ...(differences && other
        ? [differenceColumn(differences, other, trans)]
        : [])
    ];
  }, [metrics, differences, other, filters, trans]);
}

function intervalColumn(
  own: ReadonlyMap<string, IClassMetrics>,
  trans: TranslationBundle
): IColumn[] {
  const rows = [...own.values()];
  if (!rows.some(row => interval(row) !== null)) {
    return [];
  }
  return [
    {
      key: 'interval',
      label: trans.__('95% interval'),
      value: row => own.get(row.name)?.low ?? null,
      cell: row => {
        const of = own.get(row.name);
        return (
          <>
            {of && interval(of, 2)}
            {of?.reliable === false && <Unreliable trans={trans} />}
          </>
        );
      }
    }
  ];
}

function differenceColumn(
  differences: readonly IDifference[],
  other: string,
  trans: TranslationBundle
): IColumn {
  const against = new Map(differences.map(each => [each.name, each]));
  return {
    key: 'against',
    label: trans.__('B − A'),
    title: trans.__('%1 against this evaluation', other),
    value: row => against.get(row.name)?.difference ?? null,
    cell: row => (
      <DifferenceCell difference={against.get(row.name)} trans={trans} />
    )
  };
}

/** A signed difference; bold where chance does not explain it. */
export function DifferenceCell(props: {
  difference: IDifference | undefined;
  trans: TranslationBundle;
}): JSX.Element {
  const { difference: of, trans } = props;
  const value = of?.difference ?? null;
  if (!of || value === null) {
    return <>–</>;
  }
  const significant = of.p !== null && of.p < 0.05;
  const sign = value > 0 ? '+' : '';
  const className = [
    'vl-difference',
    value > 0 ? 'vl-mod-better' : value < 0 ? 'vl-mod-worse' : '',
    significant ? 'vl-mod-significant' : ''
  ].join(' ');
  return (
    <span
      className={className}
      title={
        of.p === null
          ? undefined
          : trans.__('p = %1', formatShare(of.p)) +
            (significant ? '' : ` ${trans.__('(may be chance)')}`)
      }
    >
      {sign}
      {formatShare(value)}
      {significant ? '*' : ''}
      {of.reliable === false && <Unreliable trans={trans} />}
    </span>
  );
}

function comparing(
  value: IColumn['value'],
  down: boolean
): (a: IClassMetrics, b: IClassMetrics) => number {
  return (a, b) => {
    const [one, other] = [value(a), value(b)];
    if (one === null || other === null) {
      return one === other ? 0 : one === null ? 1 : -1;
    }
    const order =
      typeof one === 'string'
        ? one.localeCompare(String(other))
        : one - Number(other);
    return down ? -order : order;
  };
}
