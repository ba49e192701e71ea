import * as React from 'react';
import { formatTime } from '../components/format';
import type { ScaleKind } from './scale';

interface IProps {
  readonly kind: ScaleKind;
  readonly value: number | string | null;
  readonly placeholder: string;
  readonly label: string;
  /** Called on Enter and when focus leaves; null: open. */
  readonly onCommit: (value: number | string | null) => void;
}

function written(value: number | string | null, kind: ScaleKind): string {
  if (value === null) {
    return '';
  }
  return kind === 'time' && typeof value === 'string'
    ? formatTime(value)
    : String(value);
}

/** The value of the text; undefined when it is none. */
function parse(
  text: string,
  kind: ScaleKind
): number | string | null | undefined {
  if (text.trim() === '') {
    return null;
  }
  if (kind === 'time') {
    const time = new Date(`${text.trim().replace(' ', 'T')}Z`);
    return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
  }
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** One end of a range as text; Escape takes an edit back. */
export function RangeInput(props: IProps): JSX.Element {
  const { kind, value, onCommit } = props;
  const [text, setText] = React.useState(written(value, kind));
  const [invalid, setInvalid] = React.useState(false);

  React.useEffect(() => {
    setText(written(value, kind));
    setInvalid(false);
  }, [value, kind]);

  const commit = (): void => {
    if (text === written(value, kind)) {
      return;
    }
    const parsed = parse(text, kind);
    setInvalid(parsed === undefined);
    if (parsed !== undefined) {
      onCommit(parsed);
    }
  };

  return (
    <input
      className="vl-input vl-range-input"
      inputMode={kind === 'number' ? 'decimal' : 'text'}
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
          setText(written(value, kind));
        }
      }}
    />
  );
}
