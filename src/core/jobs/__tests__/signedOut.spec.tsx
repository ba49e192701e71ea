import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { CommandRegistry } from '@lumino/commands';
import * as React from 'react';
import { ErrorBox } from '../../components/ErrorBox';
import { fakeContext, trans } from '../../components/__tests__/fakes';
import { JobRow } from '../JobRow';
import { SignedOut } from '../signedOut';
import { fakeJobs, job } from './fakes';
import type { IJob } from '../../client/types';

const ERROR = {
  code: 'SIGN_IN_NEEDED',
  message: 'gs://photos cannot be read.',
  hint: 'Sign in again: gcloud auth login.',
  details: { command: 'gcloud auth login' },
  request_id: null
};
const INGEST = {
  source: 'gs://photos',
  name: 'street',
  format: null,
  images: null,
  labels: null,
  incremental: false,
  labels_only: false,
  options: {}
};

function stopped(change: Partial<IJob> = {}): IJob {
  return job({ state: 'failed', error: ERROR, ingest: INGEST, ...change });
}

describe('what is signed out', () => {
  it('is a dataset whose newest job of a kind stopped so', async () => {
    const { jobs, events } = fakeJobs();
    const signedOut = new SignedOut(jobs);
    const told = jest.fn();
    const stop = signedOut.subscribe(told);
    await act(async () => undefined);
    expect(signedOut.get('street')).toBeNull();
    events.job.emit(stopped());
    expect(told).toHaveBeenCalled();
    const found = signedOut.get('street');
    expect(found?.error).toEqual(ERROR);
    expect(signedOut.get('street')).toBe(found);
    expect(signedOut.get('other')).toBeNull();
    const later = { job: 'j2', created_at: '2026-01-02T00:00:00Z' };
    events.job.emit(job({ ...later, state: 'queued' }));
    expect(signedOut.get('street')).toBeNull();
    stop();
  });

  it('goes on where it stopped', async () => {
    const startIngest = jest
      .fn()
      .mockResolvedValue(
        job({ job: 'j2', state: 'queued', created_at: '2026-01-02T00:00:00Z' })
      );
    const { jobs, events } = fakeJobs({ startIngest });
    const signedOut = new SignedOut(jobs);
    events.job.emit(stopped());
    await signedOut.get('street')!.resume();
    expect(startIngest).toHaveBeenCalledWith({ ...INGEST, incremental: true });
    expect(signedOut.get('street')).toBeNull();
  });

  it('is another matter than a job that failed otherwise', () => {
    const { jobs, events } = fakeJobs();
    const signedOut = new SignedOut(jobs);
    events.job.emit(stopped({ error: { ...ERROR, code: 'DISK_SPACE' } }));
    expect(signedOut.get('street')).toBeNull();
  });
});

describe('a job that must sign in', () => {
  it('shows the command and goes on below it', async () => {
    const startIngest = jest
      .fn()
      .mockResolvedValue(job({ job: 'j2', state: 'queued' }));
    const { jobs } = fakeJobs({ startIngest });
    render(<JobRow job={stopped()} jobs={jobs} context={fakeContext({})} />);
    expect(screen.getByText('gcloud auth login')).toBeVisible();
    expect(screen.queryByText(ERROR.hint)).toBeNull();
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Try again' }));
    });
    expect(startIngest).toHaveBeenCalledTimes(1);
  });

  it('types the command into a terminal, where Lab has one', async () => {
    const send = jest.fn();
    const commands = new CommandRegistry();
    const { rerender } = render(
      <ErrorBox error={ERROR} trans={trans} commands={commands} />
    );
    expect(screen.queryByRole('button', { name: 'Sign in again' })).toBeNull();
    commands.addCommand('terminal:create-new', {
      execute: () => ({
        content: { ready: Promise.resolve(), session: { send } }
      })
    });
    rerender(
      <ErrorBox error={{ ...ERROR }} trans={trans} commands={commands} />
    );
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Sign in again' }));
    });
    expect(send).toHaveBeenCalledWith({
      type: 'stdin',
      content: ['gcloud auth login']
    });
  });
});
