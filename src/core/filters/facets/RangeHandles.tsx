import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IFacet } from '../../client/types';
import { binRange, binsOf, label, type ScaleKind } from './scale';
import type { IRange } from '../tree';

/** Bins that Page Up and Page Down move by. */
const PAGE = 5;

interface IProps {
  readonly facet: IFacet;
  readonly kind: ScaleKind;
  readonly range: IRange;
  readonly trans: TranslationBundle;
  readonly onRange: (range: IRange) => void;
}

/** Both ends of a histogram's range for the keyboard: arrows move them by a bin. */
export function RangeHandles(props: IProps): JSX.Element {
  const { facet, kind, range, trans, onRange } = props;
  const { bins, label: name } = facet;
  const [first, last] = binsOf(facet, range, kind);
  const end = bins.length - 1;

  const handle = (upper: boolean): JSX.Element => {
    const bin = upper ? last : first;
    const [least, most] = upper ? [first, end] : [0, last];
    const edge = upper ? bins[bin].high : bins[bin].low;
    const onKeyDown = (event: React.KeyboardEvent): void => {
      const to = target(event.key, bin, least, most);
      if (to === null || event.altKey || event.ctrlKey || event.metaKey) {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
      const moved = Math.min(Math.max(to, least), most);
      if (moved !== bin) {
        onRange(
          upper
            ? binRange(facet, first, moved, kind)
            : binRange(facet, moved, last, kind)
        );
      }
    };
    return (
      <span
        className="vl-histogram-handle"
        role="slider"
        tabIndex={0}
        aria-label={
          upper
            ? trans.__('%1: upper end', name)
            : trans.__('%1: lower end', name)
        }
        aria-valuemin={bins[least].low}
        aria-valuemax={bins[most].high}
        aria-valuenow={edge}
        aria-valuetext={label(edge, kind)}
        title={trans.__('%1; arrow keys move it', label(edge, kind))}
        style={{ left: `${(100 * (upper ? bin + 1 : bin)) / bins.length}%` }}
        onKeyDown={onKeyDown}
      />
    );
  };
  return (
    <>
      {handle(false)}
      {handle(true)}
    </>
  );
}

function target(
  key: string,
  bin: number,
  least: number,
  most: number
): number | null {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return bin - 1;
    case 'ArrowRight':
    case 'ArrowUp':
      return bin + 1;
    case 'PageDown':
      return bin - PAGE;
    case 'PageUp':
      return bin + PAGE;
    case 'Home':
      return least;
    case 'End':
      return most;
    default:
      return null;
  }
}
