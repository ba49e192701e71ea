import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type { IInstalled, Method } from '../embeddings/client';
import { errorBody } from '../core/client/errors';
import type { IErrorBody, Level } from '../core/client/types';
import { ErrorBox } from '../core/components/ErrorBox';
import type { IWorkspaceModel } from '../core/workspace/types';
import type { MapModel } from './mapModel';
import { METHODS } from './methods';
import { NotInstalled } from './NotInstalled';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly map: MapModel;
  readonly onStarted: () => void;
}

const EXAMPLE = 'open_clip:ViT-B-32/laion2b_s34b_b79k';

/** Principal components need nothing installed. */
const NOTHING_KNOWN: IInstalled = {
  embedders: [],
  projections: [
    { method: 'pca', label: METHODS.pca, available: true, reason: '' }
  ]
};

/** The entry that means new embeddings. */
const NEW = '';

/** Embed with a model, or project vectors that are there already; both are jobs. */
export function ComputeForm(props: IProps): JSX.Element {
  const { model, context, map, onStarted } = props;
  const { trans, client } = context;
  const spaces = useStore(map.store, state => state.spaces) ?? [];
  const dataset = useStore(model.store, state => state.dataset);
  const viewLevel = useStore(model.store, state => state.view.level);
  const [installed, setInstalled] = React.useState<IInstalled | null>(null);
  const [space, setSpace] = React.useState(spaces[0]?.space ?? NEW);
  const [chosen, setChosen] = React.useState<string | null>(null);
  const [typed, setTyped] = React.useState('');
  const [level, setLevel] = React.useState<Level>(viewLevel);
  const [wanted, setWanted] = React.useState<Method | null>(null);
  const [dimensions, setDimensions] = React.useState<2 | 3>(2);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const [busy, setBusy] = React.useState(false);
  const isNew = space === NEW;

  React.useEffect(() => {
    client.embeddings.installed().then(setInstalled, reason => {
      setInstalled(NOTHING_KNOWN);
      setError(errorBody(reason));
    });
  }, [client]);

  const { embedders, projections } = installed ?? NOTHING_KNOWN;
  const method =
    wanted ?? projections.find(({ available }) => available)?.method ?? 'pca';
  const best = embedders.find(({ available }) => available)?.model ?? null;
  const embedder = chosen ?? best;
  const info = embedders.find(each => each.model === embedder);
  const start = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      await (isNew
        ? client.embeddings.startJob('embed', dataset, {
            model: typed.trim() || embedder,
            level,
            project: method
          })
        : client.embeddings.startJob('project', dataset, {
            space,
            method,
            dimensions
          }));
      onStarted();
    } catch (reason) {
      setError(errorBody(reason));
    }
    setBusy(false);
  };

  return (
    <form
      className="vl-map-form"
      onSubmit={event => {
        event.preventDefault();
        void start();
      }}
    >
      {spaces.length > 0 && (
        <label>
          {trans.__('Vectors')}
          <select
            className="vl-input"
            value={space}
            onChange={({ target }) => setSpace(target.value)}
          >
            {spaces.map(each => (
              <option key={each.space} value={each.space}>
                {each.space}
              </option>
            ))}
            <option value={NEW}>{trans.__('Compute new ones…')}</option>
          </select>
        </label>
      )}
      {isNew && (
        <>
          <label>
            {trans.__('Model')}
            <select
              className="vl-input"
              value={embedder ?? ''}
              disabled={typed.trim() !== ''}
              onChange={({ target }) => setChosen(target.value)}
            >
              {installed === null && <option>{trans.__('Loading…')}</option>}
              {embedders.map(each => (
                <option
                  key={each.model}
                  value={each.model}
                  disabled={!each.available}
                  title={each.available ? each.description : each.reason}
                >
                  {each.has_text
                    ? trans.__('%1 (images and text)', each.label)
                    : each.label}
                </option>
              ))}
            </select>
          </label>
          <NotInstalled choices={embedders} trans={trans} />
          {info && typed.trim() === '' && (
            <p className="vl-quiet">
              {info.description}
              {info.reason && <> {info.reason}</>}
            </p>
          )}
          <label>
            {trans.__('Or a checkpoint')}
            <input
              className="vl-input"
              value={typed}
              placeholder={EXAMPLE}
              title={trans.__(
                'open_clip:<architecture>/<tag>, transformers:<hub id or folder>, or the path of a checkpoint on the server'
              )}
              onChange={({ target }) => setTyped(target.value)}
            />
          </label>
          <label>
            {trans.__('Of')}
            <select
              className="vl-input"
              value={level}
              onChange={({ target }) => setLevel(target.value as Level)}
            >
              <option value="samples">{trans.__('Images')}</option>
              <option value="annotations">{trans.__('Objects in them')}</option>
            </select>
          </label>
        </>
      )}
      <label>
        {trans.__('Projection')}
        <select
          className="vl-input"
          value={method}
          onChange={({ target }) => setWanted(target.value as Method)}
        >
          {projections.map(each => (
            <option
              key={each.method}
              value={each.method}
              disabled={!each.available}
              title={each.reason}
            >
              {each.label}
            </option>
          ))}
        </select>
      </label>
      <NotInstalled choices={projections} trans={trans} />
      {!isNew && (
        <label>
          {trans.__('Dimensions')}
          <select
            className="vl-input"
            value={dimensions}
            onChange={({ target }) =>
              setDimensions(target.value === '3' ? 3 : 2)
            }
          >
            <option value={2}>2</option>
            <option value={3}>3</option>
          </select>
        </label>
      )}
      {error && <ErrorBox error={error} trans={trans} />}
      <button
        type="submit"
        className="vl-button vl-mod-primary"
        disabled={busy || (isNew && embedder === null && typed.trim() === '')}
      >
        {isNew ? trans.__('Compute embeddings') : trans.__('Project')}
      </button>
    </form>
  );
}
