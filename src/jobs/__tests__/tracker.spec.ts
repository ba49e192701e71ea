import { fakeJobs, job } from './fakes';

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe('JobTracker', () => {
  it('follows events, newest job first', () => {
    const { jobs, events } = fakeJobs();
    events.job.emit(job());
    events.job.emit(job({ job: 'j2', created_at: '2026-01-02T00:00:00Z' }));
    events.job.emit(job({ done: 5 }));
    expect(jobs.all.map(each => each.job)).toEqual(['j2', 'j1']);
    expect(jobs.get('j1')?.done).toBe(5);
  });

  it('tells once when a job ends, and ignores older news', () => {
    const { jobs, events } = fakeJobs();
    const ended = jest.fn();
    jobs.ended.connect((_, each) => ended(each.state));
    events.job.emit(job());
    events.job.emit(job({ state: 'done' }));
    events.job.emit(job({ state: 'running', done: 3 }));
    events.job.emit(job({ state: 'done' }));
    expect(ended.mock.calls).toEqual([['done']]);
    expect(jobs.active).toEqual([]);
    events.job.emit(job({ attempt: 2 }));
    expect(jobs.active).toHaveLength(1);
    events.job.emit(job({ attempt: 1, state: 'failed' }));
    expect(jobs.active).toHaveLength(1);
  });

  it('asks while events stay away, until nothing is active', async () => {
    const list = jest
      .fn()
      .mockResolvedValueOnce([job({ done: 7 })])
      .mockRejectedValueOnce(new Error('away'))
      .mockResolvedValue([job({ state: 'done' })]);
    const { jobs, events } = fakeJobs({ jobs: list });
    await jest.advanceTimersByTimeAsync(5000);
    expect(list).not.toHaveBeenCalled();
    events.job.emit(job());
    await jest.advanceTimersByTimeAsync(2100);
    expect(jobs.get('j1')?.done).toBe(7);
    await jest.advanceTimersByTimeAsync(20_000);
    expect(jobs.get('j1')?.state).toBe('done');
    expect(list).toHaveBeenCalledTimes(3);
  });

  it('forgets active jobs the server does not know', async () => {
    const { jobs, events } = fakeJobs();
    events.job.emit(job());
    await jobs.refresh();
    expect(jobs.all).toEqual([]);
  });

  it('starts and cancels', async () => {
    const { jobs } = fakeJobs({
      startIngest: jest.fn().mockResolvedValue(job({ state: 'queued' })),
      cancelJob: jest.fn().mockResolvedValue(job({ state: 'cancelling' }))
    });
    await jobs.startIngest({ source: '/x' });
    expect(jobs.get('j1')?.state).toBe('queued');
    await jobs.cancel('j1');
    expect(jobs.get('j1')?.state).toBe('cancelling');
  });
});
