import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IFieldInfo } from '../client/types';
import { Popover } from '../components/Popover';
import type { IWorkspaceModel } from '../workspace/types';

interface ISortable {
  readonly field: string;
  readonly label: string;
}

/** Every field, and how many annotations and classes a sample has. */
function sortKeys(
  fields: readonly IFieldInfo[],
  trans: TranslationBundle
): ISortable[] {
  return [
    { field: 'annotations', label: trans.__('Number of annotations') },
    { field: 'classes', label: trans.__('Number of classes') },
    ...fields.map(({ name, label }) => ({ field: name, label }))
  ];
}

/** Order of the grid: any field or count, either way. */
export function SortMenu(props: {
  model: IWorkspaceModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const [open, setOpen] = React.useState(false);
  const detail = useStore(model.store, state => state.detail);
  const key = useStore(model.store, state => state.view.sort[0]);
  const keys = sortKeys(detail?.fields ?? [], trans);
  const label = keys.find(({ field }) => field === key?.field)?.label;
  const arrow = key?.descending ? '↓' : '↑';

  const sort = (field: string | null, descending: boolean): void =>
    model.setSort(field === null ? [] : [{ field, descending }]);

  return (
    <Popover
      kind="dialog"
      title={trans.__('Sort')}
      label={
        key
          ? trans.__('Sort: %1 %2', label ?? key.field, arrow)
          : trans.__('Sort')
      }
      open={open}
      onToggle={setOpen}
    >
      <div className="vl-sort">
        <select
          className="vl-input"
          aria-label={trans.__('Sort by')}
          value={key?.field ?? ''}
          autoFocus
          onChange={event =>
            sort(event.target.value || null, key?.descending ?? false)
          }
        >
          <option value="">{trans.__('as imported')}</option>
          {keys.map(({ field, label: name }) => (
            <option key={field} value={field}>
              {name}
            </option>
          ))}
          {key && !label && <option value={key.field}>{key.field}</option>}
        </select>
        <div
          className="vl-segments"
          role="group"
          aria-label={trans.__('Order')}
        >
          {[false, true].map(descending => (
            <button
              key={String(descending)}
              type="button"
              className="vl-button"
              aria-pressed={key !== undefined && key.descending === descending}
              disabled={key === undefined}
              onClick={() => sort(key?.field ?? null, descending)}
            >
              {descending ? trans.__('↓ falling') : trans.__('↑ rising')}
            </button>
          ))}
        </div>
      </div>
    </Popover>
  );
}
