import * as React from 'react';
import { useStore } from 'zustand';
import type { IAttributeJobs, IAttributeSpec, IVisionModel } from './client';
import type { IPanelContext } from '../core/client/context';
import { ErrorBox } from '../core/components/ErrorBox';
import { conditionsOf } from '../evaluation/conditionsOf';
import { useAnswer } from '../core/components/useAnswer';
import { viewText } from '../core/filters/steps';
import type { IPanelJob } from '../core/jobs/usePanelJob';
import type { IWorkspaceModel } from '../core/workspace/types';
import { ownQuestion } from './questions';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly open: boolean;
  readonly making: IPanelJob<IAttributeJobs>;
}

interface IValues {
  readonly chosen: readonly string[];
  readonly name: string;
  readonly question: string;
  readonly answers: string;
  readonly model: string;
  readonly limit: string;
  readonly ofView: boolean;
}

const NONE: IValues = {
  chosen: [],
  name: '',
  question: '',
  answers: '',
  model: '',
  limit: '',
  ofView: false
};

/** The questions of a form: those chosen of the built-in ones, and the user's own. */
function questionsOf(
  values: IValues,
  builtIn: readonly IAttributeSpec[]
): IAttributeSpec[] {
  const { chosen, name, question, answers } = values;
  const own =
    name.trim() && question.trim()
      ? [ownQuestion(name, question, answers)]
      : [];
  return [...builtIn.filter(each => chosen.includes(each.name)), ...own];
}

/** Ask a model about images: built-in questions or the user's own. */
export function AttributeForm(props: IProps): JSX.Element {
  const { model, context, making } = props;
  const { client, trans } = context;
  const view = useStore(model.store, state => state.view);
  const [values, setValues] = React.useState(NONE);
  const { answer: known, error } = useAnswer('models', () =>
    client.analysis.visionModels()
  );
  const set = (change: Partial<IValues>): void =>
    setValues(old => ({ ...old, ...change }));
  const narrowing = conditionsOf(view);
  const builtIn = known?.questions ?? [];
  const models = known?.models ?? null;
  const questions = questionsOf(values, builtIn);
  const chosen =
    models?.find(each => each.model === values.model) ??
    models?.find(({ available }) => available);
  const submit = async (): Promise<void> => {
    const isStarted = await making.start('attributes', {
      attributes: questions,
      model: values.model || null,
      limit: values.limit === '' ? null : Number(values.limit),
      view: values.ofView && narrowing ? narrowing : null,
      trust_remote_code: chosen?.remote_code ?? false
    });
    if (isStarted) {
      setValues(NONE);
    }
  };
  return (
    <details className="vl-attribute-form" open={props.open || undefined}>
      <summary>{trans.__('Ask a model about the images')}</summary>
      <form
        aria-label={trans.__('Ask a model about the images')}
        onSubmit={event => {
          event.preventDefault();
          void submit();
        }}
      >
        <fieldset>
          <legend>{trans.__('Questions')}</legend>
          {builtIn.map(({ name, question, options }) => (
            <label
              key={name}
              className="vl-check"
              title={options?.join(', ') || trans.__('yes or no')}
            >
              <input
                type="checkbox"
                checked={values.chosen.includes(name)}
                onChange={({ target }) =>
                  set({
                    chosen: target.checked
                      ? [...values.chosen, name]
                      : values.chosen.filter(each => each !== name)
                  })
                }
              />
              {question}
            </label>
          ))}
        </fieldset>
        <fieldset>
          <legend>{trans.__('A question of your own')}</legend>
          <Text
            label={trans.__('Question')}
            placeholder={trans.__('Is a person in the picture?')}
            value={values.question}
            onChange={question => set({ question })}
          />
          <Text
            label={trans.__('Name of its field')}
            placeholder={trans.__('person')}
            value={values.name}
            onChange={name => set({ name })}
          />
          <Text
            label={trans.__('Answers, if not yes or no')}
            placeholder={trans.__('none, one, several')}
            value={values.answers}
            onChange={answers => set({ answers })}
          />
        </fieldset>
        <ModelChoice
          context={context}
          models={models}
          value={values.model}
          chosen={chosen}
          onChange={value => set({ model: value })}
        />
        <Text
          label={trans.__('Images at most, drawn at random')}
          type="number"
          placeholder={trans.__('all')}
          value={values.limit}
          onChange={limit => set({ limit })}
        />
        {narrowing && (
          <label className="vl-check" title={viewText(narrowing, trans)}>
            <input
              type="checkbox"
              checked={values.ofView}
              onChange={({ target }) => set({ ofView: target.checked })}
            />
            {trans.__('Only the images of the view')}
          </label>
        )}
        {error && <ErrorBox error={error} trans={trans} />}
        <button
          type="submit"
          className="vl-button vl-mod-primary"
          disabled={
            questions.length === 0 || making.running || !chosen?.available
          }
        >
          {trans.__('Ask')}
        </button>
      </form>
    </details>
  );
}

function ModelChoice(props: {
  context: IPanelContext;
  models: readonly IVisionModel[] | null;
  value: string;
  chosen: IVisionModel | undefined;
  onChange: (value: string) => void;
}): JSX.Element {
  const { context, models, value, chosen, onChange } = props;
  const { trans } = context;
  const missing = (models ?? []).find(
    ({ available, reason }) => !available && reason
  );
  return (
    <>
      <label className="vl-field">
        <span>{trans.__('Model')}</span>
        <select
          className="vl-input"
          value={value}
          onChange={({ target }) => onChange(target.value)}
        >
          <option value="">{trans.__('the usual one')}</option>
          {(models ?? []).map(({ model, label, available }) => (
            <option key={model} value={model} disabled={!available}>
              {label}
            </option>
          ))}
        </select>
      </label>
      {!chosen?.available && missing && (
        <p className="vl-quiet">{missing.reason}</p>
      )}
      {chosen?.remote_code && (
        <p className="vl-notice vl-mod-warning">
          {trans.__('This model runs code of its authors on this machine.')}
        </p>
      )}
    </>
  );
}

function Text(props: {
  label: string;
  value: string;
  placeholder: string;
  type?: 'text' | 'number';
  onChange: (value: string) => void;
}): JSX.Element {
  const { label, onChange, type, ...input } = props;
  return (
    <label className="vl-field">
      <span>{label}</span>
      <input
        {...input}
        type={type ?? 'text'}
        min={type === 'number' ? 1 : undefined}
        className="vl-input"
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}
