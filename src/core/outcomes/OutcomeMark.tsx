import * as React from 'react';
import type { Outcome } from '../client/types';
import { outcomeColor, outcomeGlyph } from './outcomes';

/** Colour and glyph of an outcome. */
export function OutcomeMark({ outcome }: { outcome: Outcome }): JSX.Element {
  return (
    <span
      className="vl-outcome-mark"
      style={{ backgroundColor: outcomeColor(outcome) }}
      aria-hidden="true"
    >
      {outcomeGlyph(outcome)}
    </span>
  );
}
