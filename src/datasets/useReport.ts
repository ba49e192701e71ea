import * as React from 'react';
import type { IClient } from '../client/context';
import { errorBody } from '../client/errors';
import type { IErrorBody, IIngestReport, IReportItem } from '../client/types';

const PAGE = 1000;

interface IReport {
  /** Null: not read yet. */
  readonly report: IIngestReport | null;
  /** The items read so far. */
  readonly items: readonly IReportItem[];
  readonly error: IErrorBody | null;
  /** Read the next page of items. */
  readonly more: () => void;
}

/** A dataset's ingest report, page by page. */
export function useReport(client: IClient, dataset: string): IReport {
  const [report, setReport] = React.useState<IIngestReport | null>(null);
  const [items, setItems] = React.useState<readonly IReportItem[]>([]);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [offset, setOffset] = React.useState(0);

  React.useEffect(() => {
    let mounted = true;
    client.report(dataset, offset, PAGE).then(
      answer => {
        if (mounted) {
          setReport(answer);
          setItems(before => [...before.slice(0, offset), ...answer.items]);
          setError(null);
        }
      },
      reason => {
        if (mounted) {
          setError(errorBody(reason));
        }
      }
    );
    return () => {
      mounted = false;
    };
  }, [client, dataset, offset]);

  const more = React.useCallback(() => {
    setOffset(items.length);
  }, [items.length]);

  return { report, items, error, more };
}
