import * as React from 'react';
import type { Filter } from '../../client/types';
import { Button } from '../../components/Button';
import { ErrorBox } from '../../components/ErrorBox';
import { useAnswer } from '../../components/useAnswer';
import { SubmitButton } from '../../forms/fields';
import { useForm } from '../../forms/useForm';
import { conjunction, conjuncts } from '../tree';
import type { IFormProps } from './ConditionForm';

/** A condition that no form holds, as text. */
export function ConditionText(
  props: IFormProps & { parts: readonly Filter[] }
): JSX.Element {
  const { context, dataset, parts, onApply, onCancel } = props;
  const { client, trans } = context;
  const form = useForm({
    initial: { text: '' },
    validate: ({ text }) => (text.trim() === '' ? { text: true } : {}),
    onSubmit: async ({ text }) => {
      const { filter } = await client.predicate(dataset, { text });
      onApply(conjuncts(filter));
    },
    onCancel
  });
  const written = useAnswer('written', () =>
    client.predicate(dataset, { filter: conjunction([...parts]) })
  );
  const { answer } = written;
  const { reset } = form;
  React.useEffect(() => {
    if (answer) {
      reset({ text: answer.text });
    }
    // The form is made anew for another condition.
  }, [answer]);
  const error = form.error ?? (form.values.text === '' ? written.error : null);

  return (
    <form
      className="vl-condition"
      aria-label={trans.__('Condition')}
      {...form.handlers}
    >
      <textarea
        className="vl-input vl-code-input"
        rows={3}
        value={form.values.text}
        spellCheck={false}
        autoFocus
        aria-label={trans.__('Condition as text')}
        aria-invalid={error !== null}
        onChange={({ target }) => form.set({ text: target.value })}
      />
      {error && <ErrorBox error={error} trans={trans} />}
      <div className="vl-condition-buttons">
        <SubmitButton disabled={form.errors.text !== undefined}>
          {trans.__('Apply')}
        </SubmitButton>
        {props.children}
        <Button onClick={onCancel}>{trans.__('Cancel')}</Button>
      </div>
    </form>
  );
}
