import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { ShortcutList } from '../../shortcuts/ShortcutList';
import '../panels/panelStyles';

/** Show the keys of the panels until they are closed. */
export async function showShortcuts(trans: TranslationBundle): Promise<void> {
  await showDialog({
    title: trans.__('Keyboard of VisionLens'),
    body: <ShortcutList trans={trans} />,
    hasClose: true,
    buttons: [Dialog.okButton({ label: trans.__('Close') })]
  });
}
