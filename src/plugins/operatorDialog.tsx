/** The dialog in which an operator or a measure is run. */
import { Dialog } from '@jupyterlab/apputils';
import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { ICore } from '../core/plugins/core';
import '../core/plugins/panels/panelStyles';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { IEntry } from './installed';
import { OperatorForm } from './OperatorForm';
import type { IScope } from './scope';

/** Leaves Enter and the arrows to the form, whose buttons are its own. */
class FormDialog extends Dialog<unknown> {
  handleEvent(event: Event): void {
    const key = event instanceof KeyboardEvent ? event.key : null;
    if (key === null || key === 'Escape' || key === 'Tab') {
      super.handleEvent(event);
    }
  }
}

/** Open the form; resolves when it is closed, whether something runs or not. */
export async function openOperator(
  core: ICore,
  model: IWorkspaceModel,
  entry: IEntry,
  scope: IScope
): Promise<void> {
  const { detail, dataset } = model.store.getState();
  const dialog: FormDialog = new FormDialog({
    title: `${entry.contribution.title} — ${detail?.name ?? dataset}`,
    body: ReactWidget.create(
      <OperatorForm
        entry={entry}
        scope={scope}
        context={core}
        jobs={core.jobs}
        onEnd={() => dialog.reject()}
      />
    ),
    buttons: [Dialog.cancelButton()],
    focusNodeSelector: '.vl-schema-field input, .vl-operator select',
    hasClose: true
  });
  dialog.addClass('vl-operator-dialog');
  await dialog.launch();
}
