import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useForm } from '../forms/useForm';
import { Button } from './Button';
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
  const input = React.useRef<HTMLInputElement>(null);
  const list = React.useId();

  React.useEffect(() => {
    if (props.autoFocus) {
      input.current?.focus();
    }
  }, [props.autoFocus]);

  const sending =
    (change: (tag: string) => Promise<void>) =>
    async ({ text }: { text: string }): Promise<void> => {
      await change(text.trim());
      form.reset();
      onDone?.();
    };
  const form = useForm<{ text: string }>({
    initial: { text: '' },
    validate: ({ text }) => (text.trim() === '' ? { text: true } : {}),
    onSubmit: sending(onAdd)
  });
  const { error, errors } = form;

  return (
    <form className="vl-tag-form" {...form.handlers}>
      <input
        ref={input}
        className="vl-input"
        list={list}
        value={form.values.text}
        maxLength={200}
        placeholder={trans.__('Tag')}
        aria-label={trans.__('Tag')}
        onChange={({ target }) => form.set({ text: target.value })}
      />
      <datalist id={list}>
        {props.known.map(name => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Button type="submit" disabled={!!errors.text}>
        {trans.__('Add')}
      </Button>
      {onRemove && (
        <Button
          disabled={!!errors.text}
          onClick={() => void form.submit(sending(onRemove))}
        >
          {trans.__('Remove')}
        </Button>
      )}
      {error && <ErrorBox error={error} trans={trans} />}
    </form>
  );
}
