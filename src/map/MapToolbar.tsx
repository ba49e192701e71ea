import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext, IClient } from '../core/client/context';
import { HeaderLine } from '../core/components/HeaderLine';
import { Popover } from '../core/components/Popover';
import type { IWorkspaceModel } from '../core/workspace/types';
import { ComputeForm } from './ComputeForm';
import type { MapModel } from './mapModel';
import { projectionName } from './methods';
import type { Mode } from './canvas/useDrawing';
import type { IMapView } from './canvas/useRenderer';
import { Button } from '../core/components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly map: MapModel;
  readonly view: IMapView;
  readonly mode: Mode;
  readonly onMode: (mode: Mode) => void;
  /** Called when a job for another map was started. */
  readonly onStarted?: () => void;
}

/** The header line and the map's own controls. */
export function MapToolbar(props: IProps): JSX.Element {
  const { model, context } = props;
  const { trans } = context;
  return (
    <div className="vl-toolbar" role="toolbar" aria-label={trans.__('Map')}>
      <HeaderLine model={model} trans={trans} />
      <Projections {...props} />
      <Colors {...props} />
      <Modes {...props} />
      <Views {...props} />
    </div>
  );
}

function Projections(props: IProps): JSX.Element {
  const { model, context, map, onStarted } = props;
  const { trans } = context;
  const projections = useStore(map.store, state => state.projections) ?? [];
  const shown = useStore(map.store, state => state.projection);
  const [open, setOpen] = React.useState(false);
  return (
    <>
      {projections.length > 1 && (
        <select
          className="vl-button vl-select"
          aria-label={trans.__('Projection')}
          value={shown?.projection ?? ''}
          onChange={({ target: { value } }) =>
            void map.show(
              projections.find(each => each.projection === value) ?? null
            )
          }
        >
          {projections.map(each => (
            <option key={each.projection} value={each.projection}>
              {projectionName(each)}
            </option>
          ))}
        </select>
      )}
      <Popover
        kind="dialog"
        label={trans.__('New…')}
        title={trans.__('Compute embeddings or another projection')}
        open={open}
        onToggle={setOpen}
      >
        <ComputeForm
          model={model}
          context={context}
          map={map}
          onStarted={() => {
            setOpen(false);
            onStarted?.();
          }}
        />
      </Popover>
    </>
  );
}

/** Stands before an evaluation's name: no field begins so. */
const OUTCOME = '@outcome:';

/** Fields that may colour: those a person would tell apart, named as in the sidebar. */
function Colors({ model, context, map }: IProps): JSX.Element {
  const { trans } = context;
  const colorBy = useStore(map.store, state => state.colorBy);
  const colorByOutcome = useStore(map.store, state => state.colorByOutcome);
  const evaluations = useEvaluationNames(model, context.client);
  const fields = useStore(model.store, state => state.detail?.fields) ?? [];
  const offered = fields.filter(({ facet }) => facet !== 'none');
  return (
    <select
      className="vl-button vl-select"
      aria-label={trans.__('Colour by')}
      title={trans.__('What colours the points')}
      value={
        colorByOutcome === null ? (colorBy ?? '') : OUTCOME + colorByOutcome
      }
      onChange={({ target: { value } }) =>
        void (value.startsWith(OUTCOME)
          ? map.colorByOutcome(value.slice(OUTCOME.length))
          : map.colorBy(value || null))
      }
    >
      <option value="">{trans.__('No colour')}</option>
      {colorBy !== null && !offered.some(({ name }) => name === colorBy) && (
        <option value={colorBy}>{trans.__('Colour: %1', colorBy)}</option>
      )}
      {offered.map(({ name, label }) => (
        <option key={name} value={name}>
          {trans.__('Colour: %1', label)}
        </option>
      ))}
      {evaluations.map(name => (
        <option key={OUTCOME + name} value={OUTCOME + name}>
          {trans.__('Colour: outcome of %1', name)}
        </option>
      ))}
    </select>
  );
}

const MODES: readonly Mode[] = ['pan', 'lasso', 'box'];

function Modes({ context, mode, onMode }: IProps): JSX.Element {
  const { trans } = context;
  const labels: Record<Mode, [string, string]> = {
    pan: [trans.__('Move'), trans.__('Drag to move the map (v)')],
    lasso: [
      trans.__('Lasso'),
      trans.__('Draw around points to select them (l); Shift adds, Alt removes')
    ],
    box: [
      trans.__('Box'),
      trans.__('Draw a box to select points (b); Shift adds, Alt removes')
    ]
  };
  return (
    <div
      className="vl-segments"
      role="group"
      aria-label={trans.__('What dragging does')}
    >
      {MODES.map(each => (
        <Button
          key={each}

          aria-pressed={each === mode}
          title={labels[each][1]}
          onClick={() => onMode(each)}
        >
          {labels[each][0]}
        </Button>
      ))}
    </div>
  );
}

function Views({ model, context, view }: IProps): JSX.Element {
  const { trans } = context;
  const selected = useStore(model.store, state => state.selectedInView);
  return (
    <div className="vl-segments">
      <Button
        disabled={selected === 0}
        title={trans.__('Zoom to the selection (f)')}
        onClick={() => view.fitSelection()}
      >
        {trans.__('To selection')}
      </Button>
      <Button
        title={trans.__('Show everything (0)')}
        onClick={() => view.reset()}
      >
        {trans.__('All')}
      </Button>
    </div>
  );
}

/** The dataset's evaluations; none while nobody knows. */
export function useEvaluationNames(
  model: IWorkspaceModel,
  client: Pick<IClient, 'evaluations'>
): readonly string[] {
  const dataset = useStore(model.store, state => state.dataset);
  const version = useStore(model.store, state => state.datasetVersion);
  const [names, setNames] = React.useState<readonly string[]>([]);
  React.useEffect(() => {
    const abort = new AbortController();
    client.evaluations.evaluations(dataset, abort.signal).then(
      found => setNames(found.map(({ evaluation }) => evaluation)),
      () => undefined // the evaluation panel says what is wrong with them
    );
    return () => abort.abort();
  }, [client, dataset, version]);
  return names;
}
