import * as React from 'react';
import { useStore } from 'zustand';
import type { IAgentRun } from './client';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { isActive } from '../core/jobs/tracker';
import { JobProgress } from '../core/jobs/JobProgress';
import { Exchange } from './Exchange';
import type { IChatProps } from './chatProps';

/** Questions about the dataset; answers are words, and views as toggles. */
export function ChatTab(props: IChatProps): JSX.Element {
  const { model, context, agents, settings, making } = props;
  const { trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  // Where the present conversation begins.
  const [since, setSince] = React.useState<string | null>(null);
  const all = (agents.runs ?? []).filter(({ agent }) => agent === 'chat');
  const start = all.findIndex(({ run }) => run === since);
  const thread = (start < 0 ? all : all.slice(0, start)).slice().reverse();
  const last = thread[thread.length - 1];
  const { job, error } = making;
  const isChat = job?.agent?.agent === 'chat';
  const waits =
    isChat && isActive(job) && !all.some(each => each.job === job.job);
  const end = React.useRef<HTMLDivElement>(null);
  const length = thread.length;
  React.useEffect(() => {
    end.current?.scrollIntoView?.({ block: 'nearest' });
  }, [length]);
  return (
    <div className="vl-chat">
      {settings && !settings.model && <NoModel {...props} />}
      {agents.error && <ErrorBox error={agents.error} trans={trans} />}
      <div
        className="vl-chat-thread"
        role="log"
        aria-label={trans.__('Conversation')}
      >
        {thread.map(run => (
          <Exchange key={run.run} {...props} dataset={dataset} run={run} />
        ))}
        {waits && <p className="vl-chat-question">{job.agent!.question}</p>}
        {length === 0 && !waits && (
          <p className="vl-empty vl-quiet">
            {trans.__(
              'Ask about the images, the labels or the errors. Each figure in an answer names the query that it rests on.'
            )}
          </p>
        )}
        <div ref={end} />
      </div>
      {isChat && <JobProgress job={job} context={context} />}
      {error && <ErrorBox error={error} trans={trans} />}
      <Question
        {...props}
        last={last ?? null}
        onNew={() => setSince(all[0]?.run ?? null)}
      />
    </div>
  );
}

/** Why nobody answers in words, and who does. */
function NoModel(props: IChatProps): JSX.Element {
  const { context, settings, onStatistics } = props;
  const { trans } = context;
  return (
    <p className="vl-notice vl-mod-warning" role="status">
      {settings?.reason}{' '}
      <Button kind="link" onClick={onStatistics}>
        {trans.__('Let statistics look for errors')}
      </Button>
    </p>
  );
}

function Question(
  props: IChatProps & { last: IAgentRun | null; onNew: () => void }
): JSX.Element {
  const { model, context, evaluation, making, last, onNew } = props;
  const { trans } = context;
  const [question, setQuestion] = React.useState('');
  const ask = async (): Promise<void> => {
    const view = model.store.getState().view;
    const text = question.trim();
    const isAsked =
      text !== '' &&
      (await making.start('agent', {
        agent: 'chat',
        question: text,
        evaluation,
        view,
        conversation: last?.run ?? null
      }));
    if (isAsked) {
      setQuestion('');
    }
  };
  return (
    <form
      className="vl-chat-form"
      aria-label={trans.__('Ask about the dataset')}
      onSubmit={event => {
        event.preventDefault();
        void ask();
      }}
    >
      <textarea
        className="vl-input"
        rows={2}
        value={question}
        aria-label={trans.__('Question')}
        placeholder={trans.__('How many night images have no label?')}
        onChange={({ target }) => setQuestion(target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            void ask();
          }
        }}
      />
      <div className="vl-chat-buttons">
        {last && (
          <Button kind="link" onClick={onNew}>
            {trans.__('New conversation')}
          </Button>
        )}
        <span className="vl-spacer" />
        <Button
          type="submit"
          kind="primary"
          disabled={making.running || question.trim() === ''}
        >
          {trans.__('Ask')}
        </Button>
      </div>
    </form>
  );
}
