/** The dialog that exports, and the report of an export. */
import { Dialog, Notification, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IClient } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type { IExportReport, IExportRequest } from './client';
import type { IErrorBody, IJob } from '../core/client/types';
import '../core/plugins/panels/panelStyles';
import { GROUND_TRUTH } from '../core/overlays/shapes';
import type { IWorkspaceModel, IWorkspaceState } from '../core/workspace/types';
import { ExportForm, type Extent, type IExportChoice } from './ExportForm';
import { formatCount } from '../core/components/format';

const SHOWN_MS = 10_000;

class Body extends ReactWidget implements Dialog.IBodyWidget<IExportChoice> {
  constructor(
    private _choice: IExportChoice,
    private readonly _render: (
      choice: IExportChoice,
      onChange: (choice: IExportChoice) => void
    ) => JSX.Element
  ) {
    super();
  }

  getValue(): IExportChoice {
    return this._choice;
  }

  protected render(): JSX.Element {
    return this._render(this._choice, choice => {
      this._choice = choice;
    });
  }
}

/** Ask what to export and where to, and start it; what the server refuses is asked again. */
export async function askAndExport(
  model: IWorkspaceModel,
  client: IClient,
  trans: TranslationBundle
): Promise<void> {
  const state = model.store.getState();
  const counts: Record<Extent, number> = {
    selection: state.selection.ids.size,
    view: state.ids.length,
    dataset: state.detail?.samples ?? 0
  };
  let choice: IExportChoice = {
    extent: counts.selection > 0 ? 'selection' : 'view',
    format: 'coco',
    path: '',
    images: 'copy',
    source: GROUND_TRUTH,
    task: ''
  };
  let error: IErrorBody | null = null;
  for (;;) {
    const said: IErrorBody | null = error;
    const { button, value } = await showDialog({
      title: trans.__('Export %1', state.detail?.name ?? state.dataset),
      body: new Body(choice, (initial, onChange) => (
        <ExportForm
          choice={initial}
          counts={counts}
          sources={sourcesOf(state)}
          error={said}
          client={client}
          trans={trans}
          onChange={onChange}
        />
      )),
      buttons: [
        Dialog.cancelButton(),
        Dialog.okButton({ label: trans.__('Export') })
      ]
    });
    if (!button.accept || value === null) {
      return;
    }
    choice = value;
    try {
      await client.exports.exportTo(state.dataset, requestOf(state, choice));
      return;
    } catch (reason) {
      error = errorBody(reason);
    }
  }
}

function sourcesOf({ detail }: IWorkspaceState): string[] {
  const names = (detail?.sources ?? []).map(({ name }) => name ?? GROUND_TRUTH);
  return [...new Set([GROUND_TRUTH, ...names])];
}

/** What the server is asked for. */
export function requestOf(
  state: IWorkspaceState,
  choice: IExportChoice
): IExportRequest {
  const { extent, format, images, source, task } = choice;
  const { selection, shown } = state;
  const request = {
    path: choice.path.trim(),
    format,
    images,
    source,
    options: format === 'yolo' && task !== '' ? { task } : {}
  };
  switch (extent) {
    case 'dataset':
      return request;
    case 'view':
      return { ...request, view: shown };
    default:
      return {
        ...request,
        view: { ...shown, level: selection.level },
        ids: [...selection.ids]
      };
  }
}

/** Say what an export that ended has written, with its report at hand. */
export function notifyExported(job: IJob, trans: TranslationBundle): void {
  const report = job.result as unknown as IExportReport;
  const lost = report.issues.length;
  const options: Notification.IOptions<null> = {
    autoClose: lost > 0 ? false : SHOWN_MS,
    actions:
      lost > 0
        ? [
            {
              label: trans.__('Report'),
              callback: () => void showReport(job, trans)
            }
          ]
        : []
  };
  const message = trans.__(
    'Exported %1 images with %2 annotations to %3.',
    report.images,
    report.annotations,
    report.path
  );
  if (lost > 0) {
    Notification.warning(
      `${message} ${trans.__('The format cannot hold everything.')}`,
      options
    );
  } else {
    Notification.success(message, options);
  }
}

/** The report of an export in a dialog. */
export async function showReport(
  job: IJob,
  trans: TranslationBundle
): Promise<void> {
  const report = job.result as unknown as IExportReport;
  await showDialog({
    title: trans.__('What the export could not hold'),
    body: <ExportReport report={report} trans={trans} />,
    hasClose: true,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}

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
