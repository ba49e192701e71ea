import * as React from 'react';
import type { Target } from './client';
import type { IAgentSettings } from '../agents/client';
import type { IPanelContext } from '../core/client/context';
import type { IEvaluation } from '../evaluation/client';
import type { Level } from '../core/client/types';
import { Check, Choice, SubmitButton } from '../core/forms/fields';
import type { IForm } from '../core/forms/useForm';
import { examples, type IGoalValues } from './goals';
import { TARGETS, targetName } from './findingText';

interface IProps {
  readonly context: IPanelContext;
  readonly evaluations: readonly IEvaluation[];
  /** The one whose errors are looked at. */
  readonly evaluation: IEvaluation;
  readonly onEvaluation: (name: string) => void;
  /** The view's conditions in words; null: there are none. */
  readonly narrowed: string | null;
  readonly settings: IAgentSettings | null;
  readonly form: IForm<IGoalValues>;
  readonly busy: boolean;
}

/** A question or a goal, and what it is asked of. */
export function GoalForm(props: IProps): JSX.Element {
  const { context, evaluation, form, busy } = props;
  const { values } = form;
  const { trans } = context;
  return (
    <form
      className="vl-goal"
      aria-label={trans.__('Question or goal')}
      {...form.handlers}
    >
      <div className="vl-goal-line">
        <input
          className="vl-input"
          value={values.question}
          placeholder={trans.__('Where does %1 fail?', evaluation.run)}
          aria-label={trans.__('Question or goal')}
          onChange={({ target }) => form.set({ question: target.value })}
        />
        <SubmitButton disabled={busy}>{trans.__('Run')}</SubmitButton>
      </div>
      <ul className="vl-goal-examples" aria-label={trans.__('Examples')}>
        {examples(evaluation.run, trans).map(({ label, question, target }) => (
          <li key={target}>
            <button
              type="button"
              className="vl-goal-example"
              aria-pressed={values.target === target}
              title={question}
              onClick={() =>
                form.set(
                  values.target === target
                    ? { question: '', target: null }
                    : { question, target }
                )
              }
            >
              {label}
            </button>
          </li>
        ))}
      </ul>
      <Unread {...props} />
      <Options {...props} />
    </form>
  );
}

/** That a question of one's own needs a language model, where there is none. */
function Unread({ context, evaluation, settings, form }: IProps) {
  const { trans } = context;
  const known = examples(evaluation.run, trans).map(each => each.question);
  const { question, target } = form.values;
  if (!settings || settings.model || ['', ...known].includes(question.trim())) {
    return null;
  }
  return (
    <p className="vl-quiet" role="status">
      {trans.__(
        'No language model is set up to read the question. Statistics look for: %1.',
        target ? targetName(target, trans) : trans.__('everything')
      )}
    </p>
  );
}

function Options(props: IProps): JSX.Element {
  const { context, evaluations, evaluation, onEvaluation, form } = props;
  const { narrowed, settings } = props;
  const { values } = form;
  const { trans } = context;
  const name = evaluation.evaluation;
  return (
    <details className="vl-goal-options">
      <summary>
        {trans.__('Options')}
        <span className="vl-quiet"> {summary(props)}</span>
      </summary>
      <div className="vl-goal-fields">
        <Choice
          label={trans.__('Evaluation')}
          value={name}
          onChange={onEvaluation}
          options={evaluations.map(({ evaluation, stale }) => [
            evaluation,
            stale ? trans.__('%1 (out of date)', evaluation) : evaluation
          ])}
        />
        <Choice
          label={trans.__('Look for')}
          value={values.target ?? ''}
          onChange={value =>
            form.set({ target: (value || null) as Target | null })
          }
          options={[
            ['', trans.__('everything')],
            ...TARGETS.map(each => [each, targetName(each, trans)] as const)
          ]}
        />
        <Choice
          label={trans.__('Among')}
          value={values.level ?? ''}
          onChange={value =>
            form.set({ level: (value || null) as Level | null })
          }
          options={[
            ['', trans.__('objects and images')],
            ['annotations', trans.__('objects')],
            ['samples', trans.__('images')]
          ]}
        />
        <Choice
          label={trans.__('Conditions at most')}
          {...form.bind('depth')}
          options={[1, 2, 3].map(each => [each, `${each}`])}
        />
      </div>
      {narrowed !== null && (
        <Check
          label={trans.__('Only the images of the view')}
          title={narrowed}
          {...form.bind('ofView')}
        />
      )}
      {settings?.model ? (
        <Check
          label={trans.__('Let a language model explain')}
          title={settings.model}
          {...form.bind('explained')}
        />
      ) : (
        <p className="vl-quiet">
          {settings?.reason} {trans.__('Statistics find, templates word.')}
        </p>
      )}
    </details>
  );
}

/** What the options say, while they are folded. */
function summary({ context, evaluation, form, narrowed }: IProps): string {
  const { trans } = context;
  const { values } = form;
  return [
    evaluation.evaluation,
    values.target ? targetName(values.target, trans) : trans.__('everything'),
    trans._n('%1 condition', 'up to %1 conditions', values.depth),
    values.ofView && narrowed ? narrowed : null
  ]
    .filter(Boolean)
    .join(' · ');
}
