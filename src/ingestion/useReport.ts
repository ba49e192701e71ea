import * as React from 'react';
import { errorBody } from '../core/client/errors';
import type {
  IErrorBody,
  IIngestReport,
  IReportItem
} from '../core/client/types';

const PAGE = 1000;

/** Reads a report with one page of its items; the same function as long as the report is. */
export type ReadReport = (
  offset: number,
  limit: number
) => Promise<IIngestReport>;

interface IReport {
  /** Null: not read yet. */
  readonly report: IIngestReport | null;
  /** The items read so far. */
  readonly items: readonly IReportItem[];
  readonly error: IErrorBody | null;
  readonly pending: boolean;
  /** Read on until there are more items of a code. */
  readonly more: (code: string) => void;
  /** Read all items. */
  readonly readAll: () => Promise<readonly IReportItem[]>;
}

/** What an import found, page by page. */
export function useReport(readPage: ReadReport): IReport {
  const [report, setReport] = React.useState<IIngestReport | null>(null);
  const [items, setItems] = React.useState<readonly IReportItem[]>([]);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [pending, setPending] = React.useState(false);
  const mounted = React.useRef(true);

  /** Read pages after `before` until `enough` of those read now, or to the end. */
  const read = React.useCallback(
    async (
      before: readonly IReportItem[],
      enough: (page: readonly IReportItem[]) => boolean
    ): Promise<readonly IReportItem[]> => {
      let all = before;
      setPending(true);
      try {
        for (;;) {
          const answer = await readPage(all.length, PAGE);
          all = [...all, ...answer.items];
          if (!mounted.current) {
            return all;
          }
          setReport(answer);
          setItems(all);
          setError(null);
          const isEnd =
            answer.items.length === 0 || all.length >= answer.items_total;
          if (isEnd || enough(answer.items)) {
            return all;
          }
        }
      } catch (reason) {
        if (mounted.current) {
          setError(errorBody(reason));
        }
        return all;
      } finally {
        if (mounted.current) {
          setPending(false);
        }
      }
    },
    [readPage]
  );

  React.useEffect(() => {
    mounted.current = true;
    void read([], () => true);
    return () => {
      mounted.current = false;
    };
  }, [read]);

  const more = (code: string): void => {
    void read(items, page => page.some(item => item.code === code));
  };
  const readAll = (): Promise<readonly IReportItem[]> =>
    report && items.length >= report.items_total
      ? Promise.resolve(items)
      : read(items, () => false);

  return { report, items, error, pending, more, readAll };
}
