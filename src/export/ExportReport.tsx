import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IExportReport } from './client';
import { formatCount } from '../core/components/format';

interface IProps {
  readonly report: IExportReport;
  readonly trans: TranslationBundle;
}

/** What a format could not hold, by kind, with examples. */
export function ExportReport({ report, trans }: IProps): JSX.Element {
  return (
    <div className="vl-export-report vl-panel">
      <p>
        {trans.__(
          '%1 images with %2 annotations in %3.',
          formatCount(report.images),
          formatCount(report.annotations),
          report.path
        )}
      </p>
      {report.issues.map(({ code, message, count, items }) => (
        <details key={code}>
          <summary>
            <span className="vl-number">{formatCount(count)}</span> {message}
          </summary>
          <ul>
            {Object.entries(items).map(([item, times]) => (
              <li key={item}>
                {item}
                {times > 1 && (
                  <span className="vl-quiet"> × {formatCount(times)}</span>
                )}
              </li>
            ))}
          </ul>
        </details>
      ))}
    </div>
  );
}
