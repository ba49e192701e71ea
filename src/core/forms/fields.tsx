/** The controls of forms, each with its name. */
import * as React from 'react';
import { Button } from '../components/Button';

interface IFieldProps<Value> {
  readonly label: string;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

/** A line of text, or a number as it is typed. */
export function TextField(
  props: IFieldProps<string> &
    Omit<React.InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'>
): JSX.Element {
  const { label, onChange, ...input } = props;
  return (
    <label className="vl-field">
      <span>{label}</span>
      <input
        type="text"
        className="vl-input"
        {...input}
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}

export type ChoiceOption<Value> = readonly [
  Value,
  string,
  { readonly disabled?: boolean; readonly title?: string }?
];

/** One of several. */
export function Choice<Value extends string | number>(
  props: IFieldProps<Value> & {
    readonly options: readonly ChoiceOption<Value>[];
    readonly disabled?: boolean;
  }
): JSX.Element {
  const { label, options, onChange, ...select } = props;
  return (
    <label className="vl-field">
      <span>{label}</span>
      <select
        className="vl-input"
        {...select}
        onChange={({ target }) => onChange(options[target.selectedIndex][0])}
      >
        {options.map(([value, text, option]) => (
          <option key={value} value={value} {...option}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Yes or no. */
export function Check(
  props: IFieldProps<boolean> & { readonly title?: string }
): JSX.Element {
  const { label, value, title, onChange } = props;
  return (
    <label className="vl-check" title={title}>
      <input
        type="checkbox"
        checked={value}
        onChange={({ target }) => onChange(target.checked)}
      />
      {label}
    </label>
  );
}

/** Any of several. */
export function Checks(
  props: IFieldProps<readonly string[]> & {
    readonly options: readonly ChoiceOption<string>[];
    readonly className?: string;
  }
): JSX.Element {
  const { label, value, options, className, onChange } = props;
  return (
    <fieldset className={className}>
      <legend>{label}</legend>
      {options.map(([name, text, option]) => (
        <Check
          key={name}
          label={text}
          title={option?.title}
          value={value.includes(name)}
          onChange={isOn =>
            onChange(
              isOn ? [...value, name] : value.filter(each => each !== name)
            )
          }
        />
      ))}
    </fieldset>
  );
}

/** The button that sends a form. */
export function SubmitButton(props: {
  readonly disabled: boolean;
  readonly children: React.ReactNode;
}): JSX.Element {
  return (
    <Button type="submit" kind="primary" disabled={props.disabled}>
      {props.children}
    </Button>
  );
}
