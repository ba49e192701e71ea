import * as React from 'react';
import type { IAgentStep, IClaim } from './client';
import type { IPanelContext } from '../core/client/context';
import { useAnswer } from '../core/components/useAnswer';

interface IProps {
  readonly claims: readonly IClaim[];
  readonly context: IPanelContext;
  readonly dataset: string;
  /** The run that said them, where they do not name it. */
  readonly run?: string;
}

/** Sentences worded from tool results; each opens those that it rests on. */
export function Claims(props: IProps): JSX.Element | null {
  const { claims, context, dataset, run } = props;
  const { trans, client } = context;
  const [open, setOpen] = React.useState<number | null>(null);
  const claim = open === null ? null : claims[open];
  const wanted = claim && (claim.run ?? run ?? null);
  const { answer } = useAnswer(wanted, signal =>
    client.analysis.agentRun(dataset, wanted!, null, signal)
  );
  if (claims.length === 0) {
    return null;
  }
  const resting = claim
    ? [claim.evidence, claim.against].filter(id => id !== null)
    : [];
  return (
    <div className="vl-claims">
      <ul>
        {claims.map(({ text, evidence }, i) => (
          <li key={i}>
            {text}
            <button
              type="button"
              className="vl-claim"
              aria-expanded={open === i}
              aria-label={trans.__('Evidence of claim %1', i + 1)}
              title={trans.__('Rests on %1', evidence)}
              onClick={() => setOpen(open === i ? null : i)}
            >
              {i + 1}
            </button>
          </li>
        ))}
      </ul>
      {resting.map(id => (
        <StepResult
          key={id}
          step={answer?.steps.find(
            ({ evidence, kind }) => evidence === id && kind === 'tool_result'
          )}
          missing={trans.__('Its evidence is %1.', id)}
        />
      ))}
    </div>
  );
}

/** What a tool gave. */
export function StepResult(props: {
  step: IAgentStep | undefined;
  missing: string;
}): JSX.Element {
  const { step, missing } = props;
  const hasResult = Object.keys(step?.result ?? {}).length > 0;
  return (
    <div className="vl-step-result">
      <p>{step?.text ?? missing}</p>
      {hasResult && <pre>{JSON.stringify(step!.result, null, 2)}</pre>}
    </div>
  );
}
