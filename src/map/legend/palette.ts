/** Colours of points: a stable hue for each value, a ramp for numbers. */
import type { IColoring, IColorLegend } from '../../embeddings/client';
import { classColor } from '../../core/components/classColor';
import { isOutcome, outcomeColor } from '../../core/outcomes/outcomes';

/** Of points without a value, of one of the many others, or while nothing colours them. */
export const PLAIN = '#8c959f';

/** Viridis from violet to yellow, without its darkest tenth, which a dark theme swallows. */
const RAMP = [
  '#46327e',
  '#365c8d',
  '#277f8e',
  '#1fa187',
  '#4ac16d',
  '#a0da39',
  '#fde725'
].map(readHex);

type Bytes = readonly [number, number, number];

function readHex(color: string): Bytes {
  const value = parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** The colour of a legend's entry. */
export function valueColor(value: string | number | boolean): string {
  return classColor(String(value));
}

function ofOutcome(value: string | number | boolean): string {
  return isOutcome(value) ? outcomeColor(value) : PLAIN;
}

/** The ramp's colour at a place between 0 and 1. */
export function rampColor(place: number): Bytes {
  const at = Math.min(Math.max(place, 0), 1) * (RAMP.length - 1);
  const i = Math.min(Math.floor(at), RAMP.length - 2);
  const part = at - i;
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(RAMP[i][channel] * (1 - part) + RAMP[i + 1][channel] * part);
  return [mix(0), mix(1), mix(2)];
}

/** The ramp as a CSS background, low at the left. */
export const RAMP_CSS = `linear-gradient(to right, ${RAMP.map(
  rgb => `rgb(${rgb.join(' ')})`
).join(', ')})`;

/** Colours by code: each value, the others, then no value. */
function table(
  { values }: IColorLegend,
  colorOf: (value: string | number | boolean) => string
): Bytes[] {
  const plain = readHex(PLAIN);
  return [...values.map(({ value }) => readHex(colorOf(value))), plain, plain];
}

/** Write each id's red, green, blue and 255 into `colors`; null: all plain. */
export function fillColors(
  colors: Uint8Array,
  coloring: IColoring | null
): void {
  const plain = readHex(PLAIN);
  const size = colors.length / 4;
  if (coloring === null) {
    for (let id = 0; id < size; id++) {
      write(colors, id, plain);
    }
    return;
  }
  const { legend, values, evaluation } = coloring;
  const most = Math.min(size, values.length);
  if (legend.type === 'values') {
    const rgb = table(
      legend,
      evaluation === undefined ? valueColor : ofOutcome
    );
    for (let id = 0; id < most; id++) {
      write(colors, id, rgb[Math.min(values[id], rgb.length - 1)]);
    }
  } else {
    const low = legend.low ?? 0;
    const span = (legend.high ?? 0) - low || 1;
    const ramp = Array.from({ length: 256 }, (_, i) => rampColor(i / 255));
    for (let id = 0; id < most; id++) {
      const place = (values[id] - low) / span;
      write(
        colors,
        id,
        place === place ? ramp[Math.round(place * 255)] : plain
      );
    }
  }
  // ids of the projection that the dataset has no more
  for (let id = most; id < size; id++) {
    write(colors, id, plain);
  }
}

function write(colors: Uint8Array, id: number, rgb: Bytes): void {
  const at = 4 * id;
  colors[at] = rgb[0];
  colors[at + 1] = rgb[1];
  colors[at + 2] = rgb[2];
  colors[at + 3] = 255;
}
