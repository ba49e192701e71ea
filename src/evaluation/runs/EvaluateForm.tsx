import * as React from 'react';
import type { IPanelContext } from '../../core/client/context';
import type {
  EvaluatedGeometry,
  IEvaluateRequest,
  IRun,
  Protocol
} from '../client';
import type { IErrorBody, IViewSpec } from '../../core/client/types';
import { ErrorBox } from '../../core/components/ErrorBox';
import type { StartJob } from './useJob';

interface IProps {
  readonly context: IPanelContext;
  readonly runs: readonly IRun[];
  /** What the view is narrowed to, in words; null: it shows everything. */
  readonly narrowed: string | null;
  readonly view: IViewSpec;
  readonly start: StartJob;
  readonly error: IErrorBody | null;
  readonly onStarted: () => void;
}

/** What is measured; the value of the select says protocol and geometry. */
const KINDS: readonly [Protocol, EvaluatedGeometry][] = [
  ['coco', 'box'],
  ['coco', 'mask'],
  ['coco', 'keypoints'],
  ['voc', 'box'],
  ['classification', 'box'],
  ['segmentation', 'mask']
];

interface IValues {
  readonly run: string;
  readonly kind: number;
  readonly iou: string;
  readonly confidence: string;
  readonly classAware: boolean;
  readonly maxDets: string;
  readonly interpolation: '11' | 'all';
  readonly inclusive: boolean;
  readonly ofView: boolean;
}

/** The request of a form; what is left empty is for the server to say. */
export function requestOf(values: IValues, view: IViewSpec): IEvaluateRequest {
  const [protocol, geometry] = KINDS[values.kind];
  const places = protocol === 'coco' || protocol === 'voc';
  const confidence = values.confidence.trim();
  return {
    run: values.run,
    protocol,
    geometry,
    confidence: confidence === '' ? null : Number(confidence),
    class_aware: values.classAware,
    ...(places && { operating_iou: Number(values.iou) }),
    ...(protocol === 'coco' && { max_dets: Number(values.maxDets) }),
    ...(protocol === 'voc' && {
      options: {
        interpolation: values.interpolation,
        inclusive: values.inclusive
      }
    }),
    view: values.ofView ? { ...view, outcomes: null } : null
  };
}

/** Which run is measured how. */
export function EvaluateForm(props: IProps): JSX.Element {
  const { context, runs, narrowed, view, start, error, onStarted } = props;
  const { trans } = context;
  const [values, setValues] = React.useState<IValues>({
    run: runs[0]?.run ?? '',
    kind: runs[0]?.format === 'classification' ? 4 : 0,
    iou: '0.5',
    confidence: '',
    classAware: true,
    maxDets: '100',
    interpolation: 'all',
    inclusive: false,
    ofView: false
  });
  const [busy, setBusy] = React.useState(false);
  const set = (change: Partial<IValues>): void =>
    setValues(old => ({ ...old, ...change }));
  const [protocol] = KINDS[values.kind];
  const places = protocol === 'coco' || protocol === 'voc';
  const names = [
    trans.__('COCO boxes'),
    trans.__('COCO masks'),
    trans.__('COCO keypoints'),
    trans.__('VOC boxes'),
    trans.__('Classes of whole images'),
    trans.__('Semantic masks')
  ];
  const submit = async (): Promise<void> => {
    setBusy(true);
    const isStarted = await start('evaluate', requestOf(values, view));
    setBusy(false);
    if (isStarted) {
      onStarted();
    }
  };

  return (
    <form
      className="vl-evaluation-form"
      aria-label={trans.__('Evaluate')}
      onSubmit={event => {
        event.preventDefault();
        void submit();
      }}
    >
      <label className="vl-field">
        <span>{trans.__('Run')}</span>
        <select
          className="vl-input"
          value={values.run}
          onChange={({ target }) => set({ run: target.value })}
        >
          {runs.map(({ run }) => (
            <option key={run} value={run}>
              {run}
            </option>
          ))}
        </select>
      </label>
      <label className="vl-field">
        <span>{trans.__('Protocol')}</span>
        <select
          className="vl-input"
          value={values.kind}
          onChange={({ target }) => set({ kind: Number(target.value) })}
        >
          {names.map((name, i) => (
            <option key={name} value={i}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {narrowed !== null && (
        <label className="vl-check" title={narrowed}>
          <input
            type="checkbox"
            checked={values.ofView}
            onChange={({ target }) => set({ ofView: target.checked })}
          />
          {trans.__('Only the images of the view')}
        </label>
      )}
      <details>
        <summary>{trans.__('More')}</summary>
        {places && (
          <NumberField
            label={trans.__('IoU at which outcomes are counted')}
            value={values.iou}
            min={0.05}
            max={1}
            step={0.05}
            onChange={iou => set({ iou })}
          />
        )}
        <NumberField
          label={trans.__('Confidence threshold')}
          value={values.confidence}
          placeholder={trans.__('that of the greatest F1')}
          min={0}
          max={1}
          step={0.01}
          onChange={confidence => set({ confidence })}
        />
        {protocol === 'coco' && (
          <NumberField
            label={trans.__('Predictions per image at most')}
            value={values.maxDets}
            min={1}
            step={1}
            onChange={maxDets => set({ maxDets })}
          />
        )}
        {protocol === 'voc' && (
          <>
            <label className="vl-field">
              <span>{trans.__('Interpolation')}</span>
              <select
                className="vl-input"
                value={values.interpolation}
                onChange={({ target }) =>
                  set({ interpolation: target.value as '11' | 'all' })
                }
              >
                <option value="all">{trans.__('all points')}</option>
                <option value="11">{trans.__('11 points')}</option>
              </select>
            </label>
            <Check
              label={trans.__('Pixels inclusive, as in VOC’s own code')}
              value={values.inclusive}
              onChange={inclusive => set({ inclusive })}
            />
          </>
        )}
        {places && (
          <Check
            label={trans.__('Only predictions of the label’s class match it')}
            value={values.classAware}
            onChange={classAware => set({ classAware })}
          />
        )}
      </details>
      {error && <ErrorBox error={error} trans={trans} />}
      <button
        type="submit"
        className="vl-button vl-mod-primary"
        disabled={busy || values.run === ''}
      >
        {trans.__('Evaluate')}
      </button>
    </form>
  );
}

function NumberField(props: {
  label: string;
  value: string;
  placeholder?: string;
  min: number;
  max?: number;
  step: number;
  onChange: (value: string) => void;
}): JSX.Element {
  const { label, onChange, ...input } = props;
  return (
    <label className="vl-field">
      <span>{label}</span>
      <input
        {...input}
        type="number"
        className="vl-input"
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}

function Check(props: {
  label: string;
  value: boolean;
  onChange: (value: boolean) => void;
}): JSX.Element {
  return (
    <label className="vl-check">
      <input
        type="checkbox"
        checked={props.value}
        onChange={({ target }) => props.onChange(target.checked)}
      />
      {props.label}
    </label>
  );
}
