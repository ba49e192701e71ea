import * as React from 'react';
import type { IAgentAnswer, IAgentRun } from '../client/analysis';
import { viewText } from '../filters/steps';
import { AgentSteps } from './AgentSteps';
import type { IChatProps } from './ChatTab';
import { Claims } from './Claims';
import { useAgentRun } from './useAgents';

/** A question with the steps that were taken for it, and its answer. */
export function Exchange(
  props: IChatProps & { dataset: string; run: IAgentRun }
): JSX.Element {
  const { context, dataset, doors } = props;
  const { client, trans } = context;
  const runs = props.run.stopped === null;
  const [open, setOpen] = React.useState(runs);
  const followed = useAgentRun(client, dataset, open ? props.run.run : null);
  const run = followed ?? props.run;
  const { answer } = run;
  return (
    <article className="vl-exchange" data-run={run.run}>
      <p className="vl-chat-question">{run.question}</p>
      {open ? (
        <AgentSteps run={run} doors={doors} trans={trans} />
      ) : (
        <button type="button" className="vl-link" onClick={() => setOpen(true)}>
          {trans.__('Steps')}
        </button>
      )}
      {answer && <Answer {...props} run={run} answer={answer} />}
    </article>
  );
}

function Answer(
  props: IChatProps & {
    dataset: string;
    run: IAgentRun;
    answer: IAgentAnswer;
  }
): JSX.Element {
  const { context, dataset, run, answer, doors, onFinding } = props;
  const { trans } = context;
  const { text, claims, views, findings, dropped } = answer;
  return (
    <div className="vl-answer">
      {text.split(/\n{2,}/).map((paragraph, i) => (
        <p key={i}>{paragraph}</p>
      ))}
      <Claims
        claims={claims ?? []}
        context={context}
        dataset={dataset}
        run={run.run}
      />
      <div className="vl-answer-doors">
        {(views ?? []).map((view, i) => {
          const name = `answer ${run.run} ${i}`;
          return (
            <button
              key={name}
              type="button"
              className="vl-button"
              aria-pressed={doors.isOpen(name)}
              title={trans.__('Make it the view')}
              onClick={() => doors.open(name, view)}
            >
              {viewText(view, trans) || trans.__('Everything')}
            </button>
          );
        })}
        {(findings ?? []).map(finding => (
          <button
            key={finding}
            type="button"
            className="vl-button"
            onClick={() => onFinding(finding)}
          >
            {trans.__('Finding')}
          </button>
        ))}
      </div>
      {dropped > 0 && (
        <p className="vl-quiet">
          {trans._n(
            '%1 claim was dropped: its evidence says otherwise.',
            '%1 claims were dropped: their evidence says otherwise.',
            dropped
          )}
        </p>
      )}
    </div>
  );
}
