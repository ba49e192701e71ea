import '@testing-library/jest-dom';
import { act, fireEvent, render, screen, within } from '@testing-library/react';
import * as React from 'react';
import type { IEvaluationsClient } from '../../client';
import { VisionLensError } from '../../../core/client/errors';
import {
  DETAIL as DATASET,
  fakeContext,
  fakeModel,
  VIEW
} from '../../../core/components/__tests__/fakes';
import { runNameOf } from '../AddPredictionsForm';
import { describeEvaluation, iouText } from '../../describe';
import { EvaluationPanel } from '../../EvaluationPanel';
import { DETAIL, fakeEvaluations, RUNS } from '../../__tests__/fixtures';

beforeAll(() => {
  global.ResizeObserver = class {
    observe(): void {}
    unobserve(): void {}
    disconnect(): void {}
  };
  global.CSS ??= { escape: (text: string) => text } as typeof CSS;
});

async function settle(): Promise<void> {
  await act(async () => {
    await new Promise(resolve => setTimeout(resolve, 80));
  });
}

async function open(change: Partial<IEvaluationsClient>) {
  const evaluations = fakeEvaluations(change);
  const model = fakeModel({
    detail: {
      ...DATASET,
      splits: [
        { name: 'train', samples: 10 },
        { name: 'val', samples: 5 }
      ] as never
    },
    view: { ...VIEW, where: "split = 'val'" }
  });
  const context = fakeContext({
    evaluations,
    jobs: jest.fn().mockResolvedValue([]),
    folder: jest.fn().mockResolvedValue({
      path: '/data',
      parent: null,
      entries: [],
      places: [],
      images: 0
    })
  });
  const shown = render(<EvaluationPanel model={model} context={context} />);
  await settle();
  return { ...shown, evaluations, model };
}

const NOTHING = {
  runs: jest.fn().mockResolvedValue([]),
  evaluations: jest.fn().mockResolvedValue([])
};

describe('adding predictions', () => {
  it('is what an empty panel offers; what the server refuses is said', async () => {
    const { evaluations } = await open(NOTHING);
    expect(screen.getByText('There are no predictions yet.')).toBeVisible();
    const form = within(screen.getByRole('form', { name: 'Add predictions' }));
    const add = form.getByRole('button', { name: 'Add' });
    expect(add).toBeDisabled();
    fireEvent.change(form.getByLabelText('File or folder on the server'), {
      target: { value: 'runs/yolo.json' }
    });
    fireEvent.click(form.getByLabelText('train'));
    fireEvent.click(form.getByLabelText('val'));
    fireEvent.click(form.getByLabelText('val'));
    fireEvent.change(form.getByLabelText('Format'), {
      target: { value: 'coco' }
    });
    evaluations.startJob.mockRejectedValueOnce(
      new VisionLensError({
        code: 'DIR_NOT_FOUND',
        message: 'There is no runs/yolo.json.',
        hint: 'Check the path.',
        details: {},
        request_id: null
      })
    );
    fireEvent.click(add);
    await settle();
    expect(screen.getAllByRole('alert')[0]).toHaveTextContent(
      'Check the path.'
    );
    fireEvent.click(add);
    await settle();
    expect(evaluations.startJob).toHaveBeenLastCalledWith(
      'predictions',
      'blood',
      {
        run: 'yolo',
        source: 'runs/yolo.json',
        format: 'coco',
        replace: false,
        trained_on: ['train']
      }
    );
    expect(screen.getByText(/On its way/)).toBeVisible();
  });

  it('names a run after its file', () => {
    expect(runNameOf('/data/run_a.json')).toBe('run_a');
    expect(runNameOf('runs/predict/')).toBe('predict');
  });
});

