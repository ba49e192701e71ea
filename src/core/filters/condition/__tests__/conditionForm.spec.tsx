import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import { VisionLensError } from '../../../client/errors';
import type { Filter } from '../../../client/types';
import { DETAIL, fakeContext, VIEW } from '../../../components/__tests__/fakes';
import { ConditionForm } from '../ConditionForm';
import { fromParts, type IDraft } from '../draft';

const HINT = 'Check the brackets.';
const WBC: Filter = { op: 'compare', field: 'class', cmp: '=', value: 'WBC' };

function open(initial: IDraft | null = null) {
  const predicate = jest.fn(async (_: string, { filter }: any) => {
    if (filter.op === 'matches') {
      throw new VisionLensError({
        code: 'PREDICATE_INVALID',
        message: 'The regular expression cannot be read: missing ]: [',
        hint: HINT,
        details: {},
        request_id: null
      });
    }
    return { text: JSON.stringify(filter), filter, warnings: [] };
  });
  const facets = jest.fn().mockResolvedValue({
    facets: [
      {
        field: 'class',
        values: [{ value: 'RBC', samples: 340, annotations: 4155 }]
      }
    ]
  });
  const onApply = jest.fn();
  const onCancel = jest.fn();
  render(
    <ConditionForm
      context={fakeContext({ predicate, facets })}
      dataset="blood"
      fields={DETAIL.fields}
      view={VIEW}
      initial={initial}
      onApply={onApply}
      onCancel={onCancel}
    />
  );
  const apply = (): HTMLElement =>
    screen.getByRole('button', { name: 'Apply' });
  const put = (label: string, value: string): void => {
    const box = screen.getByLabelText(label, { selector: 'input, select' });
    fireEvent.change(box, { target: { value } });
  };
  return { predicate, facets, onApply, onCancel, apply, put };
}

/** Let what waits for a pause in typing go on. */
async function pause(): Promise<void> {
  await act(() => jest.advanceTimersByTimeAsync(300));
}

describe('ConditionForm', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('is filled in by keyboard, with values offered', async () => {
    const { facets, onApply, apply, put } = open();
    expect(apply()).toBeDisabled();
    const field = screen.getByRole('combobox', { name: 'Field' });
    expect(field).toHaveFocus();
    fireEvent.change(field, { target: { value: 'cla' } });
    fireEvent.keyDown(field, { key: 'Enter' });
    put('Value', 'R');
    await pause();
    expect(facets).toHaveBeenLastCalledWith(
      'blood',
      expect.objectContaining({ view: VIEW, fields: ['class'], search: 'R' }),
      expect.anything()
    );
    fireEvent.click(screen.getByRole('option', { name: /RBC.*340/ }));
    put('Which annotations', 'count');
    put('Number of annotations', '3');
    await act(async () => {
      fireEvent.click(apply());
    });
    expect(onApply).toHaveBeenCalledWith([
      {
        op: 'count',
        arg: { ...WBC, value: 'RBC' },
        cmp: '>=',
        value: 3
      }
    ]);
  });

  it('says what to do about a pattern that cannot be read', async () => {
    const { onApply, apply, put } = open(fromParts([WBC], DETAIL.fields));
    put('Operator', 'matches');
    put('Value', '[');
    await pause();
    expect(screen.getByRole('alert')).toHaveTextContent(HINT);
    expect(apply()).toBeDisabled();
    fireEvent.submit(screen.getByRole('form'));
    await pause();
    expect(onApply).not.toHaveBeenCalled();
    put('Operator', 'contains');
    await pause();
    expect(screen.queryByRole('alert')).toBeNull();
    expect(apply()).toBeEnabled();
  });

  it('asks once after a pause in typing', async () => {
    const { predicate, put } = open(fromParts([WBC], DETAIL.fields));
    await pause();
    predicate.mockClear();
    put('Value', 'R');
    put('Value', 'RB');
    put('Value', 'RBC');
    await pause();
    expect(predicate).toHaveBeenCalledTimes(1);
  });

  it('does not apply a number that is none', async () => {
    const width: Filter = { op: 'compare', field: 'width', cmp: '>', value: 9 };
    const { apply, put } = open(fromParts([width], DETAIL.fields));
    await pause();
    expect(apply()).toBeEnabled();
    put('Value', 'wide');
    expect(screen.getByLabelText('Value')).toHaveAttribute(
      'aria-invalid',
      'true'
    );
    expect(apply()).toBeDisabled();
  });

  it('needs no value for what is missing, and is left by Escape', async () => {
    const { onApply, onCancel, apply, put } = open(
      fromParts([WBC], DETAIL.fields)
    );
    put('Operator', 'null');
    expect(screen.queryByLabelText('Value')).toBeNull();
    await act(async () => {
      fireEvent.click(apply());
    });
    expect(onApply).toHaveBeenCalledWith([{ op: 'null', field: 'class' }]);
    fireEvent.keyDown(screen.getByLabelText('Operator'), { key: 'Escape' });
    expect(onCancel).toHaveBeenCalledTimes(1);
  });
});
