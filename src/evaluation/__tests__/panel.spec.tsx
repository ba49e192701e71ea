import '@testing-library/jest-dom';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import type { IEvaluationsClient } from '../../client/evaluations';
import { VisionLensError } from '../../client/errors';
import type { IViewSpec } from '../../client/types';
import { outcomeFilter } from '../../components/outcomes';
import {
  DETAIL as DATASET,
  fakeContext,
  fakeModel,
  state,
  VIEW
} from '../../components/__tests__/fakes';
import { createEvaluationPanel } from '..';
import { EvaluationPanel } from '../EvaluationPanel';
import { COUNTS, DETAIL, fakeEvaluations, OTHER } from './fixtures';

beforeAll(() => {
  // jsdom has neither
  global.ResizeObserver = class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  global.CSS ??= { escape: (text: string) => text } as typeof CSS;
});
beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

async function settle(milliseconds = 60): Promise<void> {
  await act(async () => {
    await jest.advanceTimersByTimeAsync(milliseconds);
  });
}

async function open(
  change: Partial<IEvaluationsClient> = {},
  view: Partial<IViewSpec> = {}
) {
  const evaluations = fakeEvaluations(change);
  const model = fakeModel({ view: { ...VIEW, ...view } });
  model.setOutcomes.mockImplementation((outcomes: IViewSpec['outcomes']) => {
    const next = { ...model.store.getState().view, outcomes };
    model.store.setState({ view: next, shown: next });
  });
  const context = fakeContext({
    evaluations,
    jobs: jest.fn().mockResolvedValue([])
  });
  const shown = render(<EvaluationPanel model={model} context={context} />);
  await settle();
  await settle();
  return { ...shown, model, evaluations };
}

