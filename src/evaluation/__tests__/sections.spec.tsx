import '@testing-library/jest-dom';
import { act, fireEvent, screen, within } from '@testing-library/react';
import { outcomeFilter } from '../../core/outcomes/outcomes';
import { DETAIL as DATASET } from '../../core/components/__tests__/fakes';
import { DETAIL } from './fixtures';
import { kept, open, setUp, settle } from './setUp';

setUp();

describe('a section', () => {
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
    // The filter keeps what was counted, and stays there, wherever the slider is.
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
});
