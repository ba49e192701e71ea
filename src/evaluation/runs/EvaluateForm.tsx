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
import {
  Check,
  Choice,
  SubmitButton,
  TextField
} from '../../core/forms/fields';
import { type IForm, useForm } from '../../core/forms/useForm';
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
  const form = useForm<IValues>({
    initial: {
      run: runs[0]?.run ?? '',
      kind: runs[0]?.format === 'classification' ? 4 : 0,
      iou: '0.5',
      confidence: '',
      classAware: true,
      maxDets: '100',
      interpolation: 'all',
      inclusive: false,
      ofView: false
    },
    validate: ({ run }) => (run === '' ? { run: true } : {}),
    onSubmit: async values => {
      if (await start('evaluate', requestOf(values, view))) {
        onStarted();
      }
    }
  });
  return (
    <form
      className="vl-evaluation-form"
      aria-label={trans.__('Evaluate')}
      {...form.handlers}
    >
      <Choice
        label={trans.__('Run')}
        {...form.bind('run')}
        options={runs.map(({ run }) => [run, run])}
      />
      <Choice
        label={trans.__('Protocol')}
        {...form.bind('kind')}
        options={[
          [0, trans.__('COCO boxes')],
          [1, trans.__('COCO masks')],
          [2, trans.__('COCO keypoints')],
          [3, trans.__('VOC boxes')],
          [4, trans.__('Classes of whole images')],
          [5, trans.__('Semantic masks')]
        ]}
      />
      {narrowed !== null && (
        <Check
          label={trans.__('Only the images of the view')}
          title={narrowed}
          {...form.bind('ofView')}
        />
      )}
      <details>
        <summary>{trans.__('More')}</summary>
        <ProtocolFields form={form} trans={trans} />
      </details>
      {error && <ErrorBox error={error} trans={trans} />}
      <SubmitButton disabled={!form.canSubmit}>
        {trans.__('Evaluate')}
      </SubmitButton>
    </form>
  );
}

/** What a protocol can be told. */
function ProtocolFields(props: {
  form: IForm<IValues>;
  trans: IPanelContext['trans'];
}): JSX.Element {
  const { form, trans } = props;
  const [protocol] = KINDS[form.values.kind];
  const places = protocol === 'coco' || protocol === 'voc';
  return (
    <>
      {places && (
        <TextField
          label={trans.__('IoU at which outcomes are counted')}
          {...form.bind('iou')}
          type="number"
          min={0.05}
          max={1}
          step={0.05}
        />
      )}
      <TextField
        label={trans.__('Confidence threshold')}
        {...form.bind('confidence')}
        placeholder={trans.__('that of the greatest F1')}
        type="number"
        min={0}
        max={1}
        step={0.01}
      />
      {protocol === 'coco' && (
        <TextField
          label={trans.__('Predictions per image at most')}
          {...form.bind('maxDets')}
          type="number"
          min={1}
          step={1}
        />
      )}
      {protocol === 'voc' && (
        <>
          <Choice
            label={trans.__('Interpolation')}
            {...form.bind('interpolation')}
            options={[
              ['all', trans.__('all points')],
              ['11', trans.__('11 points')]
            ]}
          />
          <Check
            label={trans.__('Pixels inclusive, as in VOC’s own code')}
            {...form.bind('inclusive')}
          />
        </>
      )}
      {places && (
        <Check
          label={trans.__('Only predictions of the label’s class match it')}
          {...form.bind('classAware')}
        />
      )}
    </>
  );
}