function kept(model: { store: { getState(): { view: IViewSpec } } }) {
  return model.store.getState().view.outcomes;
}

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

  it('draws the curves of a class, and a point of them sets the threshold', async () => {
    const { evaluations, model, container } = await open();
    const row = container.querySelector<HTMLElement>('[data-class="WBC"]')!;
    fireEvent.click(within(row).getByText('draw'));
    await settle();
    expect(evaluations.curves.mock.lastCall![2].name).toBe('WBC');
    const handle = screen.getByRole('slider', { name: /Precision – recall/ });
    fireEvent.keyDown(handle, { key: 'ArrowRight' });
    expect(handle).toHaveAttribute(
      'aria-valuetext',
      expect.stringContaining('confidence .30')
    );
    fireEvent.keyDown(handle, { key: 'Enter' });
    expect(kept(model)).toMatchObject({
      outcomes: ['true_positive', 'false_positive'],
      classes: ['WBC']
    });
    expect(kept(model)!.confidence).toBeCloseTo(0.3);
    fireEvent.click(screen.getByText('F1', { selector: '.vl-toggle' }));
    const surface = container.querySelector('.vl-plot-surface')!;
    jest
      .spyOn(surface.closest('svg')!, 'getBoundingClientRect')
      .mockReturnValue({ left: 0, top: 0, width: 370 } as DOMRect);
    fireEvent.pointerMove(surface, { clientX: 200, clientY: 50 });
    fireEvent.click(surface, { clientX: 40 + 160, clientY: 6 });
    expect(kept(model)!.confidence).toBeCloseTo(0.5);
    fireEvent.pointerLeave(surface);
  });

  it('opens bars of the histograms and points of the calibration', async () => {
    const { model } = await open();
    const bar = screen.getByRole('button', {
      name: 'Show 30 false positives, Confidence 0 – 0.5'
    });
    fireEvent.click(bar);
    expect(kept(model)).toEqual(
      outcomeFilter('run-a', 0, {
        outcomes: ['false_positive'],
        confidence_range: [0, 0.5]
      })
    );
    fireEvent.keyDown(bar, { key: 'ArrowRight' });
    fireEvent.click(screen.getByTitle('Outcomes by Size'));
    const missed = screen.getByRole('button', {
      name: /Show 100 false negatives/
    });
    missed.focus();
    fireEvent.keyDown(missed, { key: 'ArrowRight' });
    expect(document.activeElement).not.toBe(missed);
    fireEvent.keyDown(document.activeElement!, { key: 'Home' });
    expect(document.activeElement).toBe(missed);
    fireEvent.keyDown(missed, { key: ' ' });
    expect(kept(model)?.area_range).toEqual([0, 1000]);
    fireEvent.click(
      screen.getByRole('button', { name: /^Confidence \.90 – 1\.00/ })
    );
    expect(kept(model)?.confidence_range).toEqual([0.9, 1]);
  });

  it('compares with another evaluation', async () => {
    const { model, container, evaluations } = await open();
    fireEvent.change(screen.getByLabelText('Compare with'), {
      target: { value: 'run-b' }
    });
    await settle();
    expect(evaluations.compare.mock.lastCall!.slice(1, 3)).toEqual([
      'run-a',
      { other: 'run-b' }
    ]);
    const metric = container.querySelector('.vl-comparison tbody tr')!;
    expect(metric).toHaveTextContent('.382.416+.034*.010 – .058.010');
    const row = container.querySelector('[data-class="RBC"]')!;
    expect(row.querySelector('.vl-difference')).toHaveTextContent('−.020');
    // The door leads to what was counted, and stays there, wherever the slider is.
    const move = async (to: string): Promise<void> => {
      fireEvent.change(screen.getByLabelText(/Confidence from which/), {
        target: { value: to }
      });
      await settle(300);
    };
    await move('0.6');
    fireEvent.click(
      screen.getByTitle('Show the images on which run-b has more errors')
    );
    const worse = { against: 'run-b', change: 'worse' } as const;
    expect(kept(model)).toEqual(outcomeFilter('run-a', 0.35, worse));
    await move('0.7');
    expect(kept(model)).toEqual(outcomeFilter('run-a', 0.35, worse));
  });

  it('sorts the classes', async () => {
    const { container } = await open();
    const names = (): (string | null)[] =>
      [...container.querySelectorAll('[data-class]')].map(row =>
        row.getAttribute('data-class')
      );
    expect(names()).toEqual(['RBC', 'Platelets', 'WBC']);
    fireEvent.click(screen.getByText('Class'));
    expect(names()).toEqual(['Platelets', 'RBC', 'WBC']);
    fireEvent.click(screen.getByText('AP50'));
    expect(names()).toEqual(['WBC', 'RBC', 'Platelets']);
    fireEvent.click(screen.getByText('AP50'));
    expect(names()).toEqual(['Platelets', 'RBC', 'WBC']);
  });

  it('says that an evaluation is out of date, and makes it anew', async () => {
    const stale = { ...DETAIL, stale: true, warnings: ['Trained on val.'] };
    const { evaluations } = await open({
      evaluations: jest.fn().mockResolvedValue([stale]),
      evaluation: jest.fn().mockResolvedValue(stale)
    });
    expect(screen.getByText('Trained on val.')).toBeVisible();
    expect(screen.getByText(/Out of date/)).toBeVisible();
    fireEvent.click(screen.getByText('Evaluate again'));
    await settle();
    expect(evaluations.startJob).toHaveBeenCalledWith(
      'evaluate',
      'blood',
      expect.objectContaining({
        run: 'run-a',
        name: 'run-a',
        operating_iou: 0.5,
        view: expect.objectContaining({ where: "split = 'test'" })
      })
    );
  });

  it('asks for intervals and label errors', async () => {
    const without = { ...DETAIL, intervals: false };
    const { evaluations } = await open({
      evaluation: jest.fn().mockResolvedValue(without)
    });
    fireEvent.click(screen.getByText('compute intervals'));
    await settle();
    expect(evaluations.startJob).toHaveBeenLastCalledWith(
      'intervals',
      'blood',
      { evaluation: 'run-a' }
    );
  });

  it('shows labels that were ranked, most suspicious first', async () => {
    const { evaluations, model } = await open();
    fireEvent.click(screen.getByText('find label errors'));
    await settle();
    expect(evaluations.startJob).toHaveBeenLastCalledWith(
      'label_quality',
      'blood',
      { evaluation: 'run-a' }
    );
    const ranked = (name: string) => ({ ...DATASET.fields[0], name });
    act(() =>
      model.store.setState({
        detail: {
          ...DATASET,
          fields: [ranked('likely_missing'), ranked('likely_wrong_class')]
        }
      })
    );
    fireEvent.click(screen.getByText('of the wrong class'));
    expect(model.setView).toHaveBeenLastCalledWith(
      expect.objectContaining({
        level: 'annotations',
        sort: [{ field: 'likely_wrong_class', descending: true }]
      })
    );
    fireEvent.click(screen.getByText('missing', { selector: '.vl-link' }));
    // what is missing is said of predictions
    expect(JSON.stringify(model.setView.mock.lastCall)).toContain(
      '"field":"source","cmp":"=","value":"run-a"'
    );
    expect(screen.queryByText('badly placed')).toBeNull();
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
