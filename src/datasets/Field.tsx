import * as React from 'react';

interface IProps {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  readonly invalid?: boolean;
  readonly autoFocus?: boolean;
  readonly onChange: (value: string) => void;
}

/** A labelled line of text. */
export function Field(props: IProps): JSX.Element {
  const { autoFocus } = props;
  const input = React.useRef<HTMLInputElement>(null);
  React.useEffect(() => {
    if (autoFocus) {
      input.current?.focus();
    }
  }, [autoFocus]);
  return (
    <label className="vl-field">
      <span>{props.label}</span>
      <input
        ref={input}
        type="text"
        className="vl-input"
        spellCheck={false}
        value={props.value}
        placeholder={props.placeholder}
        aria-invalid={props.invalid}
        onChange={event => props.onChange(event.currentTarget.value)}
      />
    </label>
  );
}