describe('evaluating', () => {
  it('is what a panel with runs offers', async () => {
    const { evaluations } = await open({
      evaluations: jest.fn().mockResolvedValue([])
    });
    const form = within(screen.getByRole('form', { name: 'Evaluate' }));
    fireEvent.change(form.getByLabelText('Run'), {
      target: { value: 'run-b' }
    });
    fireEvent.change(form.getByLabelText('Protocol'), {
      target: { value: '3' }
    });
    fireEvent.click(form.getByText('More'));
    fireEvent.change(form.getByLabelText('Interpolation'), {
      target: { value: '11' }
    });
    fireEvent.click(form.getByLabelText(/Pixels inclusive/));
    fireEvent.click(form.getByLabelText(/Only predictions of the label/));
    fireEvent.change(form.getByLabelText(/IoU at which/), {
      target: { value: '0.75' }
    });
    fireEvent.change(form.getByLabelText('Confidence threshold'), {
      target: { value: '0.3' }
    });
    fireEvent.click(form.getByLabelText('Only the images of the view'));
    fireEvent.click(form.getByRole('button', { name: 'Evaluate' }));
    await settle();
    expect(evaluations.startJob).toHaveBeenLastCalledWith('evaluate', 'blood', {
      run: 'run-b',
      protocol: 'voc',
      geometry: 'box',
      confidence: 0.3,
      class_aware: false,
      operating_iou: 0.75,
      options: { interpolation: '11', inclusive: true },
      view: { ...VIEW, where: "split = 'val'" }
    });
  });

  it('is offered beside results, too', async () => {
    const { evaluations } = await open({});
    fireEvent.click(screen.getByText('Evaluate…'));
    const form = within(screen.getByRole('form', { name: 'Evaluate' }));
    fireEvent.change(form.getByLabelText(/Predictions per image/), {
      target: { value: '300' }
    });
    fireEvent.click(form.getByRole('button', { name: 'Evaluate' }));
    await settle();
    expect(evaluations.startJob.mock.lastCall![2]).toMatchObject({
      protocol: 'coco',
      confidence: null,
      max_dets: 300,
      view: null
    });
    expect(screen.queryByRole('form', { name: 'Evaluate' })).toBeNull();
  });
});

describe('runs', () => {
  it('are renamed and deleted, their evaluations chosen', async () => {
    const { evaluations, model, container } = await open({});
    fireEvent.click(screen.getByText('Runs…'));
    const run = (name: string) =>
      within(container.querySelector<HTMLElement>(`[data-run="${name}"]`)!);
    expect(run('run-a').getByText(/trained on train/)).toBeVisible();
    fireEvent.click(run('run-a').getByText('Rename'));
    const box = run('run-a').getByLabelText('New name of run-a');
    fireEvent.keyDown(box, { key: 'Escape' });
    expect(run('run-a').queryByRole('textbox')).toBeNull();
    fireEvent.click(run('run-a').getByText('Rename'));
    fireEvent.change(run('run-a').getByLabelText('New name of run-a'), {
      target: { value: 'yolo' }
    });
    fireEvent.submit(run('run-a').getByRole('textbox'));
    await settle();
    expect(evaluations.changeRun).toHaveBeenCalledWith('blood', 'run-a', {
      run: 'yolo'
    });
    expect(model.refresh).toHaveBeenCalled();

    evaluations.deleteRun.mockRejectedValueOnce(new Error('busy'));
    const remove = run('run-b').getByLabelText(
      'Delete run run-b with its evaluations'
    );
    fireEvent.click(remove);
    fireEvent.click(run('run-b').getByText(/for good/));
    await settle();
    expect(evaluations.deleteRun).toHaveBeenCalledWith('blood', 'run-b');
    expect(screen.getByRole('alert')).toHaveTextContent('busy');
    fireEvent.click(run('run-b').getByLabelText('Delete evaluation run-b'));
    fireEvent.click(run('run-b').getByText(/for good/));
    await settle();
    expect(evaluations.deleteEvaluation).toHaveBeenCalledWith('blood', 'run-b');
    fireEvent.click(
      container.querySelector('[data-evaluation="run-b"] .vl-menu-item')!
    );
    await settle();
    expect(evaluations.evaluation.mock.lastCall![1]).toBe('run-b');
    expect(RUNS).toHaveLength(2);
  });
});

