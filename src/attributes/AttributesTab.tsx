import * as React from 'react';
import { useStore } from 'zustand';
import type { IAttributeJobs, IAttribute } from './client';
import type { IPanelContext } from '../core/client/context';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { formatCount } from '../core/components/format';
import { formatShare } from '../core/outcomes/outcomes';
import { JobProgress } from '../core/jobs/JobProgress';
import { usePanelJob } from '../core/jobs/usePanelJob';
import type { IWorkspaceModel } from '../core/workspace/types';
import { AttributeForm } from './AttributeForm';
import { CalibrateScreen } from './CalibrateScreen';
import { calibrationText } from './CalibrationLine';
import { answersOf } from './questions';
import type { IAttributes } from './useAttributes';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly attributes: IAttributes;
}

const KINDS = ['attributes'] as const;

/** What a vision-language model was asked about images, and how far it can be trusted. */
export function AttributesTab(props: IProps): JSX.Element {
  const { model, context, attributes } = props;
  const { client, trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const { reload } = attributes;
  const onEnded = React.useCallback(() => {
    reload();
    void model.refresh();
  }, [reload, model]);
  const making = usePanelJob<IAttributeJobs>(
    client,
    client.analysis,
    dataset,
    KINDS,
    onEnded
  );
  const [calibrating, setCalibrating] = React.useState<{
    attribute: IAttribute;
    answer: string;
  } | null>(null);
  if (calibrating) {
    return (
      <CalibrateScreen
        model={model}
        context={context}
        {...calibrating}
        onClose={() => {
          setCalibrating(null);
          reload();
        }}
      />
    );
  }
  const all = attributes.attributes;
  return (
    <div className="vl-attributes">
      <p className="vl-quiet">
        {trans.__(
          'A vision-language model answers questions about images. Analyses use an answer once your labels show that it can be trusted.'
        )}
      </p>
      <AttributeForm
        model={model}
        context={context}
        open={all?.length === 0}
        making={making}
      />
      {making.job && <JobProgress job={making.job} context={context} />}
      {making.error && <ErrorBox error={making.error} trans={trans} />}
      {attributes.error && (
        <ErrorBox error={attributes.error} trans={trans} onRetry={reload} />
      )}
      <ul aria-label={trans.__('Visual attributes')}>
        {(all ?? []).map(attribute => (
          <Row
            key={attribute.field}
            context={context}
            attribute={attribute}
            onCalibrate={answer => setCalibrating({ attribute, answer })}
            onDelete={() => attributes.remove(attribute.spec.name)}
          />
        ))}
      </ul>
    </div>
  );
}

function Row(props: {
  context: IPanelContext;
  attribute: IAttribute;
  onCalibrate: (answer: string) => void;
  onDelete: () => void;
}): JSX.Element {
  const { context, attribute, onCalibrate, onDelete } = props;
  const { trans } = context;
  const { spec, field, model, answered, unanswered, agreement, usable } =
    attribute;
  const facts = [
    trans._n('%2 answer', '%2 answers', answered, formatCount(answered)),
    unanswered > 0 ? trans.__('%1 unreadable', formatCount(unanswered)) : null,
    agreement === null
      ? null
      : trans.__('agreement of wordings %1', formatShare(agreement, 2)),
    model
  ];
  return (
    <li className="vl-attribute" data-attribute={spec.name}>
      <div className="vl-finding-head">
        <h3>{spec.question}</h3>
        <span
          className="vl-pill"
          data-status={usable ? 'verified' : 'hypothesis'}
        >
          {usable ? trans.__('usable') : trans.__('not calibrated')}
        </span>
      </div>
      <p className="vl-quiet">
        <code>{field}</code> · {facts.filter(Boolean).join(' · ')}
      </p>
      <ul className="vl-calibrations">
        {answersOf(spec).map(answer => (
          <Answer
            key={answer}
            context={context}
            attribute={attribute}
            answer={answer}
            onCalibrate={() => onCalibrate(answer)}
          />
        ))}
      </ul>
      <DeleteButton context={context} name={spec.name} onDelete={onDelete} />
    </li>
  );
}

function Answer(props: {
  context: IPanelContext;
  attribute: IAttribute;
  answer: string;
  onCalibrate: () => void;
}): JSX.Element {
  const { context, attribute, answer, onCalibrate } = props;
  const { trans } = context;
  const found = attribute.calibrations?.find(each => each.answer === answer);
  return (
    <li>
      <Button
        title={trans.__('Say of some images whether “%1” is right', answer)}
        onClick={onCalibrate}
      >
        {trans.__('Calibrate “%1”', answer)}
      </Button>{' '}
      <span className="vl-quiet">
        {found
          ? `${calibrationText(found, trans)}. ${found.usable ? '' : found.reason}`
          : trans.__('no labels yet')}
      </span>
    </li>
  );
}

/** Its answers go too: asked once more. */
function DeleteButton(props: {
  context: IPanelContext;
  name: string;
  onDelete: () => void;
}): JSX.Element {
  const { context, name, onDelete } = props;
  const { trans } = context;
  const [asked, setAsked] = React.useState(false);
  return (
    <button
      type="button"
      className={asked ? 'vl-button' : 'vl-link'}
      aria-label={trans.__('Delete %1', name)}
      onClick={() => (asked ? onDelete() : setAsked(true))}
      onBlur={() => setAsked(false)}
    >
      {asked ? trans.__('Delete its answers for good') : trans.__('Delete')}
    </button>
  );
}
