import type { Filter, IFieldInfo } from '../../../client/types';
import {
  fromParts,
  newDraft,
  operatorsFor,
  toParts,
  withOperator,
  type FieldType,
  type IDraft,
  type Operator
} from '../draft';

const TYPES: FieldType[] = [
  'string',
  'integer',
  'number',
  'boolean',
  'timestamp',
  'tags'
];
const FIELDS: IFieldInfo[] = TYPES.map(type => ({
  name: type,
  level: 'annotations',
  type,
  builtin: true,
  facet: 'none',
  label: type
}));
const VALUES: Record<FieldType, [string, string]> = {
  string: ["it's", 'b'],
  tags: ['x', 'y'],
  integer: ['1', '20'],
  number: ['0.5', '1e9'],
  boolean: ['true', 'false'],
  timestamp: ['2026-03-01T14:05', '2026-03-02T00:00:30.5']
};

function draftOf(type: FieldType, operator: Operator): IDraft {
  return withOperator(
    {
      field: type,
      operator,
      values: VALUES[type],
      quantifier: 'same',
      atLeast: 1
    },
    operator
  );
}

const ALL = TYPES.flatMap(type =>
  operatorsFor(type).map(operator => [type, operator] as const)
);

describe('a draft', () => {
  it.each(ALL)('of %s with %s is read back from its filter', (type, op) => {
    const draft = draftOf(type, op);
    const parts = toParts(draft, type)!;
    expect(parts).not.toBeNull();
    const read = fromParts(parts, FIELDS)!;
    expect(read).toMatchObject({ field: type, operator: op });
    expect(toParts(read, type)).toEqual(parts);
    for (const quantifier of ['any', 'none', 'all', 'count'] as const) {
      const wrapped = toParts({ ...draft, quantifier, atLeast: 3 }, type)!;
      expect(wrapped).toHaveLength(1);
      const back = fromParts(wrapped, FIELDS)!;
      expect(back.quantifier).toBe(quantifier);
      expect(toParts(back, type)).toEqual(wrapped);
    }
  });

  it.each(TYPES)('of %s is incomplete without its values', type => {
    const field = FIELDS.find(({ name }) => name === type)!;
    const draft = newDraft(field);
    expect(toParts({ ...draft, operator: '=', values: [] }, type)).toBeNull();
    expect(toParts({ ...draft, operator: 'null', values: [] }, type)).toEqual([
      { op: 'null', field: type }
    ]);
  });

  it('refuses what is no value of the type', () => {
    expect(
      toParts({ ...draftOf('number', '='), values: ['x'] }, 'number')
    ).toBeNull();
    expect(
      toParts({ ...draftOf('number', '='), values: [''] }, 'number')
    ).toBeNull();
    expect(
      toParts({ ...draftOf('timestamp', '='), values: ['soon'] }, 'timestamp')
    ).toBeNull();
    expect(
      toParts({ ...draftOf('string', 'contains'), values: [''] }, 'string')
    ).toBeNull();
  });

  it('keeps a missing value among several', () => {
    const parts: Filter[] = [
      { op: 'in', field: 'string', values: ['a', null] }
    ];
    const draft = fromParts(parts, FIELDS)!;
    expect(draft.values).toEqual(['a', null]);
    expect(toParts(draft, 'string')).toEqual(parts);
  });

  it.each<[string, Filter[]]>([
    ['an or', [{ op: 'or', args: [] }]],
    ['an unknown field', [{ op: 'null', field: 'gone' }]],
    ['a count below', [{ op: 'count', arg: null, cmp: '<', value: 2 }]],
    [
      'a range of other ends',
      [
        { op: 'compare', field: 'number', cmp: '>', value: 1 },
        { op: 'compare', field: 'number', cmp: '<=', value: 2 }
      ]
    ],
    [
      'a double negation',
      [{ op: 'not', arg: { op: 'not', arg: { op: 'null', field: 'string' } } }]
    ]
  ])('is not made of %s', (_, parts) => {
    expect(fromParts(parts, FIELDS)).toBeNull();
  });
});
