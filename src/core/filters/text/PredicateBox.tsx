import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IErrorBody } from '../../client/types';
import { ErrorBox } from '../../components/ErrorBox';
import type { IWorkspaceModel } from '../../workspace/types';

/** The filter as text. Enter applies it, Escape takes an edit back. */
export function PredicateBox(props: {
  model: IWorkspaceModel;
  trans: TranslationBundle;
}): JSX.Element {
  const { model, trans } = props;
  const predicate = useStore(model.store, state => state.predicate);
  const [text, setText] = React.useState(predicate);
  const [error, setError] = React.useState<IErrorBody | null>(null);

  React.useEffect(() => {
    setText(predicate);
    setError(null);
  }, [predicate]);

  const apply = async (): Promise<void> => {
    if (text.trim() !== predicate) {
      setError(await model.setPredicate(text.trim()));
    }
  };

  return (
    <div className="vl-predicate">
      <input
        className="vl-input vl-predicate-input"
        value={text}
        spellCheck={false}
        placeholder={trans.__("class = 'car' and confidence < 0.5")}
        aria-label={trans.__('Filter as text')}
        aria-invalid={error !== null}
        title={trans.__('Filter as text; Enter applies it')}
        onChange={event => setText(event.target.value)}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            void apply();
          } else if (event.key === 'Escape') {
            setText(predicate);
            setError(null);
          }
        }}
      />
      {error && <ErrorBox error={error} trans={trans} />}
    </div>
  );
}
