import '@testing-library/jest-dom';
import { act, fireEvent, screen, within } from '@testing-library/react';
import { VisionLensError } from '../../core/client/errors';
import { outcomeFilter } from '../../core/outcomes/outcomes';
import {
  fakeContext,
  fakeModel,
  state
} from '../../core/components/__tests__/fakes';
import { createEvaluationPanel } from '..';
import { COUNTS, fakeEvaluations, OTHER } from './fixtures';
import { kept, open, setUp, settle } from './setUp';

setUp();

describe('EvaluationPanel', () => {
  it('shows the newest evaluation with ranges, intervals and what is unreliable', async () => {
    const { container, evaluations } = await open();
    expect(evaluations.evaluation.mock.lastCall![1]).toBe('run-a');
    const ap = container.querySelector('[data-metric="AP"]')!;
    expect(ap).toHaveTextContent('.382.361 – .403AP at IoU .50:.95');
    expect(
      within(
        container.querySelector<HTMLElement>('[data-metric="AP50"]')!
      ).getByRole('img', { name: /Not reliable/ })
    ).toBeInTheDocument();
    expect(
      container.querySelector('[data-outcome="true_positive"]')
    ).toHaveTextContent('1,036');
    expect(screen.getByText(/72 images where split = 'test'/)).toBeVisible();
  });

  it('opens what a cell, a bar, a count and a row hold, and lets go of it again', async () => {
    const { container, model } = await open();
    const click = (title: string | RegExp): void => {
      fireEvent.click(screen.getByTitle(title));
    };
    click('Show 20 errors: of the right class, too far off');
    expect(kept(model)).toEqual(
      outcomeFilter('run-a', 0.35, { errors: ['localisation'] })
    );
    click('Show 20 errors: of the right class, too far off');
    expect(kept(model)).toBeNull();
    click('Show the false negatives, at confidence ≥ .35');
    expect(kept(model)?.outcomes).toEqual(['false_negative']);
    click('Show what was evaluated of WBC');
    expect(kept(model)).toEqual(
      outcomeFilter('run-a', 0.35, { classes: ['WBC'] })
    );
    const row = container.querySelector<HTMLElement>('[data-class="RBC"]')!;
    fireEvent.click(within(row).getByText('55'));
    expect(kept(model)).toEqual(
      outcomeFilter('run-a', 0.35, {
        outcomes: ['false_positive'],
        classes: ['RBC']
      })
    );
    const top = screen.getByTitle(
      'Show 14 pairs of label and prediction: RBC taken for Platelets',
      { selector: 'button' } as never
    );
    fireEvent.click(top);
    expect(kept(model)?.cell).toEqual({ true: 'RBC', predicted: 'Platelets' });
    expect(top).toHaveAttribute('aria-pressed', 'true');
  });

  it('walks through the matrix by keyboard', async () => {
    const { model } = await open();
    const matrix = screen.getByRole('application');
    fireEvent.focus(matrix);
    const status = document.getElementById(
      matrix.getAttribute('aria-describedby')!
    )!;
    expect(status).toHaveTextContent(
      'Show 912 pairs of label and prediction: RBC found as RBC'
    );
    fireEvent.keyDown(matrix, { key: 'ArrowRight' });
    expect(status).toHaveTextContent('14 pairs');
    fireEvent.keyDown(matrix, { key: 'End' });
    expect(status).toHaveTextContent('Show 71 annotations: RBC not found');
    fireEvent.keyDown(matrix, { key: 'Enter' });
    expect(kept(model)?.cell).toEqual({ true: 'RBC', predicted: null });
    fireEvent.keyDown(matrix, { key: 'ArrowDown' });
    fireEvent.keyDown(matrix, { key: 'ArrowDown' });
    fireEvent.keyDown(matrix, { key: 'ArrowDown' });
    expect(status).toHaveTextContent('background is not counted');
    fireEvent.keyDown(matrix, { key: 'ArrowUp' });
    fireEvent.keyDown(matrix, { key: 'ArrowLeft' });
    fireEvent.keyDown(matrix, { key: 'Home' });
    expect(status).toHaveTextContent('2 pairs');
    fireEvent.keyDown(matrix, { key: 'ArrowRight' });
    expect(status).toHaveTextContent('None: WBC taken for Platelets');
    fireEvent.blur(matrix);
    expect(status).toHaveTextContent('Rows are labels');
  });

  it('opens the cell under the pointer, and zooms', async () => {
    const { model, container } = await open();
    const matrix = screen.getByRole('application');
    const side = (): number => Number(matrix.getAttribute('width')) / 4;
    jest
      .spyOn(matrix, 'getBoundingClientRect')
      .mockReturnValue({ left: 0, top: 0 } as DOMRect);
    const at = 1.5 * side();
    fireEvent.click(matrix, { clientX: at, clientY: 0.5 * side() });
    expect(kept(model)?.cell).toEqual({ true: 'RBC', predicted: 'Platelets' });
    const before = side();
    fireEvent.click(screen.getByLabelText('Larger cells'));
    expect(side()).toBeGreaterThan(before);
    fireEvent.click(screen.getByLabelText('Smaller cells'));
    fireEvent.click(screen.getByText('Fit'));
    expect(side()).toBe(before);
    fireEvent.change(screen.getByLabelText('Order of the classes'), {
      target: { value: 'name' }
    });
    const names = container.querySelectorAll('.vl-confusion-rows text');
    expect(names[0]).toHaveTextContent('Platelets');
    fireEvent.change(screen.getByLabelText('Heat'), {
      target: { value: 'share' }
    });
    fireEvent.click(screen.getByLabelText('with background'));
    expect(container.querySelector('.vl-confusions li')).toHaveTextContent(
      'RBC not found'
    );
  });

  it('counts again while the slider moves, once it rests, and drops late replies', async () => {
    const { model, evaluations, container } = await open();
    const slider = screen.getByLabelText(/Confidence from which/);
    expect(evaluations.counts).toHaveBeenCalledTimes(1);
    for (const value of [0.4, 0.45, 0.5]) {
      fireEvent.change(slider, { target: { value: String(value) } });
    }
    let late: (counts: typeof COUNTS) => void = () => undefined;
    evaluations.counts.mockReturnValueOnce(
      new Promise(resolve => (late = resolve))
    );
    await settle();
    expect(evaluations.counts).toHaveBeenCalledTimes(2);
    expect(evaluations.counts.mock.lastCall![2].confidence).toBe(0.5);
    evaluations.counts.mockResolvedValue({ ...COUNTS, true_positives: 7 });
    fireEvent.change(slider, { target: { value: '0.6' } });
    await settle();
    await act(async () => late({ ...COUNTS, true_positives: 99 }));
    const count = container.querySelector('[data-outcome="true_positive"]');
    expect(count).toHaveTextContent('7');
    // nothing was asked of the view
    await settle(500);
    expect(model.setOutcomes).not.toHaveBeenCalled();
    fireEvent.click(screen.getByText('reset'));
    await settle();
    expect(evaluations.counts.mock.lastCall![2].confidence).toBe(0.35);
  });

  it('takes the view along with the slider, and the slider along with the view', async () => {
    const { model } = await open();
    fireEvent.click(screen.getByTitle(/Show the false negatives/));
    const slider = screen.getByLabelText(/Confidence from which/);
    fireEvent.change(slider, { target: { value: '0.6' } });
    await settle(300);
    expect(model.setOutcomes).toHaveBeenLastCalledWith(
      outcomeFilter('run-a', 0.6, { outcomes: ['false_negative'] }),
      'threshold'
    );
    await act(async () => {
      model.setOutcomes(
        outcomeFilter('run-a', 0.2, { outcomes: ['false_negative'] })
      );
    });
    expect(slider).toHaveValue('0.2');
  });

  it('counts the images of the view, and says so', async () => {
    const filter = {
      op: 'compare',
      field: 'class',
      cmp: '=',
      value: 'RBC'
    } as const;
    const { evaluations, model } = await open(
      {},
      { filter, outcomes: outcomeFilter('run-b', null) }
    );
    // the evaluation that the view speaks of is the one that is shown
    expect(evaluations.evaluation.mock.lastCall![1]).toBe('run-b');
    expect(evaluations.counts.mock.lastCall![2].view).toMatchObject({
      level: 'samples',
      filter,
      outcomes: null
    });
    expect(
      screen.getByText(/Counted on the images of the view \(class = RBC\)/)
    ).toHaveTextContent('meets the conditions on annotations');
    fireEvent.click(screen.getByText('Count all'));
    expect(model.setView).toHaveBeenCalledWith(
      expect.objectContaining({ filter: null })
    );
  });

  it('says what fails, and tries again', async () => {
    const refused = new VisionLensError({
      code: 'EVALUATION_NOT_FOUND',
      message: 'There is no evaluation run-a.',
      hint: 'List them.',
      details: {},
      request_id: null
    });
    const { evaluations } = await open({
      evaluations: jest.fn().mockRejectedValueOnce(refused),
      counts: jest.fn().mockRejectedValue(refused)
    });
    expect(screen.getByRole('alert')).toHaveTextContent('List them.');
    evaluations.evaluations.mockResolvedValue([OTHER]);
    fireEvent.click(screen.getByText('Try again'));
    await settle();
    await settle();
    expect(evaluations.evaluation.mock.lastCall![1]).toBe('run-b');
    expect(screen.getAllByRole('alert')[0]).toHaveTextContent(
      'There is no evaluation'
    );
  });

  it('is a panel', () => {
    const widget = createEvaluationPanel(
      fakeModel(),
      fakeContext({ evaluations: fakeEvaluations() })
    );
    expect(widget.hasClass('vl-evaluation')).toBe(true);
    widget.dispose();
    expect(state().pending).toBe(false);
  });
});
