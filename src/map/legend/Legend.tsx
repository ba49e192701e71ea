import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IColoring, IColorLegend } from '../../embeddings/client';
import { ClassSwatch } from '../../core/components/ClassSwatch';
import { OutcomeMark } from '../../core/outcomes/OutcomeMark';
import {
  isOutcome,
  outcomeFilter,
  outcomeName
} from '../../core/outcomes/outcomes';
import {
  formatCount,
  formatNumber,
  formatTime
} from '../../core/components/format';
import { Popover } from '../../core/components/Popover';
import { toggleValue, valuesOf, type Value } from '../../core/filters/tree';
import type { IWorkspaceModel } from '../../core/workspace/types';
import type { MapModel } from '../mapModel';
import { PLAIN, RAMP_CSS } from './palette';
import { State } from '../points/points';

/** Entries that stand below the map, and as many more that the filter asks for; the rest is searched. */
const SHOWN = 14;
/** Entries a search lists at most. */
const LISTED = 200;

interface IProps {
  readonly model: IWorkspaceModel;
  readonly map: MapModel;
  readonly trans: TranslationBundle;
}

interface IEntry {
  readonly code: number;
  readonly value: Value;
  /** Points in the view that have the value. */
  readonly count: number;
}

/** Points in the view by code; the last two: others, no value. */
export function countCodes(
  { legend, values }: IColoring,
  states: Uint8Array
): number[] {
  const others = legend.values.length;
  const counts = new Array<number>(others + 2).fill(0);
  const most = Math.min(states.length, values.length);
  for (let id = 0; id < most; id++) {
    if (states[id] >= State.shown) {
      counts[Math.min(values[id], others + 1)]++;
    }
  }
  return counts;
}

/** Entries that hold a text. */
export function matching(
  entries: readonly IEntry[],
  text: string
): readonly IEntry[] {
  const wanted = text.trim().toLowerCase();
  return wanted === ''
    ? entries
    : entries.filter(({ value }) =>
        String(value).toLowerCase().includes(wanted)
      );
}

/** What the colours mean; a click on an entry filters by it, in every panel. */
export function Legend({ model, map, trans }: IProps): JSX.Element | null {
  const coloring = useStore(map.store, state => state.coloring);
  const revision = useStore(map.store, state => state.revision);
  const filter = useStore(model.store, state => state.view.filter);
  const outcomes = useStore(model.store, state => state.view.outcomes ?? null);
  const counts = React.useMemo(
    () =>
      coloring?.legend.type === 'values'
        ? countCodes(coloring, map.states)
        : [],
    // the states are filled anew before the revision changes
    [coloring, map, revision]
  );
  if (coloring === null) {
    return null;
  }
  const { legend } = coloring;
  if (legend.type === 'numbers') {
    return <Ramp legend={legend} trans={trans} />;
  }
  const entries = legend.values.map(({ value }, code) => ({
    code,
    value,
    count: counts[code]
  }));
  const { evaluation } = coloring;
  const kept = outcomes?.evaluation === evaluation ? outcomes : null;
  const asked: readonly Value[] =
    evaluation === undefined
      ? valuesOf(filter, legend.field)
      : (kept?.outcomes ?? []);
  const toggle = (value: Value): void => {
    if (evaluation === undefined) {
      model.setFilter(toggleValue(filter, legend.field, value));
    } else if (isOutcome(value)) {
      const confidence = kept?.confidence ?? null;
      model.setOutcomes(
        asked.includes(value)
          ? null
          : outcomeFilter(evaluation, confidence, { outcomes: [value] })
      );
    }
  };
  const first = entries.slice(0, SHOWN).concat(
    entries
      .slice(SHOWN)
      .filter(({ value }) => asked.includes(value))
      .slice(0, SHOWN)
  );
  const more = legend.values.length + legend.others - first.length;
  const missing = counts[legend.values.length + 1] ?? 0;
  const button = (entry: IEntry): JSX.Element => (
    <Entry
      key={entry.code}
      entry={entry}
      pressed={asked.includes(entry.value)}
      ofOutcome={evaluation !== undefined}
      trans={trans}
      onToggle={toggle}
    />
  );
  return (
    <div
      className="vl-map-legend"
      role="group"
      aria-label={trans.__('Legend: %1', legend.label)}
    >
      <div className="vl-map-values">{first.map(button)}</div>
      {more > 0 && (
        <More entries={entries} count={more} trans={trans}>
          {listed => listed.map(button)}
        </More>
      )}
      {missing > 0 && evaluation === undefined && (
        <button
          type="button"
          className="vl-map-entry"
          aria-pressed={asked.includes(null)}
          onClick={() => toggle(null)}
        >
          <i style={{ backgroundColor: PLAIN }} aria-hidden="true" />
          {trans.__('no value')} <span>{formatCount(missing)}</span>
        </button>
      )}
    </div>
  );
}

