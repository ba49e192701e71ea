import type { Filter, IDatasetDetail, IViewSpec } from '../../client/types';
import { DETAIL, trans, VIEW } from '../../components/__tests__/fakes';
import { outcomeFilter } from '../../outcomes/outcomes';
import {
  applySuggestion,
  meanings,
  searchText,
  setSearch
} from '../../search/search';
import { identifier, tables } from '../text/SqlBox';
import { describeStep, sameView, viewText } from '../steps';

const BUS: Filter = { op: 'compare', field: 'class', cmp: '=', value: 'bus' };
const VAL: Filter = { op: 'compare', field: 'split', cmp: '=', value: 'val' };
const both: Filter = { op: 'and', args: [BUS, VAL] };

describe('describeStep', () => {
  it.each<[string, Partial<IViewSpec>, Partial<IViewSpec>]>([
    ['class = bus', {}, { filter: BUS }],
    ['split = val', { filter: BUS }, { filter: both }],
    ['without class = bus', { filter: both }, { filter: VAL }],
    ['without conditions', { filter: both }, {}],
    ['annotations', {}, { level: 'annotations' }],
    [
      'all annotations of the images',
      { level: 'annotations' },
      { level: 'annotations', all: true }
    ],
    [
      'annotations',
      { level: 'annotations', all: true },
      { level: 'annotations' }
    ],
    [
      'missed errors (run-a, confidence ≥ .35)',
      {},
      { outcomes: outcomeFilter('run-a', 0.35, { errors: ['missed'] }) }
    ],
    [
      'whatever the outcome',
      { outcomes: outcomeFilter('run-a', 0.35, { errors: ['missed'] }) },
      {}
    ],
    ['the same view', {}, { all: true }],
    [
      'sorted by area ↓, split ↑',
      {},
      {
        sort: [
          { field: 'area', descending: true },
          { field: 'split', descending: false }
        ]
      }
    ],
    ['SQL: SELECT 1', {}, { sql: 'SELECT\n1' }],
    ['without SQL', { sql: 'SELECT 1' }, {}],
    ['the same view', { filter: BUS }, { filter: BUS }]
  ])('%s', (text, from, to) => {
    expect(describeStep({ ...VIEW, ...from }, { ...VIEW, ...to }, trans)).toBe(
      text
    );
  });
});

describe('sameView', () => {
  it('knows what is left out and the order of keys', () => {
    const { sql, where, ...rest } = VIEW;
    expect(sameView(rest as IViewSpec, { ...VIEW, where: '', all: true })).toBe(
      true
    );
    const turned = Object.fromEntries(Object.entries(BUS).reverse());
    expect(
      sameView({ ...VIEW, filter: turned as Filter }, { ...VIEW, filter: BUS })
    ).toBe(true);
    expect(sameView(VIEW, { ...VIEW, filter: BUS })).toBe(false);
    expect(viewText({ ...VIEW, filter: both, sql: 'SELECT 1' }, trans)).toBe(
      'SQL: SELECT 1, class = bus, split = val'
    );
  });
});

describe('the search', () => {
  const detail: IDatasetDetail = {
    ...DETAIL,
    class_list: ['bus', 'car', 'Minibus'].map((name, i) => ({
      class_id: i,
      name,
      samples: i,
      annotations: i,
      keypoints: [],
      skeleton: []
    }))
  };

  it('is one conjunct, kept in its place', () => {
    const one = setSearch(BUS, 'img_');
    expect(searchText(one)).toBe('img_');
    const two = setSearch({ op: 'and', args: [one!, VAL] }, 'img_1');
    expect(two).toEqual({
      op: 'and',
      args: [BUS, { op: 'contains', field: 'filename', value: 'img_1' }, VAL]
    });
    expect(setSearch(two, '')).toEqual(both);
    expect(setSearch(setSearch(null, 'x'), '')).toBeNull();
  });

  it('offers classes and tags that hold the text', () => {
    expect(meanings('BUS', detail).map(({ value }) => value)).toEqual([
      'bus',
      'Minibus'
    ]);
    expect(meanings('rev', detail)).toMatchObject([
      { kind: 'tag', value: 'review', samples: 2 }
    ]);
    const [bus] = meanings('bus', detail);
    expect(applySuggestion(setSearch(VAL, 'bus'), bus)).toEqual({
      op: 'and',
      args: [VAL, BUS]
    });
  });
});

describe('the tables of SQL', () => {
  it('list built-in columns and those of the user', () => {
    const depth = {
      ...DETAIL.fields[0],
      name: 'annotation.depth map',
      builtin: false
    };
    const [samples, annotations] = tables([...DETAIL.fields, depth]);
    expect(samples.columns).toContain('sample_id');
    expect(annotations.columns.slice(-1)).toEqual(['depth map']);
    expect(['a_1', 'depth map', 'group', 'a"b'].map(identifier)).toEqual([
      'a_1',
      '"depth map"',
      '"group"',
      '"a""b"'
    ]);
  });
});
