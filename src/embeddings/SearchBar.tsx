import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { IQuery, ISearch } from '../core/client/types';
import { queryName } from '../core/search/describeSearch';
import { useQueryNames } from '../core/search/useQueryNames';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { IEmbeddingSpace } from './client';
import { Examples } from './Examples';
import { isEmpty, removeQuery, setQuery } from './searchSpec';
import { Button } from '../core/components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
}

/** What the view searches for, each part a chip that can be taken away; nothing while it does not search. */
export function SearchBar({ model, context }: IProps): JSX.Element | null {
  const search = useStore(model.store, state => state.view.search ?? null);
  return search === null ? null : (
    <Bar model={model} context={context} search={search} />
  );
}

function Bar(props: IProps & { search: ISearch }): JSX.Element {
  const { model, context, search } = props;
  const { trans, client } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const [spaces, setSpaces] = React.useState<readonly IEmbeddingSpace[]>([]);
  React.useEffect(() => {
    client.embeddings.spaces(dataset).then(setSpaces, () => setSpaces([]));
  }, [client, dataset]);
  const names = useQueryNames(client, dataset, search);
  const level =
    spaces.find(({ space }) => space === search.space)?.level ?? 'samples';
  const change = (next: ISearch): void =>
    model.setSearch(isEmpty(next) ? null : next);
  const examples = { model, context, search, level, onChange: change };
  const titles = {
    similar: trans.__('Similar to'),
    diverse: trans.__('Unlike each other'),
    outliers: trans.__('Farthest from all others')
  };
  return (
    <div
      className="vl-search-bar"
      role="group"
      aria-label={trans.__('Search of the view')}
    >
      <span className="vl-search-title">{titles[search.mode]}</span>
      {search.mode === 'similar' && (
        <>
          <Examples {...examples} kind="like" />
          {search.queries.map((query, i) => (
            <Query
              key={query}
              query={query}
              made={names.get(query)}
              weight={search.weights[i] ?? 1}
              trans={trans}
              onWeight={weight => change(setQuery(search, query, weight))}
              onRemove={() => change(removeQuery(search, query))}
            />
          ))}
          {search.unlike.length > 0 && (
            <span className="vl-search-title">{trans.__('but not')}</span>
          )}
          <Examples {...examples} kind="unlike" />
        </>
      )}
      <Limits search={search} trans={trans} onChange={change} />
      <span className="vl-quiet" title={trans.__('The embeddings searched')}>
        {search.space}
      </span>
      <Button
        kind="link"
        title={trans.__('Show the view without it; undo brings it back')}
        onClick={() => model.setSearch(null)}
      >
        {trans.__('End search')}
      </Button>
    </div>
  );
}

/** An encoded text or image with its weight. */
function Query(props: {
  query: string;
  made: IQuery | undefined;
  weight: number;
  trans: IPanelContext['trans'];
  onWeight: (weight: number) => void;
  onRemove: () => void;
}): JSX.Element {
  const { query, made, weight, trans } = props;
  const name = queryName(made) ?? trans.__('query %1', query.slice(0, 8));
  return (
    <span className="vl-chip vl-search-chip">
      <span className="vl-chip-text">{name}</span>
      <NumberBox
        value={weight}
        step={0.25}
        min={-4}
        max={4}
        label={trans.__('Weight of %1; negative: away from it', name)}
        onChange={value => value !== null && props.onWeight(value)}
      />
      <button
        type="button"
        className="vl-chip-remove"
        aria-label={trans.__('Remove %1', name)}
        title={trans.__('Remove %1', name)}
        onClick={props.onRemove}
      >
        ✕
      </button>
    </span>
  );
}

/** How many are found at most, and how alike they must be. */
function Limits(props: {
  search: ISearch;
  trans: IPanelContext['trans'];
  onChange: (search: ISearch) => void;
}): JSX.Element {
  const { search, trans, onChange } = props;
  return (
    <>
      <label className="vl-search-limit">
        {trans.__('at most')}
        <NumberBox
          value={search.k}
          step={1}
          min={1}
          label={trans.__('Found at most; empty: all')}
          onChange={k =>
            onChange({ ...search, k: k === null ? null : Math.round(k) })
          }
        />
      </label>
      {search.mode === 'similar' && (
        <label className="vl-search-limit">
          {trans.__('score from')}
          <NumberBox
            value={search.threshold}
            step={0.05}
            min={-1}
            max={1}
            label={trans.__('Least score, -1 to 1; empty: any')}
            onChange={threshold => onChange({ ...search, threshold })}
          />
        </label>
      )}
    </>
  );
}

/** A number that may be left out; taken over on Enter and when the box is left. */
function NumberBox(props: {
  value: number | null;
  step: number;
  min?: number;
  max?: number;
  label: string;
  onChange: (value: number | null) => void;
}): JSX.Element {
  const { value, min = -Infinity, max = Infinity, onChange } = props;
  const [text, setText] = React.useState(`${value ?? ''}`);
  React.useEffect(() => setText(`${value ?? ''}`), [value]);
  const apply = (): void => {
    const typed = text.trim() === '' ? null : Number(text);
    const next = typed === null ? null : Math.min(Math.max(typed, min), max);
    if (Number.isNaN(next)) {
      setText(`${value ?? ''}`);
    } else if (next !== value) {
      onChange(next);
    }
  };
  return (
    <input
      className="vl-input vl-search-number"
      type="number"
      step={props.step}
      min={props.min}
      max={props.max}
      value={text}
      aria-label={props.label}
      title={props.label}
      onChange={({ target }) => setText(target.value)}
      onBlur={apply}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          apply();
        }
      }}
    />
  );
}
