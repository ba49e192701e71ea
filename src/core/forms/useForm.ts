/** The state that every form and dialog has: values, what does not fit, sending, the server's words. */
import * as React from 'react';
import type { IErrorBody } from '../client/types';
import { useAction } from '../components/useAction';
import { type IAnswer, useAnswer } from '../components/useAnswer';
import { type FormKeys, formKeys } from './formKeys';

/** Typing rests so long before the server is asked for an estimate (milliseconds). */
const DELAY = 400;

/** What does not fit, by field: a text to show, or true where a value is missing. */
export type FormErrors<Values> = Partial<Record<keyof Values, string | true>>;

interface IOptions<Values, Estimate> {
  readonly initial: Values;
  /** Sends the values; what it rejects with becomes `error`. */
  readonly onSubmit?: (values: Values) => unknown;
  readonly onChange?: (values: Values) => void;
  /** Escape ends the form. */
  readonly onCancel?: () => void;
  readonly validate?: (values: Values) => FormErrors<Values>;
  /** What the server says of the values before they are sent; asked anew when `key` changes, null: not asked. */
  readonly estimate?: {
    readonly key: (values: Values) => string | null;
    readonly ask: (values: Values, signal: AbortSignal) => Promise<Estimate>;
  };
}

export interface IForm<Values, Estimate = never> {
  readonly values: Values;
  /** Change some; an error of the values before is forgotten. */
  readonly set: (change: Partial<Values>) => void;
  readonly reset: (values?: Values) => void;
  /** Value and handler of a field's control. */
  readonly bind: <Name extends keyof Values>(
    name: Name
  ) => {
    readonly value: Values[Name];
    readonly onChange: (value: Values[Name]) => void;
  };
  readonly errors: FormErrors<Values>;
  /** Why the server refused them. */
  readonly error: IErrorBody | null;
  readonly estimate: IAnswer<Estimate>;
  /** Whether they fit and are not being sent. */
  readonly canSubmit: boolean;
  readonly submitting: boolean;
  /** Send the values, in another way than `onSubmit` where `send` is one. */
  readonly submit: (send?: (values: Values) => unknown) => Promise<void>;
  /** For the `form` element. */
  readonly handlers: FormKeys;
}

export function useForm<Values extends object, Estimate = never>(
  options: IOptions<Values, Estimate>
): IForm<Values, Estimate> {
  const { initial, validate, estimate, onSubmit, onChange, onCancel } = options;
  const [values, setValues] = React.useState(initial);
  const { busy, error, run, forget } = useAction();
  const current = React.useRef(values);

  const reset = (next = initial): void => {
    current.current = next;
    setValues(next);
    forget();
    onChange?.(next);
  };
  const set = (change: Partial<Values>): void =>
    reset({ ...current.current, ...change });
  const fits = (candidate: Values): boolean =>
    Object.keys(validate?.(candidate) ?? {}).length === 0;
  const submit = async (send = onSubmit): Promise<void> => {
    if (fits(current.current)) {
      await run(() => send?.(current.current));
    }
  };
  return {
    values,
    set,
    reset,
    bind: name => ({
      value: values[name],
      onChange: value => set({ [name]: value } as unknown as Partial<Values>)
    }),
    errors: validate?.(values) ?? {},
    error,
    estimate: useAnswer(
      estimate?.key(values) ?? null,
      signal => estimate!.ask(values, signal),
      DELAY
    ),
    canSubmit: !busy && fits(values),
    submitting: busy,
    submit,
    handlers: formKeys(() => void submit(), onCancel)
  };
}
