import type { Filter } from '../../client/types';
import { DETAIL } from '../../components/__tests__/fakes';
import { hasAnnotationTerms } from '../annotationTerms';

const CLASS: Filter = { op: 'in', field: 'class', values: ['WBC'] };
const SPLIT: Filter = { op: 'in', field: 'split', values: ['test'] };

describe('hasAnnotationTerms', () => {
  const cases: [Filter | null, boolean][] = [
    [null, false],
    [SPLIT, false],
    [CLASS, true],
    [{ op: 'not', arg: SPLIT }, false],
    [{ op: 'or', args: [SPLIT, { op: 'not', arg: CLASS }] }, true],
    [{ op: 'count', arg: null, cmp: '>', value: 1 }, true],
    [{ op: 'null', field: 'annotation.tag' }, true]
  ];
  it.each(cases)('%j: %p', (filter, expected) => {
    expect(hasAnnotationTerms(filter, DETAIL.fields)).toBe(expected);
  });
});
