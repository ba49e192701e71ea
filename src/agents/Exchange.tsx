import * as React from 'react';
import type { IAgentAnswer, IAgentRun } from './client';
import { viewText } from '../core/filters/steps';
import { AgentSteps } from './AgentSteps';
import type { IChatProps } from './chatProps';
import { Claims } from './Claims';
import { Ideas } from './Ideas';
import { useAgentRun } from './useAgents';
import { Button } from '../core/components/Button';

/** A question with the steps that were taken for it, and its answer. */
export function Exchange(
  props: IChatProps & { dataset: string; run: IAgentRun }
): JSX.Element {
  const { context, dataset, toggles } = props;
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
        <AgentSteps run={run} toggles={toggles} trans={trans} />
      ) : (
        <Button kind="link" onClick={() => setOpen(true)}>
          {trans.__('Steps')}
        </Button>
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
  const { context, dataset, run, answer, toggles, onFinding } = props;
  const { trans } = context;
  const { text, ideas, views, findings, dropped, outdated } = answer;
  const claims = answer.claims ?? [];
  const stated = new Set(claims.map(claim => claim.text));
  return (
    <div className="vl-answer">
      {outdated && (
        <p className="vl-notice vl-mod-warning">
          {trans.__(
            'Not checked: an earlier version let a language model word this answer.'
          )}
        </p>
      )}
      <Claims
        claims={claims}
        context={context}
        dataset={dataset}
        run={run.run}
      />
      {text
        .split(/\n+/)
        .filter(line => !stated.has(line))
        .map((line, i) => (
          <p key={i}>{line}</p>
        ))}
      <Ideas ideas={ideas} trans={trans} />
      <div className="vl-answer-views">
        {(views ?? []).map((view, i) => {
          const name = `answer ${run.run} ${i}`;
          return (
            <Button
              key={name}

              aria-pressed={toggles.isOpen(name)}
              title={trans.__('Make it the view')}
              onClick={() => toggles.open(name, view)}
            >
              {viewText(view, trans) || trans.__('Everything')}
            </Button>
          );
        })}
        {(findings ?? []).map(finding => (
          <Button
            key={finding}

            onClick={() => onFinding(finding)}
          >
            {trans.__('Finding')}
          </Button>
        ))}
      </div>
      {dropped > 0 && (
        <p className="vl-quiet">
          {trans._n(
            '%1 statement was dropped: nothing bears it out.',
            '%1 statements were dropped: nothing bears them out.',
            dropped
          )}
        </p>
      )}
    </div>
  );
}
