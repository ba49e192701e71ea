import { nullTranslator } from '@jupyterlab/translation';
import type { IFacet } from '../../../client/types';
import { constantText } from '../constant';
import { FIRST_VALUES } from '../../facets/facetStore';

const trans = nullTranslator.load('');
const DEPTH = { limit: FIRST_VALUES, search: '' };
const VALUES: IFacet = {
  field: 'source',
  level: 'annotations',
  type: 'values',
  label: 'Source',
  values: [
    { value: 'ground_truth', samples: 4, annotations: 9, selected: false }
  ],
  distinct: 1,
  bins: [],
  missing: 0,
  low: null,
  high: null
};
const NUMBERS: IFacet = {
  ...VALUES,
  field: 'width',
  type: 'histogram',
  values: [],
  distinct: 0,
  low: 640,
  high: 640
};

describe('constantText', () => {
  it.each<[string, IFacet, string | null]>([
    ['one value', VALUES, 'ground truth'],
    ['one of several', { ...VALUES, distinct: 2 }, null],
    ['the only class', { ...VALUES, field: 'class' }, null],
    ['one number', NUMBERS, '640'],
    ['a range', { ...NUMBERS, high: 800 }, null],
    ['one number, not everywhere', { ...NUMBERS, missing: 3 }, null],
    ['no number', { ...NUMBERS, low: null, high: null }, 'no value']
  ])('%s', (_, facet, text) => {
    expect(constantText(facet, DEPTH, 'number', trans)).toBe(text);
  });

  it('does not take the one value that a search found for the only one', () => {
    const found = { ...DEPTH, search: 'ground' };
    expect(constantText(VALUES, found, 'number', trans)).toBeNull();
  });
});
