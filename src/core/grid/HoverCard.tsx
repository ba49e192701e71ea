import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { ITile } from '../client/types';
import { classColor } from '../components/classColor';
import { ClassSwatch } from '../components/ClassSwatch';
import { formatCount } from '../components/format';
import { OutcomeMark } from '../outcomes/OutcomeMark';
import { OUTCOMES, outcomeName } from '../outcomes/outcomes';
import { GROUND_TRUTH } from '../overlays/shapes';
import type { IHover } from './useHover';

interface IProps {
  readonly tile: ITile;
  readonly at: IHover;
  readonly trans: TranslationBundle;
  /** Said where there is no thumbnail. */
  readonly missing: string;
  /** Stands above the name, where the tile itself is not to be seen. */
  readonly children?: React.ReactNode;
}

const NAMED_CLASSES = 5;
const WIDTH = 232;

/** Ground-truth classes with their counts, most frequent first. */
export function classCounts(tile: ITile): [string | null, number][] {
  const counts = new Map<string | null, number>();
  tile.classes.forEach((name, i) => {
    if (tile.sources[i] === GROUND_TRUTH) {
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  });
  return [...counts].sort((a, b) => b[1] - a[1]);
}

function predictions(tile: ITile): [string, number][] {
  const counts = new Map<string, number>();
  for (const source of tile.sources) {
    if (source !== GROUND_TRUTH) {
      counts.set(source, (counts.get(source) ?? 0) + 1);
    }
  }
  return [...counts];
}

/** A mini-bar of the classes and the most frequent of them by name. */
function Classes({ tile }: { tile: ITile }): JSX.Element {
  const counts = classCounts(tile);
  return (
    <>
      <div className="vl-hover-bar" aria-hidden="true">
        {counts.map(([name, count]) => (
          <span
            key={String(name)}
            style={{ flexGrow: count, backgroundColor: classColor(name) }}
          />
        ))}
      </div>
      <ul className="vl-hover-classes">
        {counts.slice(0, NAMED_CLASSES).map(([name, count]) => (
          <li key={String(name)}>
            <ClassSwatch name={name} /> {name ?? '–'} {formatCount(count)}
          </li>
        ))}
        {counts.length > NAMED_CLASSES && (
          <li>+{counts.length - NAMED_CLASSES}</li>
        )}
      </ul>
    </>
  );
}

/** Counts of outcomes, where the view asks for them. */
function Outcomes(props: {
  tile: ITile;
  trans: TranslationBundle;
}): JSX.Element {
  const { tile, trans } = props;
  return (
    <>
      {OUTCOMES.map(outcome => {
        const count = tile.outcomes.filter(each => each === outcome).length;
        return count > 0 ? (
          <div key={outcome}>
            <OutcomeMark outcome={outcome} /> {formatCount(count)}{' '}
            {outcomeName(outcome, trans)}
          </div>
        ) : null;
      })}
    </>
  );
}

/** What a tile holds, told before a click; beside the tile, never in the pointer's way. */
export function HoverCard(props: IProps): JSX.Element {
  const { tile, at, trans, missing, children } = props;
  const truths = tile.sources.filter(s => s === GROUND_TRUTH).length;
  const facts = [
    tile.split ?? trans.__('no split'),
    tile.width && tile.height ? `${tile.width} × ${tile.height}` : null,
    ...tile.tags.map(tag => `#${tag}`)
  ];
  const left =
    at.right + WIDTH + 8 <= window.innerWidth
      ? at.right + 4
      : Math.max(4, at.left - WIDTH - 4);
  return (
    <div
      className="vl-hover-card"
      role="tooltip"
      style={{ left, top: at.top, width: WIDTH }}
    >
      {tile.thumbnail === null ? (
        <div className="vl-hover-missing">{missing}</div>
      ) : (
        children
      )}
      <div className="vl-hover-name">{tile.filename}</div>
      {truths > 0 && <Classes tile={tile} />}
      <div>
        {trans._n(
          '%2 annotation',
          '%2 annotations',
          truths,
          formatCount(truths)
        )}
        {predictions(tile).map(([run, count]) => (
          <div key={run}>
            {trans._n(
              '%2 prediction of %3',
              '%2 predictions of %3',
              count,
              formatCount(count),
              run
            )}
          </div>
        ))}
      </div>
      <Outcomes tile={tile} trans={trans} />
      <div className="vl-quiet">{facts.filter(Boolean).join(' · ')}</div>
    </div>
  );
}
