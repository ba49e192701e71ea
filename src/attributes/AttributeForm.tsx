import * as React from 'react';
import { useStore } from 'zustand';
import type { IAttributeJobs, IAttributeSpec, IVisionModel } from './client';
import type { IPanelContext } from '../core/client/context';
import { ErrorBox } from '../core/components/ErrorBox';
import { conditionsOf } from '../evaluation/conditionsOf';
import { useAnswer } from '../core/components/useAnswer';
import { viewText } from '../core/filters/steps';
import {
  Check,
  Checks,
  Choice,
  SubmitButton,
  TextField
} from '../core/forms/fields';
import { useForm } from '../core/forms/useForm';
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
  const { answer: known, error } = useAnswer('models', () =>
    client.analysis.visionModels()
  );
  const narrowing = conditionsOf(view);
  const builtIn = known?.questions ?? [];
  const models = known?.models ?? null;
  const modelOf = ({ model }: IValues): IVisionModel | undefined =>
    models?.find(each => each.model === model) ??
    models?.find(({ available }) => available);
  const form = useForm<IValues>({
    initial: NONE,
    validate: values => ({
      ...(questionsOf(values, builtIn).length === 0 && { chosen: true }),
      ...(!modelOf(values)?.available && { model: true })
    }),
    onSubmit: async values => {
      const isStarted = await making.start('attributes', {
        attributes: questionsOf(values, builtIn),
        model: values.model || null,
        limit: values.limit === '' ? null : Number(values.limit),
        view: values.ofView && narrowing ? narrowing : null,
        trust_remote_code: modelOf(values)?.remote_code ?? false
      });
      if (isStarted) {
        form.reset();
      }
    }
  });
  return (
    <details className="vl-attribute-form" open={props.open || undefined}>
      <summary>{trans.__('Ask a model about the images')}</summary>
      <form
        aria-label={trans.__('Ask a model about the images')}
        {...form.handlers}
      >
        <Checks
          label={trans.__('Questions')}
          {...form.bind('chosen')}
          options={builtIn.map(({ name, question, options }) => [
            name,
            question,
            { title: options?.join(', ') || trans.__('yes or no') }
          ])}
        />
        <fieldset>
          <legend>{trans.__('A question of your own')}</legend>
          <TextField
            label={trans.__('Question')}
            placeholder={trans.__('Is a person in the picture?')}
            {...form.bind('question')}
          />
          <TextField
            label={trans.__('Name of its field')}
            placeholder={trans.__('person')}
            {...form.bind('name')}
          />
          <TextField
            label={trans.__('Answers, if not yes or no')}
            placeholder={trans.__('none, one, several')}
            {...form.bind('answers')}
          />
        </fieldset>
        <ModelChoice
          context={context}
          models={models ?? []}
          chosen={modelOf(form.values)}
          {...form.bind('model')}
        />
        <TextField
          label={trans.__('Images at most, drawn at random')}
          type="number"
          min={1}
          placeholder={trans.__('all')}
          {...form.bind('limit')}
        />
        {narrowing && (
          <Check
            label={trans.__('Only the images of the view')}
            title={viewText(narrowing, trans)}
            {...form.bind('ofView')}
          />
        )}
        {error && <ErrorBox error={error} trans={trans} />}
        <SubmitButton disabled={!form.canSubmit || making.running}>
          {trans.__('Ask')}
        </SubmitButton>
      </form>
    </details>
  );
}

function ModelChoice(props: {
  context: IPanelContext;
  models: readonly IVisionModel[];
  value: string;
  chosen: IVisionModel | undefined;
  onChange: (value: string) => void;
}): JSX.Element {
  const { context, models, value, chosen, onChange } = props;
  const { trans } = context;
  const missing = models.find(({ available, reason }) => !available && reason);
  return (
    <>
      <Choice
        label={trans.__('Model')}
        value={value}
        onChange={onChange}
        options={[
          ['', trans.__('the usual one')],
          ...models.map(
            ({ model, label, available }) =>
              [model, label, { disabled: !available }] as const
          )
        ]}
      />
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
