import * as React from 'react';
import { useStore } from 'zustand';
import type { IAttribute, ICalibrationTask } from './client';
import type { IPanelContext } from '../core/client/context';
import { errorBody } from '../core/client/errors';
import type { IErrorBody } from '../core/client/types';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { useAnswer } from '../core/components/useAnswer';
import { InTurn } from '../core/workspace/inTurn';
import type { IWorkspaceModel } from '../core/workspace/types';
import { calibrationText } from './CalibrationLine';
import { Judge } from '../core/sample/review/ExampleReview';
import { answerQuestion } from './questions';
import { useJudging } from '../core/sample/review/useReview';
import { plainView } from '../core/workspace/plainView';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly attribute: IAttribute;
  /** Whether it is right is what the user says. */
  readonly answer: string;
  readonly onClose: () => void;
}

/** Images asked about at once. */
const COUNT = 20;
const NONE_KNOWN: ReadonlyMap<number, boolean> = new Map();

/** What the user says of images that a model was asked about: how far it is right. */
export function CalibrateScreen(props: IProps): JSX.Element {
  const { model, context, attribute, answer, onClose } = props;
  const { client, trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const [round, setRound] = React.useState(0);
  const { name } = attribute.spec;
  const task = useAnswer(JSON.stringify([name, answer, round]), signal =>
    client.analysis.calibrationTask(
      dataset,
      name,
      { answer, count: COUNT },
      signal
    )
  );
  if (task.answer === null || task.pending) {
    return task.error ? (
      <div className="vl-judge">
        <ErrorBox error={task.error} trans={trans} />
        <Button onClick={onClose}>{trans.__('Back')}</Button>
      </div>
    ) : (
      <p className="vl-empty vl-quiet">{trans.__('Loading…')}</p>
    );
  }
  return (
    <Round
      key={round}
      {...props}
      dataset={dataset}
      task={task.answer}
      onMore={() => setRound(round + 1)}
    />
  );
}

function Round(
  props: IProps & {
    dataset: string;
    task: ICalibrationTask;
    onMore: () => void;
  }
): JSX.Element {
  const { context, attribute, answer, dataset, task, onClose, onMore } = props;
  const { client, trans } = context;
  const { spec } = attribute;
  const [now, setNow] = React.useState(attribute);
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const turns = React.useMemo(() => new InTurn(), []);
  const judging = useJudging(task.ids, NONE_KNOWN, (id, verdict) => {
    turns
      .run(() =>
        client.analysis.calibrate(dataset, spec.name, {
          answer,
          labels: { [id]: verdict }
        })
      )
      .then(setNow, reason => setError(errorBody(reason)));
  });
  const calibration = now.calibrations?.find(each => each.answer === answer);
  return (
    <Judge
      {...props}
      title={trans.__('Calibrate %1', attribute.field)}
      question={answerQuestion(task.question, answer, spec.kind, trans)}
      judging={judging}
      total={task.ids.length}
      view={plainView(spec.level)}
      error={error}
    >
      <div className="vl-judge-ending">
        <p>
          {calibration
            ? `${calibrationText(calibration, trans)}.`
            : trans.__('There is nothing more to ask.')}
        </p>
        {calibration && !calibration.usable && <p>{calibration.reason}</p>}
        <div className="vl-judge-buttons">
          {task.ids.length > 0 && (
            <Button autoFocus kind="primary" onClick={onMore}>
              {trans.__('%1 more', COUNT)}
            </Button>
          )}
          <Button onClick={onClose}>{trans.__('Done')}</Button>
        </div>
      </div>
    </Judge>
  );
}
