import '@testing-library/jest-dom';
import {
  act,
  fireEvent,
  render,
  screen,
  waitFor
} from '@testing-library/react';
import * as React from 'react';
import { VisionLensError } from '../../client/errors';
import { ErrorBox } from '../ErrorBox';
import { HeaderLine } from '../HeaderLine';
import { Popover } from '../Popover';
import { TagForm } from '../TagForm';
import { fakeModel, trans, VIEW } from './fakes';

const ERROR = {
  code: 'IMAGE_MISSING',
  message: 'The image is gone.',
  hint: 'Look for it.',
  details: { path: '<b>a.jpg</b>' },
  request_id: 'r1'
};

describe('HeaderLine', () => {
  it('counts samples and what is selected', () => {
    const model = fakeModel({
      ids: new Uint32Array(347),
      total: 102453,
      selectedInView: 12
    });
    const { container } = render(<HeaderLine model={model} trans={trans} />);
    const line = container.querySelector('.vl-header-line');
    expect(line).toHaveTextContent(/^347 of 102,453 samples, 12 selected$/);
    expect(
      Array.from(container.querySelectorAll('strong'), e => e.textContent)
    ).toEqual(['347', '12']);
    act(() =>
      model.store.setState({ shown: { ...VIEW, level: 'annotations' } })
    );
    expect(line).toHaveTextContent('347 of 102,453 annotations, 12 selected');
  });
});

describe('ErrorBox', () => {
  it('shows message and hint, details behind an expander, as text', () => {
    const retry = jest.fn();
    const { container } = render(
      <ErrorBox error={ERROR} trans={trans} onRetry={retry} />
    );
    expect(screen.getByText('The image is gone.')).toBeVisible();
    expect(screen.getByText('Look for it.')).toBeVisible();
    expect(container.querySelector('details')).not.toHaveAttribute('open');
    expect(container.querySelector('pre')).toHaveTextContent('<b>a.jpg</b>');
    fireEvent.click(screen.getByText('Try again'));
    expect(retry).toHaveBeenCalledTimes(1);
  });
});

function Opened(): JSX.Element {
  const [open, setOpen] = React.useState(false);
  return (
    <Popover
      kind="dialog"
      label="Tag"
      title="Tag it"
      open={open}
      onToggle={setOpen}
    >
      <input aria-label="inside" />
    </Popover>
  );
}

describe('Popover', () => {
  it('closes on Escape and gives the focus back', () => {
    render(<Opened />);
    const button = screen.getByRole('button', { name: 'Tag' });
    fireEvent.click(button);
    fireEvent.keyDown(screen.getByLabelText('inside'), { key: 'Escape' });
    expect(screen.queryByLabelText('inside')).toBeNull();
    expect(button).toHaveFocus();
  });

  it('closes on a press elsewhere, not inside', () => {
    render(<Opened />);
    fireEvent.click(screen.getByRole('button'));
    fireEvent.pointerDown(screen.getByLabelText('inside'));
    expect(screen.getByLabelText('inside')).toBeVisible();
    fireEvent.pointerDown(document.body);
    expect(screen.queryByLabelText('inside')).toBeNull();
  });
});

describe('TagForm', () => {
  it('adds a trimmed tag and empties itself', async () => {
    const add = jest.fn().mockResolvedValue(undefined);
    render(<TagForm trans={trans} known={['review']} onAdd={add} />);
    const input = screen.getByLabelText('Tag');
    fireEvent.change(input, { target: { value: ' hard ' } });
    fireEvent.click(screen.getByText('Add'));
    await waitFor(() => expect(input).toHaveValue(''));
    expect(add).toHaveBeenCalledWith('hard');
  });

  it('keeps the text and says why when it is refused', async () => {
    const add = jest.fn().mockRejectedValue(new VisionLensError(ERROR, 403));
    render(<TagForm trans={trans} known={[]} onAdd={add} />);
    const input = screen.getByLabelText('Tag');
    fireEvent.change(input, { target: { value: 'hard' } });
    fireEvent.submit(input.closest('form')!);
    expect(await screen.findByText('The image is gone.')).toBeVisible();
    expect(input).toHaveValue('hard');
  });
});