/** One value with its colour, how many points in the view have it, and whether the filter asks for it. */
function Entry(props: {
  entry: IEntry;
  pressed: boolean;
  ofOutcome: boolean;
  trans: TranslationBundle;
  onToggle: (value: Value) => void;
}): JSX.Element {
  const { entry, pressed, ofOutcome, trans, onToggle } = props;
  const outcome = ofOutcome && isOutcome(entry.value) ? entry.value : null;
  const name = outcome ? outcomeName(outcome, trans) : String(entry.value);
  return (
    <button
      type="button"
      className="vl-map-entry"
      aria-pressed={pressed}
      title={
        pressed
          ? trans.__('%1: click to take it out of the filter', name)
          : trans.__('%1: click to show only these', name)
      }
      onClick={() => onToggle(entry.value)}
    >
      {outcome ? (
        <OutcomeMark outcome={outcome} />
      ) : (
        <ClassSwatch name={name} />
      )}
      <span className="vl-map-entry-name">{name}</span>{' '}
      <span className="vl-quiet">{formatCount(entry.count)}</span>
    </button>
  );
}

/** The entries that do not fit below the map, searched by name. */
function More(props: {
  entries: readonly IEntry[];
  count: number;
  trans: TranslationBundle;
  children: (entries: readonly IEntry[]) => React.ReactNode;
}): JSX.Element {
  const { entries, count, trans } = props;
  const [open, setOpen] = React.useState(false);
  const [text, setText] = React.useState('');
  const found = matching(entries, text);
  return (
    <Popover
      kind="dialog"
      label={trans.__('+%1 more', formatCount(count))}
      title={trans.__('Search the legend')}
      open={open}
      onToggle={setOpen}
    >
      <input
        type="search"
        className="vl-input"
        value={text}
        autoFocus
        placeholder={trans.__('Search %1 values', formatCount(entries.length))}
        aria-label={trans.__('Search the legend')}
        onChange={event => setText(event.currentTarget.value)}
      />
      <div className="vl-map-entries">
        {props.children(found.slice(0, LISTED))}
      </div>
      {found.length > LISTED && (
        <p className="vl-quiet">
          {trans.__('and %1 more', formatCount(found.length - LISTED))}
        </p>
      )}
      {found.length === 0 && (
        <p className="vl-quiet">{trans.__('No value holds this text.')}</p>
      )}
    </Popover>
  );
}

/** The scale of a number. */
function Ramp(props: {
  legend: IColorLegend;
  trans: TranslationBundle;
}): JSX.Element {
  const { legend, trans } = props;
  const text = (value: number | null): string => {
    if (value === null) {
      return '–';
    }
    return legend.field === 'captured_at'
      ? formatTime(new Date(1000 * value).toISOString())
      : formatNumber(value);
  };
  return (
    <div className="vl-map-legend">
      <span>{text(legend.low)}</span>
      <div
        className="vl-map-ramp"
        role="img"
        aria-label={trans.__(
          'Scale of %1 from %2 to %3',
          legend.label,
          text(legend.low),
          text(legend.high)
        )}
        style={{ background: RAMP_CSS }}
      />
      <span>{text(legend.high)}</span>
      {legend.missing > 0 && (
        <span className="vl-quiet">
          {trans.__('%1 without a value', formatCount(legend.missing))}
        </span>
      )}
    </div>
  );
}
