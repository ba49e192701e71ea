import {
  classColor,
  classMark,
  MARKS,
  NO_CLASS_COLOR,
  oklch
} from '../classColor';

/** Relative luminance of `#rrggbb` as WCAG defines it. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map(i => {
    const c = parseInt(color.slice(i, i + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const NAMES = Array.from({ length: 200 }, (_, i) => `class ${i}`);

describe('classColor', () => {
  it('follows from the name alone', () => {
    expect(classColor('car')).toBe(classColor('car'));
    expect(classColor('car')).not.toBe(classColor('person'));
    expect(classColor(null)).toBe(NO_CLASS_COLOR);
  });

  it('converts the primaries of OKLCH', () => {
    expect(oklch(1, 0, 0)).toBe('#ffffff');
    expect(oklch(0, 0, 0)).toBe('#000000');
    expect(oklch(0.62796, 0.25768, 29.234)).toBe('#ff0000');
  });

  it('is legible on light and dark themes', () => {
    for (const name of NAMES) {
      const l = luminance(classColor(name));
      expect((l + 0.05) / (luminance('#111111') + 0.05)).toBeGreaterThan(4.5);
      expect(1.05 / (l + 0.05)).toBeGreaterThan(2);
    }
  });

  it.each([
    [['RBC', 'WBC', 'Platelets']],
    [['car', 'pedestrian', 'truck', 'bicycle', 'cone', 'bus', 'motorcycle']],
    [['Car', 'Van', 'Truck', 'Pedestrian', 'Cyclist', 'Tram', 'Misc']]
  ])('tells the classes of a dataset apart: %j', names => {
    expect(new Set(names.map(classColor)).size).toBe(names.length);
  });

  it('spreads names over colours and marks', () => {
    expect(new Set(NAMES.map(classColor)).size).toBeGreaterThan(50);
    expect(new Set(NAMES.map(classMark)).size).toBe(MARKS.length);
  });
});
