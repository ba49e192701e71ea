import * as React from 'react';

interface IProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly onChange: (value: string) => void;
}

/** A labelled line of text. */
export function Field(props: IProps): JSX.Element {
  return (
    <label className="vl-field">
      <span>{props.label}</span>
      <input
        type="text"
        className="vl-input"
        spellCheck={false}
        value={props.value}
        placeholder={props.placeholder}
        onChange={event => props.onChange(event.currentTarget.value)}
      />
    </label>
  );
}
