import { VIEW } from '../../core/components/__tests__/fakes';
import { annotationsOf } from '../changes';

describe('annotationsOf', () => {
  it('is the whole view, or the annotations themselves', () => {
    expect(annotationsOf(VIEW, undefined)).toEqual({ view: VIEW });
    expect(annotationsOf(VIEW, { level: 'annotations', ids: [4, 2] })).toEqual({
      ids: [4, 2]
    });
  });

  it('is what matches the conditions in the images that were chosen', () => {
    const car = { op: 'in', field: 'class', values: ['car'] } as const;
    const view = { ...VIEW, filter: { ...car, values: [...car.values] } };
    expect(
      annotationsOf(view, { level: 'samples', ids: [7] }).view?.filter
    ).toEqual({
      op: 'and',
      args: [car, { op: 'in', field: 'sample_id', values: [7] }]
    });
  });
});
