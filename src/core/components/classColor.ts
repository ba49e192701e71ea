/**
 * A class's look: a colour and a mark that follow from its name alone.
 *
 * Equal chroma and three near lightnesses in OKLCH keep all classes about equally loud and legible on
 * light, dark and photographic backgrounds; the mark tells them apart where colours look alike.
 */

/** Marks of the swatches, the second cue beside the hue. */
export const MARKS = ['square', 'circle', 'diamond', 'triangle'] as const;
export type Mark = (typeof MARKS)[number];

const LIGHTNESSES = [0.62, 0.685, 0.75];
const CHROMA = 0.15;
const HUES = 24;
/** Chosen so that the classes of a few common datasets get colours well apart. */
const SEED = 0x61566;

/** Colour of annotations without a class. */
export const NO_CLASS_COLOR = '#8c959f';

const colors = new Map<string, string>();

/** FNV-1a of the UTF-16 code units from our own seed, finalised so that short names spread. */
function hash(name: string): number {
  let h = SEED;
  for (let i = 0; i < name.length; i++) {
    h = Math.imul(h ^ name.charCodeAt(i), 0x01000193);
  }
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
  h = Math.imul(h ^ (h >>> 16), 0x45d9f3b);
  return (h ^ (h >>> 16)) >>> 0;
}

function gamma(linear: number): number {
  const c = Math.min(Math.max(linear, 0), 1);
  return c <= 0.0031308 ? 12.92 * c : 1.055 * c ** (1 / 2.4) - 0.055;
}

/** OKLCH to `#rrggbb`; out-of-gamut channels are clipped. Hue in degrees. */
export function oklch(lightness: number, chroma: number, hue: number): string {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const channels = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s
  ];
  return `#${channels
    .map(c =>
      Math.round(gamma(c) * 255)
        .toString(16)
        .padStart(2, '0')
    )
    .join('')}`;
}

/** The colour of a class, `#rrggbb`; the same name has the same colour in every dataset. */
export function classColor(name: string | null): string {
  if (name === null) {
    return NO_CLASS_COLOR;
  }
  let color = colors.get(name);
  if (color === undefined) {
    const h = hash(name);
    const lightness = LIGHTNESSES[(h >>> 8) % LIGHTNESSES.length];
    color = oklch(lightness, CHROMA, ((h % HUES) * 360) / HUES);
    colors.set(name, color);
  }
  return color;
}

/** The mark of a class. */
export function classMark(name: string | null): Mark {
  return name === null ? 'square' : MARKS[(hash(name) >>> 16) % MARKS.length];
}
