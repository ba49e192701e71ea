import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { VisionLensError } from '../../client/errors';
import { Check, Checks, Choice, SubmitButton, TextField } from '../fields';
import { useForm } from '../useForm';

const EMPTY = {
  name: '',
  level: 2 as 2 | 3,
  exact: false,
  splits: [] as readonly string[]
};
type Values = typeof EMPTY;

const REFUSED = new VisionLensError({
  code: 'NAME_TAKEN',
  message: 'There is one of this name.',
  hint: '',
  details: {},
  request_id: null
});

interface IProps {
  onSubmit: (values: Values) => unknown;
  onCancel?: () => void;
  ask?: (values: Values, signal: AbortSignal) => Promise<string>;
}

function Form({ onSubmit, onCancel, ask }: IProps) {
  const form = useForm<Values, string>({
    initial: EMPTY,
    validate: ({ name }) => (name === '' ? { name: 'A name is missing.' } : {}),
    onSubmit,
    onCancel,
    estimate: ask && { key: ({ name }) => name || null, ask }
  });
  return (
    <form aria-label="form" {...form.handlers}>
      <TextField label="Name" {...form.bind('name')} />
      <Choice
        label="Level"
        {...form.bind('level')}
        options={[
          [2, 'two'],
          [3, 'three']
        ]}
      />
      <Check label="Exact" {...form.bind('exact')} />
      <Checks
        label="Splits"
        {...form.bind('splits')}
        options={[
          ['train', 'train'],
          ['val', 'val']
        ]}
      />
      <p>{form.errors.name}</p>
      <p>{form.error?.message}</p>
      <p>{form.estimate.answer}</p>
      <SubmitButton disabled={!form.canSubmit}>Send</SubmitButton>
      <button type="button" onClick={() => form.reset()}>
        Reset
      </button>
    </form>
  );
}

const type = (value: string): void => {
  fireEvent.change(screen.getByLabelText('Name'), { target: { value } });
};
const send = (): Promise<void> =>
  act(async () => {
    fireEvent.submit(screen.getByRole('form'));
  });

describe('a form', () => {
  it('sends what its fields hold', async () => {
    const onSubmit = jest.fn();
    render(<Form onSubmit={onSubmit} />);
    type('night');
    fireEvent.change(screen.getByLabelText('Level'), {
      target: { value: '3' }
    });
    for (const name of ['Exact', 'train', 'val', 'train']) {
      fireEvent.click(screen.getByLabelText(name));
    }
    await send();
    expect(onSubmit).toHaveBeenCalledWith({
      name: 'night',
      level: 3,
      exact: true,
      splits: ['val']
    });
  });

  it('sends nothing that does not fit, and says by field what', async () => {
    const onSubmit = jest.fn();
    render(<Form onSubmit={onSubmit} />);
    expect(screen.getByText('A name is missing.')).toBeVisible();
    expect(screen.getByText('Send')).toBeDisabled();
    await send();
    expect(onSubmit).not.toHaveBeenCalled();
    type('night');
    expect(screen.queryByText('A name is missing.')).toBeNull();
    expect(screen.getByText('Send')).toBeEnabled();
  });

  it('waits for the server, and keeps its error until something changes', async () => {
    let refuse: (reason: unknown) => void = () => undefined;
    const answer = new Promise((_, reject) => (refuse = reject));
    render(<Form onSubmit={() => answer} />);
    type('night');
    await send();
    expect(screen.getByText('Send')).toBeDisabled();
    await act(async () => refuse(REFUSED));
    expect(screen.getByText('There is one of this name.')).toBeVisible();
    expect(screen.getByText('Send')).toBeEnabled();
    type('day');
    expect(screen.queryByText('There is one of this name.')).toBeNull();
    fireEvent.click(screen.getByText('Reset'));
    expect(screen.getByLabelText('Name')).toHaveValue('');
  });

  it('asks for an estimate once typing rests', async () => {
    jest.useFakeTimers();
    const ask = jest.fn(async ({ name }: Values) => `reads ${name}`);
    render(<Form onSubmit={jest.fn()} ask={ask} />);
    type('n');
    type('night');
    expect(ask).not.toHaveBeenCalled();
    await act(() => jest.advanceTimersByTimeAsync(400));
    expect(ask).toHaveBeenCalledTimes(1);
    expect(screen.getByText('reads night')).toBeVisible();
    type('');
    expect(screen.queryByText('reads night')).toBeNull();
    jest.useRealTimers();
  });

  it('ends on Escape where it can', () => {
    const onCancel = jest.fn();
    const { rerender } = render(<Form onSubmit={jest.fn()} />);
    const escape = (): boolean =>
      fireEvent.keyDown(screen.getByLabelText('Name'), { key: 'Escape' });
    escape();
    rerender(<Form onSubmit={jest.fn()} onCancel={onCancel} />);
    escape();
    expect(onCancel).toHaveBeenCalledTimes(1);
  });
});
