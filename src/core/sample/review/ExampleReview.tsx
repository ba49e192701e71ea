import * as React from 'react';
import type { IPanelContext } from '../../client/context';
import type { IErrorBody, IViewSpec } from '../../client/types';
import { Button } from '../../components/Button';
import { ErrorBox } from '../../components/ErrorBox';
import { ProgressBar } from '../../components/ProgressBar';
import type { IWorkspaceModel } from '../../workspace/types';
import { Picture } from './ExampleImage';
import type { IJudging, Verdict } from './useReview';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  /** What is asked about each example. */
  readonly question: string;
  readonly title: string;
  readonly judging: IJudging;
  /** Of so many. */
  readonly total: number;
  /** The view that the examples are of. */
  readonly view: IViewSpec;
  readonly error: IErrorBody | null;
  readonly onClose: () => void;
  /** What stands in the place of the picture once all were judged. */
  readonly children: React.ReactNode;
}

const KEYS: Record<string, Verdict | undefined> = {
  y: true,
  n: false,
  s: 'skipped'
};

const UNDO = 'z';

/** One example after the other, large; `y`, `n`, `s` and `z` judge, skip and undo. */
export function Judge(props: IProps): JSX.Element {
  const { context, judging, total, title, question, error, onClose } = props;
  const { trans } = context;
  const root = React.useRef<HTMLDivElement>(null);
  const done = judging.verdicts.size;
  const count = (verdict: Verdict): number =>
    [...judging.verdicts.values()].filter(each => each === verdict).length;
  React.useEffect(() => root.current?.focus(), []);
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const { key, ctrlKey, metaKey, altKey, target } = event;
    const isTyping = target instanceof HTMLTextAreaElement;
    if (isTyping || ctrlKey || metaKey || altKey) {
      return;
    }
    const verdict = KEYS[key.toLowerCase()];
    if (verdict !== undefined) {
      judging.judge(verdict);
    } else if (key.toLowerCase() === UNDO || key === 'Backspace') {
      judging.undo();
    } else if (key === 'Escape') {
      onClose();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const buttons: [Verdict, string, string][] = [
    [true, trans.__('Yes'), 'y'],
    [false, trans.__('No'), 'n'],
    ['skipped', trans.__('Skip'), 's']
  ];
  return (
    <div
      ref={root}
      className="vl-judge"
      role="region"
      aria-label={title}
      tabIndex={-1}
      // Letters judge here; Lab's own shortcuts wait.
      data-lm-suppress-shortcuts="true"
      onKeyDown={onKeyDown}
    >
      <div className="vl-judge-head">
        <Button onClick={onClose}>{trans.__('Back')}</Button>
        <h3>{title}</h3>
      </div>
      {judging.current !== null ? (
        <>
          <p className="vl-judge-question" aria-live="polite">
            {question}
          </p>
          <Picture {...props} id={judging.current} next={judging.next} />
          <div className="vl-judge-buttons">
            {buttons.map(([verdict, label, key]) => (
              <Button
                key={key}

                onClick={() => judging.judge(verdict)}
              >
                {label} <kbd>{key}</kbd>
              </Button>
            ))}
            <Button disabled={!judging.canUndo} onClick={judging.undo}>
              {trans.__('Undo')} <kbd>{UNDO}</kbd>
            </Button>
          </div>
        </>
      ) : (
        props.children
      )}
      <div className="vl-judge-progress">
        <ProgressBar
          share={total === 0 ? 1 : done / total}
          label={trans.__('Examples judged')}
        />
        <p className="vl-quiet" role="status">
          {trans.__(
            '%1 of %2: %3 yes, %4 no, %5 skipped',
            done,
            total,
            count(true),
            count(false),
            count('skipped')
          )}
        </p>
      </div>
      {error && <ErrorBox error={error} trans={trans} />}
    </div>
  );
}
