import '@testing-library/jest-dom';
import { act, fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IFieldInfo } from '../../../client/types';
import { DETAIL, fakeContext, VIEW } from '../../../components/__tests__/fakes';
import { newDraft, type Operator, withOperator } from '../draft';
import { ValueInput } from '../ValueInput';

const FIELDS = new Map(DETAIL.fields.map(field => [field.name, field]));
const FLAG = {
  ...FIELDS.get('split')!,
  name: 'is_crowd',
  type: 'boolean'
} as IFieldInfo;

const VALUES = [
  { value: 'RBC', samples: 340 },
  { value: 'WBC', samples: 350 },
  { value: null, samples: 4 }
];

/** The input of a field, its values kept as the form keeps them. */
function Form(props: {
  field: IFieldInfo;
  operator: Operator;
  facets: jest.Mock;
  onValues: jest.Mock;
  onEnter: () => void;
}): JSX.Element {
  const { field, operator } = props;
  const [draft, setDraft] = React.useState(
    withOperator({ ...newDraft(field), values: [] }, operator)
  );
  return (
    <ValueInput
      draft={draft}
      field={field}
      dataset="blood"
      view={VIEW}
      context={fakeContext({ facets: props.facets })}
      onValues={values => {
        props.onValues(values);
        setDraft({ ...draft, values });
      }}
      onEnter={props.onEnter}
    />
  );
}

async function open(field: IFieldInfo, operator: Operator) {
  const facets = jest
    .fn()
    .mockResolvedValue({ facets: [{ field: field.name, values: VALUES }] });
  const onValues = jest.fn();
  const onEnter = jest.fn();
  const { container } = render(
    <Form {...{ field, operator, facets, onValues, onEnter }} />
  );
  await act(() => jest.advanceTimersByTimeAsync(300));
  return { facets, onValues, onEnter, container };
}

const field = (name: string): IFieldInfo => FIELDS.get(name)!;

function put(label: string, value: string): void {
  fireEvent.change(screen.getByLabelText(label), { target: { value } });
}

describe('ValueInput', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks for yes or no', async () => {
    const { onValues } = await open(FLAG, '=');
    put('Value', 'false');
    expect(onValues).toHaveBeenLastCalledWith(['false']);
  });

  it('asks for both ends', async () => {
    const { onValues, onEnter } = await open(field('width'), 'between');
    put('To', '90');
    expect(onValues).toHaveBeenLastCalledWith(['', '90']);
    put('From', '10');
    expect(onValues).toHaveBeenLastCalledWith(['10', '90']);
    fireEvent.keyDown(screen.getByLabelText('From'), { key: 'Enter' });
    expect(onEnter).toHaveBeenCalledTimes(1);
  });

  it('asks for times in UTC', async () => {
    await open(field('captured_at'), '<');
    const time = screen.getByLabelText('Value');
    expect(time).toHaveAttribute('type', 'datetime-local');
    expect(time).toHaveAttribute('title', 'Value, in UTC');
  });

  it('asks for nothing where a value is missing', async () => {
    const { container } = await open(field('class'), 'null');
    expect(container).toBeEmptyDOMElement();
  });

  it('collects values, offering those that are not chosen', async () => {
    const { onValues, onEnter } = await open(field('class'), 'in');
    const box = screen.getByLabelText('Add a value');
    fireEvent.click(box);
    const offered = () =>
      screen.getAllByRole('option').map(({ textContent }) => textContent);
    expect(offered()).toEqual(['RBC340', 'WBC350']);
    fireEvent.click(screen.getByRole('option', { name: /WBC/ }));
    expect(onValues).toHaveBeenLastCalledWith(['WBC']);
    fireEvent.click(box);
    expect(offered()).toEqual(['RBC340']);
    fireEvent.change(box, { target: { value: 'other' } });
    fireEvent.keyDown(box, { key: 'Enter' });
    expect(onValues).toHaveBeenLastCalledWith(['WBC', 'other']);
    fireEvent.change(box, { target: { value: 'WBC' } });
    fireEvent.blur(box);
    expect(onValues).toHaveBeenCalledTimes(2);
    fireEvent.click(screen.getByLabelText('Remove WBC'));
    expect(onValues).toHaveBeenLastCalledWith(['other']);
    fireEvent.keyDown(box, { key: 'Enter' });
    expect(onEnter).toHaveBeenCalledTimes(1);
  });

  it('does not collect what is no number', async () => {
    const { onValues } = await open(field('width'), 'in');
    const box = screen.getByLabelText('Add a value');
    fireEvent.change(box, { target: { value: 'wide' } });
    expect(box).toHaveAttribute('aria-invalid', 'true');
    fireEvent.keyDown(box, { key: 'Enter' });
    fireEvent.blur(box);
    expect(onValues).not.toHaveBeenCalled();
    expect(box).toHaveValue('wide');
  });
});
