import '@testing-library/jest-dom';
import { act, render, screen } from '@testing-library/react';
import * as React from 'react';
import { fakeContext } from '../../components/__tests__/fakes';
import type { IJob } from '../../client/types';
import { JobProgress } from '../JobProgress';
import { useDatasetJob } from '../useDatasetJob';
import { job } from './fakes';

const KINDS = ['embed', 'project'] as const;

function made(change: Partial<IJob>): IJob {
  return job({ dataset: 'town', kind: 'embed', ...change });
}

describe('the job on a dataset', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  async function open(...answers: IJob[][]) {
    const jobs = jest.fn(async () =>
      answers.length > 1 ? answers.shift()! : answers[0]
    );
    const client = { jobs };
    const context = fakeContext({});
    let look!: () => void;
    function Shown(): JSX.Element | null {
      const found = useDatasetJob(client, 'town', KINDS);
      look = found.look;
      return found.job && <JobProgress job={found.job} context={context} />;
    }
    render(<Shown />);
    await act(async () => undefined);
    const wait = (ms: number): Promise<void> =>
      act(async () => {
        await jest.advanceTimersByTimeAsync(ms);
      });
    return { jobs, wait, look: () => act(async () => look()) };
  }

  it('is followed to its end, and to that of the one behind it', async () => {
    const { jobs, wait } = await open(
      [made({ job: 'a', done: 3, total: 12 })],
      [made({ job: 'a', state: 'done' })],
      [made({ job: 'b', kind: 'project' }), made({ job: 'a', state: 'done' })],
      [made({ job: 'b', kind: 'project', state: 'done' })]
    );
    expect(screen.getByText('Embedding of town')).toBeVisible();
    expect(screen.getByRole('progressbar')).toHaveAttribute(
      'aria-valuenow',
      '25'
    );
    await wait(1000);
    expect(screen.queryByRole('progressbar')).toBeNull();
    await wait(1000);
    expect(screen.getByText('Projection of town')).toBeVisible();
    await wait(20_000);
    expect(screen.queryByRole('progressbar')).toBeNull();
    const asked = jobs.mock.calls.length;
    await wait(20_000);
    expect(jobs).toHaveBeenCalledTimes(asked);
  });

  it('tells its error, if it was seen running', async () => {
    const error = {
      code: 'MODEL_UNAVAILABLE',
      message: 'The model cannot be loaded.',
      hint: 'Copy the file here.',
      details: {},
      request_id: null
    };
    const failed = made({ job: 'a', state: 'failed', error });
    const { wait, look } = await open(
      [failed],
      [made({ job: 'c' })],
      [{ ...failed, job: 'c' }]
    );
    expect(screen.queryByText(error.message)).toBeNull();
    await look();
    expect(screen.getByText('Embedding of town')).toBeVisible();
    await wait(1000);
    expect(screen.getByText(error.message)).toBeVisible();
    expect(screen.getByText(error.hint)).toBeVisible();
  });

  it('is of this dataset and of these kinds', async () => {
    const { jobs, wait } = await open([
      made({ dataset: 'other' }),
      made({ kind: 'ingest' })
    ]);
    await wait(5000);
    expect(screen.queryByRole('progressbar')).toBeNull();
    expect(jobs).toHaveBeenCalledTimes(1);
  });
});
