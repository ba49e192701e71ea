import '@testing-library/jest-dom';
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import * as React from 'react';
import { fakeContext, state } from '../../core/components/__tests__/fakes';
import { fakeJobs, job } from '../../core/jobs/__tests__/fakes';
import { OperatorForm } from '../OperatorForm';
import { defaultsOf, fits, schemaOf } from '../SchemaForm';
import type { IScope } from '../scope';
import { contribution, FORM, plugin } from './fakes';

const DEFAULTS = {
  above: 128,
  tag: 'bright',
  most: 10,
  channel: 'all',
  keep: true,
  classes: [],
  more: { seed: 7 }
};

function open(change: Partial<IScope> = {}, form: object | null = FORM) {
  const startJob = jest.fn().mockResolvedValue(job({ job: 'p1' }));
  const ended = jest.fn();
  const client = {
    startJob,
    job: jest.fn().mockResolvedValue(
      job({
        job: 'p1',
        state: 'done',
        result: {
          message: '1 is bright.',
          changed: 1,
          files: 2,
          output: null,
          changes: [
            {
              sample_id: 1,
              name: 'a.jpg',
              tags: ['bright'],
              values: { g: 0.5 }
            },
            { sample_id: 2, name: 'b.jpg', tags: [], values: {} }
          ]
        }
      })
    ),
    cancelJob: jest.fn().mockResolvedValue(job())
  };
  const { jobs } = fakeJobs(client);
  const each = contribution({ form: form as never });
  render(
    <OperatorForm
      entry={{ plugin: plugin({ contributions: [each] }), contribution: each }}
      scope={{ chosen: undefined, pointed: false, state: state(), ...change }}
      context={fakeContext(client as never)}
      jobs={jobs}
      onEnd={ended}
    />
  );
  return { startJob, client, ended };
}

const press = (name: string) =>
  fireEvent.click(screen.getByRole('button', { name }));

describe('the form of an operator', () => {
  it('takes the schema of any draft, with its defaults', () => {
    const schema = schemaOf(FORM);
    expect(schema).not.toHaveProperty('title');
    expect(defaultsOf(schema)).toEqual(DEFAULTS);
    expect(fits(schema, DEFAULTS)).toBe(true);
    expect(fits(schema, { ...DEFAULTS, above: 300 })).toBe(false);
    expect(defaultsOf(schemaOf(null))).toEqual({});
  });

  it('has a control with its name for each argument', () => {
    open();
    expect(screen.getByLabelText(/^Above/)).toHaveValue(128);
    expect(screen.getByLabelText(/^Tag/)).toHaveValue('bright');
    expect(screen.getByLabelText('Most')).toHaveValue(10);
    expect(screen.getByLabelText('Channel')).toHaveDisplayValue('all');
    expect(screen.getByLabelText('Keep')).toBeChecked();
    expect(screen.getByText('Classes')).toBeVisible();
    expect(screen.getByLabelText('Seed')).toHaveValue(7);
    expect(screen.queryByText('Not shown again')).toBeNull();
    expect(
      screen.getByText('It reads images and sets tags. It has no network.')
    ).toBeVisible();
  });

  it('says what does not fit, and sends nothing', async () => {
    const { startJob } = open();
    fireEvent.change(screen.getByLabelText(/^Above/), {
      target: { value: '300' }
    });
    press('Run');
    press('Preview');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'must be <= 255'
    );
    expect(startJob).not.toHaveBeenCalled();
  });

  it('shows what a preview would change, until the arguments are others', async () => {
    const { startJob } = open();
    press('Preview');
    expect(await screen.findByRole('table')).toHaveTextContent(
      'a.jpgbright0.5b.jpg––'
    );
    expect(
      screen.getByText('It wrote 2 files, which were not kept.')
    ).toBeVisible();
    expect(startJob).toHaveBeenCalledWith(
      'operator',
      expect.objectContaining({
        dataset: 'blood',
        plugin: 'bright',
        operator: 'tag',
        preview: 5,
        arguments: DEFAULTS,
        view: expect.objectContaining({ level: 'samples' })
      })
    );
    fireEvent.change(screen.getByLabelText('Most'), { target: { value: '3' } });
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('runs on what is selected, on all, or on the view', async () => {
    const chosen = { level: 'annotations' as const, ids: [4, 5] };
    const { startJob, ended } = open({ chosen });
    expect(screen.getByLabelText('Run on')).toHaveDisplayValue(
      'The selection (2 annotations)'
    );
    press('Run');
    await waitFor(() => expect(ended).toHaveBeenCalledTimes(1));
    expect(startJob.mock.calls[0][1]).toMatchObject({
      preview: null,
      ids: [4, 5],
      view: { level: 'annotations' }
    });
    fireEvent.change(screen.getByLabelText('Run on'), {
      target: { value: 'dataset' }
    });
    press('Run');
    await waitFor(() => expect(startJob).toHaveBeenCalledTimes(2));
    expect(startJob.mock.calls[1][1]).not.toHaveProperty('view');
  });

  it('says why the server refused, and stays open', async () => {
    const { startJob, ended } = open({}, null);
    startJob.mockRejectedValue(new Error('It is switched off.'));
    press('Run');
    expect(await screen.findByRole('alert')).toHaveTextContent(
      'It is switched off.'
    );
    expect(ended).not.toHaveBeenCalled();
  });

  it('cancels a preview that nobody waits for', async () => {
    const { client } = open();
    client.job.mockResolvedValue(job({ job: 'p1' }));
    press('Preview');
    await waitFor(() => expect(client.job).toHaveBeenCalled());
    fireEvent.click(screen.getAllByRole('button', { name: 'Cancel' })[0]);
    expect(client.cancelJob).toHaveBeenCalledWith('p1');
  });
});
