import * as React from 'react';
import { errorBody } from '../../client/errors';
import type { Filter, IErrorBody } from '../../client/types';
import { ErrorBox } from '../../components/ErrorBox';
import { formKeys } from '../formKeys';
import { conjunction, conjuncts } from '../tree';
import type { IFormProps } from './ConditionForm';

/** A condition that no form holds, as text. */
export function ConditionText(
  props: IFormProps & { parts: readonly Filter[] }
): JSX.Element {
  const { context, dataset, parts, onApply, onCancel } = props;
  const { client, trans } = context;
  const [text, setText] = React.useState('');
  const [error, setError] = React.useState<IErrorBody | null>(null);

  React.useEffect(() => {
    let current = true;
    client.predicate(dataset, { filter: conjunction([...parts]) }).then(
      answer => current && setText(answer.text),
      reason => current && setError(errorBody(reason))
    );
    return () => {
      current = false;
    };
    // Loaded once: the form is made anew for another condition.
  }, []);

  const apply = async (): Promise<void> => {
    try {
      const { filter } = await client.predicate(dataset, { text });
      onApply(conjuncts(filter));
    } catch (reason) {
      setError(errorBody(reason));
    }
  };

  return (
    <form
      className="vl-condition"
      aria-label={trans.__('Condition')}
      {...formKeys(apply, onCancel)}
    >
      <textarea
        className="vl-input vl-code-input"
        rows={3}
        value={text}
        spellCheck={false}
        autoFocus
        aria-label={trans.__('Condition as text')}
        aria-invalid={error !== null}
        onChange={event => {
          setText(event.target.value);
          setError(null);
        }}
      />
      {error && <ErrorBox error={error} trans={trans} />}
      <div className="vl-condition-buttons">
        <button
          type="submit"
          className="vl-button vl-mod-primary"
          disabled={text.trim() === ''}
        >
          {trans.__('Apply')}
        </button>
        {props.children}
        <button type="button" className="vl-button" onClick={onCancel}>
          {trans.__('Cancel')}
        </button>
      </div>
    </form>
  );
}
