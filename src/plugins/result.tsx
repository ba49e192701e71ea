/** What is said of an operator or a measure that has run. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';
import type { IJob } from '../core/client/types';
import { Button } from '../core/components/Button';
import { formatCount } from '../core/components/format';
import { jobTitle } from '../core/jobs/describe';
import type { ICore } from '../core/plugins/core';
import '../core/plugins/panels/panelStyles';
import { Changes } from './Changes';
import type { IOperatorResult } from './client';

const SHOWN_MS = 10_000;

type Context = Pick<ICore, 'trans'>;

function resultOf(job: IJob): IOperatorResult {
  return job.result as unknown as IOperatorResult;
}

/** "12 samples changed." */
export function changedText(
  { changed }: IOperatorResult,
  { trans }: Context
): string {
  return trans._n(
    '%2 sample changed.',
    '%2 samples changed.',
    changed,
    formatCount(changed)
  );
}

/** Say what a run has done; a preview says it where it was asked for. */
export async function notifyDone(job: IJob, context: Context): Promise<void> {
  if (job.operator?.preview) {
    return;
  }
  const { trans } = context;
  const result = resultOf(job);
  const parts = [
    `${jobTitle(job, trans)}:`,
    result.message,
    changedText(result, context)
  ];
  Notification.success(parts.filter(Boolean).join(' '), {
    autoClose: SHOWN_MS,
    actions: [
      {
        label: trans.__('Show'),
        callback: () => void showResult(job, context)
      }
    ]
  });
}

/** The result in a dialog. */
export async function showResult(job: IJob, context: Context): Promise<void> {
  const { trans } = context;
  await showDialog({
    title: jobTitle(job, trans),
    body: <Result result={resultOf(job)} context={context} />,
    hasClose: true,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}

export function Result(props: {
  result: IOperatorResult;
  context: Context;
}): JSX.Element {
  const { result, context } = props;
  const { trans } = context;
  const { message, files, output } = result;
  return (
    <div className="vl-operator-result vl-panel">
      {result.changes ? (
        <Changes result={result} trans={trans} />
      ) : (
        <>
          {message && <p>{message}</p>}
          <p>{changedText(result, context)}</p>
        </>
      )}
      {output !== null && (
        <>
          <p>
            {trans._n(
              'It left %2 file in',
              'It left %2 files in',
              files,
              formatCount(files)
            )}
          </p>
          <p className="vl-operator-output">
            <code>{output}</code>{' '}
            <Button
              kind="link"
              onClick={() => void navigator.clipboard.writeText(output)}
            >
              {trans.__('Copy')}
            </Button>
          </p>
        </>
      )}
    </div>
  );
}
