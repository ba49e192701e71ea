import * as React from 'react';
import { parseValue, writeValue } from '../condition/draft';

const DAY = 86_400_000;

interface IProps {
  readonly value: string | null;
  readonly label: string;
  readonly title: string;
  /** Days only; else to the minute. */
  readonly days: boolean;
  /** The upper end: the whole of its last day belongs to the range. */
  readonly upper: boolean;
  /** Called with an ISO time in UTC, before which an upper end lies; null: open. */
  readonly onCommit: (value: string | null) => void;
}

/** The day of an end; an upper end at midnight means the day before. */
function dayOf(value: string, upper: boolean): string {
  const time = new Date(value).getTime();
  return new Date(upper ? time - 1 : time).toISOString().slice(0, 10);
}

function written({ value, days, upper }: IProps): string {
  if (value === null || Number.isNaN(Date.parse(value))) {
    return '';
  }
  return days
    ? dayOf(value, upper)
    : writeValue(value, 'timestamp')!.slice(0, 16);
}

/** One end of a range of time, in UTC. */
export function DateInput(props: IProps): JSX.Element {
  const { days, upper, onCommit } = props;
  const shown = written(props);
  const [text, setText] = React.useState(shown);
  React.useEffect(() => setText(shown), [shown]);

  const commit = (): void => {
    if (text === shown) {
      return;
    }
    const time = text === '' ? null : parseValue(text, 'timestamp');
    if (typeof time === 'string' && days && upper) {
      onCommit(new Date(Date.parse(time) + DAY).toISOString());
    } else if (time === null || typeof time === 'string') {
      onCommit(time);
    }
  };
  return (
    <input
      className="vl-input vl-range-input"
      type={days ? 'date' : 'datetime-local'}
      value={text}
      aria-label={props.label}
      title={props.title}
      onChange={event => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          commit();
        } else if (event.key === 'Escape') {
          setText(shown);
        }
      }}
    />
  );
}
