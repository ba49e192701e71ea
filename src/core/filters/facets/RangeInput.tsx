import * as React from 'react';

interface IProps {
  readonly value: number | string | null;
  readonly placeholder: string;
  readonly label: string;
  /** Called on Enter and when focus leaves; null: open. */
  readonly onCommit: (value: number | null) => void;
}

function written(value: number | string | null): string {
  return value === null ? '' : String(value);
}

/** The number of the text, null when it is empty; undefined when it is none. */
function parse(text: string): number | null | undefined {
  if (text.trim() === '') {
    return null;
  }
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** One end of a range of numbers; Escape takes an edit back. */
export function RangeInput(props: IProps): JSX.Element {
  const { value, onCommit } = props;
  const [text, setText] = React.useState(written(value));
  const [invalid, setInvalid] = React.useState(false);

  React.useEffect(() => {
    setText(written(value));
    setInvalid(false);
  }, [value]);

  const commit = (): void => {
    if (text === written(value)) {
      return;
    }
    const parsed = parse(text);
    setInvalid(parsed === undefined);
    if (parsed !== undefined) {
      onCommit(parsed);
    }
  };

  return (
    <input
      className="vl-input vl-range-input"
      inputMode="decimal"
      value={text}
      placeholder={props.placeholder}
      aria-label={props.label}
      aria-invalid={invalid}
      onChange={event => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          commit();
        } else if (event.key === 'Escape') {
          setText(written(value));
          setInvalid(false);
        }
      }}
    />
  );
}
