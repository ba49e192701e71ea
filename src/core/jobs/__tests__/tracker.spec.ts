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

  it('remembers over a reload which jobs were taken off the list', async () => {
    localStorage.clear();
    const old = job({ job: 'old', state: 'done' });
    const list = { jobs: jest.fn().mockResolvedValue([old, job()]) };
    const { jobs } = fakeJobs(list);
    await jobs.refresh();
    jobs.clearEnded();
    const reloaded = fakeJobs(list).jobs;
    await reloaded.refresh();
    expect(reloaded.isCleared('old')).toBe(true);
    expect(reloaded.isCleared('j1')).toBe(false);
    // One that goes on is back.
    list.jobs.mockResolvedValue([
      job({ ...old, attempt: 2, state: 'running' })
    ]);
    const { jobs: third } = fakeJobs(list);
    await third.refresh();
    expect(third.isCleared('old')).toBe(false);
    // What the server has forgotten is not remembered for ever.
    list.jobs.mockResolvedValue([job()]);
    await reloaded.refresh();
    expect(reloaded.isCleared('old')).toBe(false);
    localStorage.setItem('visionlens:cleared-jobs', '{');
    expect(fakeJobs(list).jobs.isCleared('old')).toBe(false);
    localStorage.clear();
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
