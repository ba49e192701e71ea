import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import { MessageLoop } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';
import * as React from 'react';
import { fakeContext, trans } from '../../components/__tests__/fakes';
import { JobsPanel } from '../JobsPanel';
import { JobStatusItem } from '../statusItem';
import { fakeJobs, job } from './fakes';

describe('JobsPanel', () => {
  it('says what will be here', async () => {
    const { jobs } = fakeJobs();
    await act(async () => {
      render(<JobsPanel jobs={jobs} context={fakeContext({})} />);
    });
    expect(screen.getByText(/No job here/)).toBeVisible();
  });

  it('shows progress, the log, and cancels', async () => {
    const cancelJob = jest
      .fn()
      .mockResolvedValue(job({ state: 'cancelling', done: 5, total: 10 }));
    const running = job({ done: 5, total: 10, message: 'reading labels' });
    const client = {
      cancelJob,
      jobs: jest.fn().mockResolvedValue([running]),
      jobLog: jest.fn().mockResolvedValue([
        {
          time: '2026-01-01T10:11:12Z',
          level: 'warning',
          message: 'odd file'
        }
      ])
    };
    const { jobs } = fakeJobs(client);
    await act(async () => {
      render(<JobsPanel jobs={jobs} context={fakeContext(client)} />);
    });
    expect(screen.getByRole('progressbar')).toHaveAttribute(
      'aria-valuenow',
      '50'
    );
    expect(screen.getByText('reading labels')).toBeVisible();
    const details = screen.getByText('Log').closest('details')!;
    await act(async () => {
      details.open = true;
      fireEvent(details, new Event('toggle'));
    });
    expect(screen.getByText(/odd file/)).toHaveTextContent('10:11:12 odd file');
    await act(async () => {
      fireEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    });
    expect(cancelJob).toHaveBeenCalledWith('j1');
    expect(screen.getByRole('button', { name: 'Cancel' })).toBeDisabled();
  });

  it('shows why a job failed and why the list cannot be read', async () => {
    const error = {
      code: 'DISK_SPACE',
      message: 'The disk is full.',
      hint: 'Free some space.',
      details: {},
      request_id: null
    };
    const { jobs, events } = fakeJobs({
      jobs: jest.fn().mockRejectedValue(new Error('no list'))
    });
    events.job.emit(job({ state: 'failed', error }));
    await act(async () => {
      render(<JobsPanel jobs={jobs} context={fakeContext({})} />);
    });
    expect(screen.getByText('Free some space.')).toBeVisible();
    expect(screen.getByText('no list')).toBeVisible();
  });
});

describe('JobStatusItem', () => {
  it('speaks of the job that runs', () => {
    const { jobs, events } = fakeJobs();
    const click = jest.fn();
    const item = new JobStatusItem(jobs, trans, click);
    Widget.attach(item, document.body);
    expect(item.isActive).toBe(false);
    events.job.emit(job({ done: 3, total: 4 }));
    events.job.emit(
      job({ job: 'j2', state: 'queued', created_at: '2026-01-02T00:00:00Z' })
    );
    MessageLoop.flush();
    expect(item.isActive).toBe(true);
    expect(item.node).toHaveTextContent('Ingest of street');
    expect(item.node).toHaveTextContent('images · 3 of 4 · 1 more');
    item.node.click();
    expect(click).toHaveBeenCalledTimes(1);
    item.dispose();
    events.job.emit(job({ state: 'done' }));
  });
});
