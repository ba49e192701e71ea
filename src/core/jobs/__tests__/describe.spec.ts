import { trans } from '../../components/__tests__/fakes';
import { duration, fraction, jobTitle, progressLine } from '../describe';
import { job } from './fakes';

describe('progress', () => {
  it.each([
    [job({ done: 3, total: 12 }), 0.25],
    [job({ done: 13, total: 12 }), 1],
    [job({ done: 3 }), null],
    [job({ state: 'done' }), 1]
  ])('is a share', (each, expected) => {
    expect(fraction(each)).toBe(expected);
  });

  it('is a line of stage, count, rate and time left', () => {
    const running = job({
      done: 1240,
      total: 2000,
      rate: 41.3,
      eta_seconds: 18
    });
    expect(progressLine(running, trans)).toBe(
      'images · 1,240 of 2,000 · 41/s · 0:18 left'
    );
    expect(progressLine(job({ done: 3, rate: 0.25 }), trans)).toBe(
      'images · 3 · 0.3/s'
    );
    expect(progressLine(job({ state: 'queued' }), trans)).toBe('waiting');
    const done = job({
      state: 'done',
      started_at: '2026-01-01T00:00:00Z',
      finished_at: '2026-01-01T00:01:05Z'
    });
    expect(progressLine(done, trans)).toBe('done · took 1:05');
  });

  it.each([
    ['ingest', 'Ingest of street'],
    ['embed', 'Embedding of street'],
    ['project', 'Projection of street'],
    ['duplicates', 'Duplicates in street'],
    ['later', 'later street']
  ])('of a job of kind %s has a title', (kind, title) => {
    expect(jobTitle(job({ kind }), trans)).toBe(title);
  });

  it('names what is loaded before there are numbers', () => {
    expect(progressLine(job({ stage: 'model' }), trans)).toBe(
      'loading the model'
    );
  });

  it.each([
    [0, '0:00'],
    [59.6, '1:00'],
    [725, '12:05'],
    [3725, '1:02:05'],
    [-3, '0:00']
  ])('%p seconds are %s', (seconds, expected) => {
    expect(duration(seconds)).toBe(expected);
  });
});
