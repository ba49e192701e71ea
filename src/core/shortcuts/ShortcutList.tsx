import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { keyLabel, shortcutGroups } from './shortcuts';

/** All keys of the panels, as tables. */
export function ShortcutList(props: { trans: TranslationBundle }): JSX.Element {
  const { trans } = props;
  return (
    <div
      className="vl-panel vl-shortcuts"
      tabIndex={0}
      role="region"
      aria-label={trans.__('Keyboard')}
    >
      {shortcutGroups(trans).map(({ name, label, shortcuts }) => (
        <table key={name} className="vl-table">
          <caption>{label}</caption>
          <tbody>
            {shortcuts.map(({ keys, does }) => (
              <tr key={does}>
                <th scope="row">
                  {keys.map(key => (
                    <kbd key={key}>{keyLabel(key, trans)}</kbd>
                  ))}
                </th>
                <td>{does}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}
