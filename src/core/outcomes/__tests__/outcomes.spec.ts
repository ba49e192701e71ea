import { isJudged } from '../annotationTerms';
import {
  describeCell,
  describeOutcomes,
  errorMeaning,
  formatConfidence,
  formatShare,
  outcomeFilter,
  outcomeLabel,
  OUTCOMES,
  outcomeColor,
  outcomeGlyph
} from '../outcomes';
import { trans, VIEW } from '../../components/__tests__/fakes';

describe('outcomes', () => {
  it('tells each apart by colour and by glyph', () => {
    expect(new Set(OUTCOMES.map(outcomeColor)).size).toBe(4);
    expect(new Set(OUTCOMES.map(outcomeGlyph)).size).toBe(4);
    expect(outcomeLabel('false_negative', trans)).toBe('false negative');
  });

  it('writes shares as tables of metrics do', () => {
    expect(formatShare(0.3821)).toBe('.382');
    expect(formatShare(1)).toBe('1.000');
    expect(formatShare(0)).toBe('.000');
    expect(formatShare(-0.034)).toBe('−.034');
    expect(formatShare(-0.0001)).toBe('.000');
    expect(formatShare(null)).toBe('–');
    expect(formatConfidence(0.35)).toBe('.35');
    expect(formatConfidence(0.5114)).toBe('.5114');
  });

  it('says what a cell holds', () => {
    const say = (label: string | null, predicted: string | null): string =>
      describeCell({ true: label, predicted }, trans);
    expect(say('car', 'bus')).toBe('car taken for bus');
    expect(say('car', 'car')).toBe('car found as car');
    expect(say('car', null)).toBe('car not found');
    expect(say(null, 'bus')).toBe('bus where nothing is labelled');
  });

  it('says what a filter keeps, of which evaluation and from which confidence on', () => {
    const say = (part: Parameters<typeof outcomeFilter>[2]): string =>
      describeOutcomes(outcomeFilter('run-a', 0.35, part), trans);
    expect(say({ cell: { true: 'car', predicted: null } })).toBe(
      'car not found (run-a, confidence ≥ .35)'
    );
    expect(say({ errors: ['missed'], classes: ['bus'] })).toContain(
      'missed errors, of bus'
    );
    expect(
      say({ outcomes: ['ignored'], confidence_range: [0, 0.5] })
    ).toContain('ignored, confidence 0 – 0.5');
    expect(say({ iou_range: [0.5, 1], area_range: [1, 2] })).toContain(
      'IoU 0.5 – 1, area 1 – 2'
    );
    expect(say({ against: 'run-b', change: 'worse' })).toContain(
      'images that run-b does worse'
    );
    expect(describeOutcomes(outcomeFilter('run-a', null), trans)).toBe(
      'everything evaluated (run-a)'
    );
    expect(errorMeaning('duplicate', trans)).toContain('better prediction');
  });
});

describe('isJudged', () => {
  it('holds where outcomes are asked of annotations, not of images', () => {
    const judged = (part: Parameters<typeof outcomeFilter>[2]): boolean =>
      isJudged({ ...VIEW, outcomes: outcomeFilter('run-a', null, part) }, []);
    expect(judged({ errors: ['missed'] })).toBe(true);
    expect(judged({})).toBe(true);
    expect(judged({ against: 'run-b', change: 'better' })).toBe(false);
    expect(
      judged({ against: 'run-b', change: 'better', classes: ['car'] })
    ).toBe(true);
    expect(isJudged(VIEW, [])).toBe(false);
  });
});
