import type { Filter } from '../../client/types';
import { describe as text, describeCondition } from '../condition/describe';
import {
  conditions,
  conjuncts,
  ordered,
  rangeOf,
  removeCondition,
  setRange,
  setValues,
  toggleValue,
  valuesOf
} from '../tree';

const WBC: Filter = { op: 'compare', field: 'class', cmp: '=', value: 'WBC' };
const TEST: Filter = { op: 'compare', field: 'split', cmp: '=', value: 'test' };
const EITHER: Filter = { op: 'or', args: [WBC, TEST] };
const NOT_TRAIN: Filter = {
  op: 'not',
  arg: { op: 'in', field: 'split', values: ['train'] }
};
const MANY: Filter = { op: 'count', arg: WBC, cmp: '>=', value: 2 };
const SURE: Filter = {
  op: 'any',
  arg: {
    op: 'and',
    args: [WBC, { op: 'compare', field: 'confidence', cmp: '>', value: 0.5 }]
  }
};
const ANY: Filter = { op: 'any', arg: WBC };

const both = (...args: Filter[]): Filter => ({ op: 'and', args });

describe('conjuncts', () => {
  it('flattens nested conjunctions', () => {
    expect(conjuncts(null)).toEqual([]);
    expect(conjuncts(EITHER)).toEqual([EITHER]);
    expect(conjuncts(both(WBC, both(TEST, ANY)))).toEqual([WBC, TEST, ANY]);
  });
});

describe('setValues', () => {
  it('adds a condition and takes it away again', () => {
    const filter = setValues(null, 'class', ['WBC']);
    expect(filter).toEqual(WBC);
    expect(setValues(filter, 'class', [])).toBeNull();
  });

  it('replaces in place and keeps the conditions of other fields', () => {
    const filter = setValues(both(WBC, TEST), 'class', ['RBC', null]);
    expect(filter).toEqual(
      both({ op: 'in', field: 'class', values: ['RBC', null] }, TEST)
    );
  });

  it('replaces everything that speaks of the field alone, as its counts leave it out', () => {
    const filter = both(NOT_TRAIN, TEST, WBC);
    expect(setValues(filter, 'split', ['val'])).toEqual(
      both({ op: 'compare', field: 'split', cmp: '=', value: 'val' }, WBC)
    );
  });

  it('keeps what relates fields', () => {
    const filter = both(EITHER, SURE, ANY);
    expect(conjuncts(setValues(filter, 'class', ['RBC']))).toEqual([
      EITHER,
      SURE,
      { op: 'compare', field: 'class', cmp: '=', value: 'RBC' }
    ]);
  });

  it('does not change its argument', () => {
    const filter = both(WBC, TEST);
    const before = JSON.stringify(filter);
    setValues(filter, 'class', ['RBC']);
    expect(JSON.stringify(filter)).toBe(before);
  });
});

describe('valuesOf', () => {
  it('reads every way to ask for values', () => {
    expect(valuesOf(both(WBC, TEST), 'split')).toEqual(['test']);
    expect(valuesOf(WBC, 'class')).toEqual(['WBC']);
    expect(
      valuesOf({ op: 'in', field: 'class', values: ['RBC', null] }, 'class')
    ).toEqual(['RBC', null]);
    expect(valuesOf({ op: 'null', field: 'split' }, 'split')).toEqual([null]);
    expect(valuesOf(both(EITHER, ANY), 'class')).toEqual([]);
  });
});

describe('toggleValue', () => {
  it('asks for missing values alone as the language does', () => {
    expect(toggleValue(null, 'camera', null)).toEqual({
      op: 'null',
      field: 'camera'
    });
  });

  it('is its own inverse', () => {
    const on = toggleValue(WBC, 'class', null);
    expect(valuesOf(on, 'class')).toEqual(['WBC', null]);
    expect(toggleValue(on, 'class', null)).toEqual(WBC);
  });
});

describe('setRange', () => {
  it.each([
    [1, 2],
    [1, null],
    [null, 2],
    ['2026-01-01T00:00:00Z', null],
    [null, null]
  ])('from %p to %p reads back', (low, high) => {
    const filter = setRange(TEST, 'brightness', { low, high });
    expect(rangeOf(filter, 'brightness')).toEqual({ low, high, below: false });
    expect(conjuncts(filter)[0]).toEqual(TEST);
  });

  it('leaves the upper end out where a bin does', () => {
    const range = { low: 38, high: 50, below: true };
    const filter = setRange(TEST, 'brightness', range);
    expect(rangeOf(filter, 'brightness')).toEqual(range);
    const chips = conditions(filter);
    expect(chips.map(describeCondition)).toEqual([
      'split = test',
      '38 ≤ brightness < 50'
    ]);
    expect(removeCondition(filter, chips[1])).toEqual(TEST);
  });

  it('puts the ends in order', () => {
    expect(ordered({ low: 200, high: 10 })).toEqual({ low: 10, high: 200 });
    const open = { low: null, high: 10, below: true };
    expect(ordered(open)).toBe(open);
  });

  it('makes one between of two ends', () => {
    const filter = setRange(
      both(
        { op: 'compare', field: 'w', cmp: '>', value: 3 },
        { op: 'compare', field: 'w', cmp: '<', value: 9 }
      ),
      'w',
      { low: 4, high: 8 }
    );
    expect(filter).toEqual({ op: 'between', field: 'w', low: 4, high: 8 });
  });
});

it.each([
  ['2026-03-01T00:00:00.000Z', '2026-03-01'],
  ['2026-03-01T14:05:00Z', '2026-03-01 14:05'],
  ['2026-03-01T14:05Z', '2026-03-01 14:05'],
  ['2026-03-01T00:00:30.5Z', '2026-03-01 00:00:30.5']
])('writes the time %s as %s', (value, written) => {
  expect(text({ op: 'compare', field: 'captured_at', cmp: '>=', value })).toBe(
    `captured_at >= ${written}`
  );
});

describe('removeCondition', () => {
  it('takes one away by its place', () => {
    const filter = both(WBC, EITHER, TEST);
    expect(removeCondition(filter, conditions(filter)[1])).toEqual(
      both(WBC, TEST)
    );
    expect(removeCondition(WBC, conditions(WBC)[0])).toBeNull();
  });
});

describe('describe', () => {
  const cases: [Filter, string][] = [
    [WBC, 'class = WBC'],
    [TEST, 'split = test'],
    [
      { op: 'in', field: 'tag', values: ['a b', null, 'c', 'd', 'e'] },
      "tag: 'a b', ∅, c +2"
    ],
    [{ op: 'in', field: 'tag', values: [null] }, 'tag is null'],
    [
      { op: 'between', field: 'brightness', low: 38.123456, high: 201 },
      'brightness 38.12 – 201'
    ],
    [{ op: 'null', field: 'camera' }, 'camera is null'],
    [
      { op: 'contains', field: 'filename', value: "it's" },
      "filename contains 'it''s'"
    ],
    [EITHER, 'class = WBC or split = test'],
    [{ op: 'not', arg: EITHER }, 'not (class = WBC or split = test)'],
    [both(EITHER, TEST), '(class = WBC or split = test) and split = test'],
    [ANY, 'any(class = WBC)'],
    [MANY, 'count(class = WBC) >= 2'],
    [{ op: 'count', arg: null, cmp: '=', value: 0 }, 'count() = 0']
  ];
  it.each(cases)('%j', (filter, expected) => {
    expect(text(filter)).toBe(expected);
  });
});
