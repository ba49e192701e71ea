import * as React from 'react';
import type { FindingStatus, IFinding, IFindingChange } from './client';
import type { IPanelContext } from '../core/client/context';
import type { IErrorBody } from '../core/client/types';
import type { IWorkspaceModel } from '../core/workspace/types';
import { Judge } from '../core/sample/review/ExampleReview';
import { useJudging, type Verdict } from '../core/sample/review/useReview';
import { failureText } from './findingText';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly finding: IFinding;
  readonly error: IErrorBody | null;
  readonly onChange: (change: IFindingChange) => Promise<boolean>;
  readonly onClose: () => void;
}

/** Failing examples of a finding, one by one; at the end its status. */
export function VerifyScreen(props: IProps): JSX.Element {
  const { context, finding, onChange, onClose } = props;
  const { trans } = context;
  const ids = finding.examples ?? [];
  const known = React.useMemo(
    () =>
      new Map(
        Object.entries(finding.verdicts ?? {}).map(
          ([id, verdict]) => [Number(id), verdict] as const
        )
      ),
    [finding.verdicts]
  );
  const judging = useJudging(ids, onlyOf(ids, known), (id, verdict) => {
    void onChange({ verdicts: { [id]: verdict } });
  });
  const labels = finding.conditions.map(({ label }) => label).join(', ');
  return (
    <Judge
      {...props}
      title={finding.title}
      question={trans.__(
        'Is this a true case of it? %1 · %2',
        labels,
        failureText(finding, trans)
      )}
      judging={judging}
      total={ids.length}
      view={finding.failures}
    >
      <Ending
        finding={finding}
        context={context}
        verdicts={judging.verdicts}
        onChange={async change => {
          if (await onChange(change)) {
            onClose();
          }
        }}
      />
    </Judge>
  );
}

function onlyOf(
  ids: readonly number[],
  known: ReadonlyMap<number, boolean>
): ReadonlyMap<number, boolean> {
  return new Map([...known].filter(([id]) => ids.includes(id)));
}

/** What the verdicts speak for, and the user's word on it. */
function Ending(props: {
  finding: IFinding;
  context: IPanelContext;
  verdicts: ReadonlyMap<number, Verdict>;
  onChange: (change: IFindingChange) => void;
}): JSX.Element {
  const { finding, context, verdicts, onChange } = props;
  const { trans } = context;
  const judged = [...verdicts.values()].filter(each => each !== 'skipped');
  const yes = judged.filter(Boolean).length;
  const said = trans.__(
    '%1 of %2 examples are as it says.',
    yes,
    judged.length
  );
  const status = finding.suggested ?? finding.status;
  const [notes, setNotes] = React.useState(finding.notes || said);
  const choices: [FindingStatus, string][] = [
    ['verified', trans.__('Verified')],
    ['rejected', trans.__('Rejected')],
    ['hypothesis', trans.__('Leave it a hypothesis')]
  ];
  const advice = {
    verified: trans.__('That speaks for it.'),
    rejected: trans.__('That speaks against it.'),
    hypothesis: ''
  };
  const root = React.useRef<HTMLDivElement>(null);
  // The server's advice comes with its answer to the last verdict.
  React.useEffect(
    () => root.current?.querySelector<HTMLElement>('.vl-mod-primary')?.focus(),
    [status]
  );
  return (
    <div ref={root} className="vl-judge-ending">
      <p>
        <strong>{said}</strong> {finding.suggested && advice[finding.suggested]}
      </p>
      <label className="vl-field">
        <span>{trans.__('Note')}</span>
        <textarea
          className="vl-input"
          rows={3}
          value={notes}
          onChange={({ target }) => setNotes(target.value)}
        />
      </label>
      <div className="vl-judge-buttons">
        {choices.map(([each, label]) => (
          <button
            key={each}
            type="button"
            className={`vl-button${each === status ? ' vl-mod-primary' : ''}`}
            onClick={() => onChange({ status: each, notes })}
          >
            {label}
          </button>
        ))}
      </div>
    </div>
  );
}
