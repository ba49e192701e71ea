import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import { Popover } from '../components/Popover';
import type { IWorkspaceModel } from '../workspace/types';

/** Order of the grid: any field of the view's level, either way. */
export function SortMenu(props: {
  model: IWorkspaceModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const [open, setOpen] = React.useState(false);
  const detail = useStore(model.store, state => state.detail);
  const key = useStore(model.store, state => state.view.sort[0]);
  const level = useStore(model.store, state => state.view.level);
  const fields = (detail?.fields ?? []).filter(
    field =>
      (field.level === 'samples' || level === 'annotations') &&
      field.type !== 'tags'
  );
  const label = fields.find(field => field.name === key?.field)?.label;
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
          {fields.map(field => (
            <option key={field.name} value={field.name}>
              {field.label}
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
