import * as React from 'react';
import { classColor, classMark, type Mark } from './classColor';

const PATHS: Record<Mark, string> = {
  square: 'M1 1h8v8H1z',
  circle: 'M5 .5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z',
  diamond: 'M5 0l5 5-5 5-5-5z',
  triangle: 'M5 .5l5 9H0z'
};

/** Colour and mark of a class, as its boxes carry them. */
export function ClassSwatch(props: { name: string | null }): JSX.Element {
  return (
    <svg
      className="vl-swatch"
      viewBox="0 0 10 10"
      width="10"
      height="10"
      aria-hidden="true"
    >
      <path
        d={PATHS[classMark(props.name)]}
        style={{ fill: classColor(props.name) }}
      />
    </svg>
  );
}
