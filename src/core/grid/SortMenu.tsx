import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IFieldInfo, ISortKey } from '../client/types';
import { Popover } from '../components/Popover';
import type { IWorkspaceModel } from '../workspace/types';
import { Button } from '../components/Button';

interface ISortable {
  readonly field: string;
  readonly label: string;
}

interface ISortGroup {
  readonly name: string;
  readonly keys: readonly ISortable[];
}

/** How many annotations and classes a sample has, and every field. */
function sortGroups(
  fields: readonly IFieldInfo[],
  trans: TranslationBundle
): ISortGroup[] {
  const of = (level: IFieldInfo['level']): ISortable[] =>
    fields
      .filter(field => field.level === level)
      .map(({ name, label }) => ({ field: name, label }));
  return [
    {
      name: trans.__('Counts'),
      keys: [
        { field: 'annotations', label: trans.__('Number of annotations') },
        { field: 'classes', label: trans.__('Number of classes') }
      ]
    },
    { name: trans.__('Samples'), keys: of('samples') },
    { name: trans.__('Annotations'), keys: of('annotations') }
  ];
}

/** Order of the view: any fields and counts, either way, the first one first. */
export function SortMenu(props: {
  model: IWorkspaceModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const [open, setOpen] = React.useState(false);
  const fields = useStore(model.store, state => state.detail?.fields);
  const sort = useStore(model.store, state => state.view.sort);
  const sql = useStore(model.store, state => state.view.sql);
  const search = useStore(model.store, state => state.view.search);
  const natural = search
    ? trans.__('by score')
    : sql
      ? trans.__('as the query')
      : trans.__('as imported');
  const groups = sortGroups(fields ?? [], trans);
  const labelOf = (field: string): string =>
    groups.flatMap(({ keys }) => keys).find(key => key.field === field)
      ?.label ?? field;
  const [first] = sort;
  const summary = sort
    .map(({ field, descending }) => `${labelOf(field)} ${arrow(descending)}`)
    .join(', ');

  const put = (place: number, key: ISortKey | null): void => {
    const keys = sort.filter(
      (other, i) => i !== place && other.field !== key?.field
    );
    keys.splice(place, 0, ...(key ? [key] : []));
    model.setSort(keys);
  };
  const rows: (ISortKey | undefined)[] = [...sort, undefined];

  return (
    <Popover
      kind="dialog"
      title={summary ? trans.__('Sorted by %1', summary) : trans.__('Sort')}
      label={
        first
          ? trans.__(
              'Sort: %1',
              `${labelOf(first.field)} ${arrow(first.descending)}${sort.length > 1 ? ` +${sort.length - 1}` : ''}`
            )
          : trans.__('Sort')
      }
      open={open}
      onToggle={setOpen}
    >
      <ol className="vl-sort" aria-label={trans.__('Sort keys')}>
        {rows.map((key, place) => (
          <SortRow
            key={key ? key.field : ''}
            sortKey={key}
            place={place}
            groups={groups}
            unsorted={natural}
            trans={trans}
            onChange={changed => put(place, changed)}
          />
        ))}
      </ol>
      <p className="vl-quiet vl-sort-note">
        {trans.__('Missing values come last, either way.')}
      </p>
    </Popover>
  );
}

function arrow(descending: boolean): string {
  return descending ? '↓' : '↑';
}

/** One key with its direction; without a key, the place for the next one. */
function SortRow(props: {
  sortKey: ISortKey | undefined;
  place: number;
  groups: readonly ISortGroup[];
  unsorted: string;
  trans: TranslationBundle;
  onChange: (key: ISortKey | null) => void;
}): JSX.Element {
  const { sortKey, place, groups, trans, onChange } = props;
  const known = groups.some(({ keys }) =>
    keys.some(({ field }) => field === sortKey?.field)
  );
  return (
    <li>
      <select
        className="vl-input"
        aria-label={place === 0 ? trans.__('Sort by') : trans.__('Then by')}
        value={sortKey?.field ?? ''}
        autoFocus={place === 0}
        onChange={event =>
          onChange(
            event.target.value
              ? {
                  field: event.target.value,
                  descending: sortKey?.descending ?? false
                }
              : null
          )
        }
      >
        <option value="">
          {place === 0
            ? props.unsorted
            : sortKey
              ? trans.__('remove')
              : trans.__('then by…')}
        </option>
        {groups.map(({ name, keys }) => (
          <optgroup key={name} label={name}>
            {keys.map(({ field, label }) => (
              <option key={field} value={field}>
                {label}
              </option>
            ))}
          </optgroup>
        ))}
        {sortKey && !known && (
          <option value={sortKey.field}>{sortKey.field}</option>
        )}
      </select>
      {sortKey && (
        <>
          <Button
            title={
              sortKey.descending
                ? trans.__('Greatest first; click for least first')
                : trans.__('Least first; click for greatest first')
            }
            onClick={() =>
              onChange({ ...sortKey, descending: !sortKey.descending })
            }
          >
            {sortKey.descending ? trans.__('↓ falling') : trans.__('↑ rising')}
          </Button>
          <Button
            kind="icon"
            aria-label={trans.__('Remove %1', sortKey.field)}
            title={trans.__('Do not sort by this')}
            onClick={() => onChange(null)}
          >
            ✕
          </Button>
        </>
      )}
    </li>
  );
}
