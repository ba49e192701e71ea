import type { components } from '../../client/schema';
import { isResumable, resumeJob } from '../resume';
import { fakeJobs, job } from './fakes';

const EMBED: components['schemas']['EmbedRequest'] = {
  dataset: 'street',
  model: 'classical',
  level: 'annotations',
  space: null,
  batch_size: null,
  crop_margin: 0.2,
  project: 'umap',
  options: { device: 'cpu' }
};

describe('a job that stopped', () => {
  it('can be asked for again, whatever its kind', () => {
    const stopped = {
      kind: 'embed',
      state: 'cancelled',
      embed: EMBED
    } as const;
    expect(isResumable(job(stopped))).toBe(true);
    expect(isResumable(job({ ...stopped, state: 'failed' }))).toBe(true);
    expect(isResumable(job({ ...stopped, state: 'done' }))).toBe(false);
    expect(isResumable(job({ state: 'failed' }))).toBe(false);
  });

  it('goes on with what it was asked for', async () => {
    const again = job({ job: 'j2', kind: 'embed', state: 'queued' });
    const startJob = jest.fn().mockResolvedValue(again);
    const { jobs } = fakeJobs({ startJob });
    const stopped = job({ kind: 'embed', state: 'cancelled', embed: EMBED });
    expect(await resumeJob(jobs, stopped)).toBe(again);
    expect(startJob).toHaveBeenCalledWith('embed', EMBED);
    expect(jobs.get('j2')).toBe(again);
  });
});