describe('the report of a run', () => {
  const REPORT = {
    source: '/data/runs/yolo.json',
    format: 'coco',
    images: { found: 72, imported: 71, skipped: 1 },
    annotations: { found: 900, imported: 880, skipped: 20 },
    label_files: { found: 1, imported: 1, skipped: 0 },
    by_code: { IMAGE_UNKNOWN: 1 },
    items: [
      {
        code: 'IMAGE_UNKNOWN',
        action: 'skipped',
        kind: 'image',
        item: 'gone.jpg',
        message: 'is not in the dataset',
        sample_id: null
      }
    ],
    items_total: 1
  };

  const unfold = async (details: HTMLElement): Promise<void> => {
    await act(async () => {
      (details as HTMLDetailsElement).open = true;
      fireEvent(details, new Event('toggle'));
    });
    await settle();
  };

  it('says what of its file was left out, and why', async () => {
    const runReport = jest.fn().mockResolvedValue(REPORT);
    const { container } = await open({ runReport });
    fireEvent.click(screen.getByText('Runs…'));
    expect(runReport).not.toHaveBeenCalled();
    const row = container.querySelector<HTMLElement>('[data-run="run-a"]')!;
    await unfold(within(row).getByText('Report').closest('details')!);
    expect(runReport).toHaveBeenCalledWith('blood', 'run-a', 0, 1000);
    const report = within(screen.getByRole('region', { name: /of run-a/ }));
    const counts = report.getByText('Predictions').closest('tr')!;
    expect(counts).toHaveTextContent('Predictions90088020');
    await unfold(report.getByText('image unknown').closest('details')!);
    expect(report.getByText('gone.jpg')).toBeVisible();
    expect(report.getByText('skipped: is not in the dataset')).toBeVisible();
  });

  it('is the one of the ingest where the run came with it', async () => {
    const said = {
      code: 'NOT_FOUND',
      message: 'The run came with an ingest.',
      hint: '',
      details: {},
      request_id: null
    };
    const { container } = await open({
      runReport: jest.fn().mockRejectedValue(new VisionLensError(said, 404))
    });
    fireEvent.click(screen.getByText('Runs…'));
    const row = container.querySelector<HTMLElement>('[data-run="run-b"]')!;
    await unfold(within(row).getByText('Report').closest('details')!);
    expect(within(row).getByRole('alert')).toHaveTextContent(
      'came with an ingest'
    );
  });
});

describe('describeEvaluation', () => {
  const say = (change: Partial<typeof DETAIL>): string =>
    describeEvaluation({ ...DETAIL, ...change }, {
      __: (text: string, ...args: string[]) =>
        text.replace(/%(\d)/g, (_, i) => args[Number(i) - 1]),
      _n: (one: string, many: string, n: number, ...args: string[]) =>
        (n === 1 ? one : many).replace(/%(\d)/g, (_, i) =>
          i === '1' ? String(n) : args[Number(i) - 2]
        )
    } as never);

  it('names protocol, range and operating point', () => {
    expect(iouText(DETAIL.iou)).toBe('.50:.95');
    expect(iouText([0.5, 0.75])).toBe('.50, .75');
    expect(say({})).toBe(
      "COCO boxes · IoU .50:.95 · counted at IoU .50 · 72 images where split = 'test'"
    );
    expect(
      say({
        protocol: 'voc',
        iou: [0.5],
        predicate: null,
        operating_point: { iou: 0.5, confidence: 0.3, class_aware: false }
      })
    ).toBe(
      'VOC boxes · IoU .50 · counted at IoU .50, whatever the class · 72 images'
    );
    expect(
      say({
        protocol: 'classification',
        iou: [],
        predicate: null,
        operating_point: { iou: null, confidence: 0, class_aware: true }
      })
    ).toBe('classification · 72 images');
    expect(say({ protocol: 'segmentation' })).toContain('semantic masks');
  });
});
