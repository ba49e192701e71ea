import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { errorBody } from '../client/errors';
import type { IErrorBody } from '../client/types';
import { ErrorBox } from './ErrorBox';

interface IProps {
  readonly trans: TranslationBundle;
  /** Tags of the dataset, offered while typing. */
  readonly known: readonly string[];
  readonly onAdd: (tag: string) => Promise<void>;
  /** Offers "Remove" beside "Add". */
  readonly onRemove?: (tag: string) => Promise<void>;
  readonly onDone?: () => void;
  readonly autoFocus?: boolean;
}

/** One tag, typed or chosen, to add or remove. */
export function TagForm(props: IProps): JSX.Element {
  const { trans, onAdd, onRemove, onDone } = props;
  const [text, setText] = React.useState('');
  const [error, setError] = React.useState<IErrorBody | null>(null);
  const input = React.useRef<HTMLInputElement>(null);
  const list = React.useId();
  const tag = text.trim();

  React.useEffect(() => {
    if (props.autoFocus) {
      input.current?.focus();
    }
  }, [props.autoFocus]);

  const run = async (change: (tag: string) => Promise<void>): Promise<void> => {
    try {
      await change(tag);
      setText('');
      setError(null);
      onDone?.();
    } catch (reason) {
      setError(errorBody(reason));
    }
  };

  return (
    <form
      className="vl-tag-form"
      onSubmit={event => {
        event.preventDefault();
        if (tag) {
          void run(onAdd);
        }
      }}
    >
      <input
        ref={input}
        className="vl-input"
        list={list}
        value={text}
        maxLength={200}
        placeholder={trans.__('Tag')}
        aria-label={trans.__('Tag')}
        onChange={event => setText(event.target.value)}
      />
      <datalist id={list}>
        {props.known.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <button type="submit" className="vl-button" disabled={!tag}>
        {trans.__('Add')}
      </button>
      {onRemove && (
        <button
          type="button"
          className="vl-button"
          disabled={!tag}
          onClick={() => void run(onRemove)}
        >
          {trans.__('Remove')}
        </button>
      )}
      {error && <ErrorBox error={error} trans={trans} />}
    </form>
  );
}
