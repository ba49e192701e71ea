/** An evaluation of three classes, small enough to count by hand. */
import type {
  IClassMetrics,
  IComparison,
  ICounts,
  ICurves,
  IEvaluationDetail,
  IEvaluationsClient,
  IMetric,
  IRun
} from '../client';

export const RUNS: IRun[] = ['run-a', 'run-b'].map(run => ({
  run,
  format: 'coco',
  source: `/data/${run}.json`,
  annotations: 1093,
  samples: 72,
  created_at: '2026-02-01T10:00:00Z',
  trained_on: ['train']
}));

function row(name: string, [tp, fp, fn]: number[], ap: number): IClassMetrics {
  return {
    name,
    support: tp + fn,
    predictions: tp + fp,
    metrics: { AP: ap, AP50: ap + 0.3 },
    true_positives: tp,
    false_positives: fp,
    false_negatives: fn,
    precision: tp / (tp + fp),
    recall: tp / (tp + fn),
    f1: (2 * tp) / (2 * tp + fp + fn),
    low: ap + 0.25,
    high: ap + 0.33,
    reliable: name !== 'Platelets'
  };
}

const PER_CLASS = [
  row('RBC', [912, 55, 88], 0.402),
  row('WBC', [66, 5, 6], 0.531),
  row('Platelets', [58, 25, 15], 0.213)
];

function metric(
  name: string,
  label: string,
  value: number | null,
  [low, high]: (number | null)[] = [null, null],
  reliable: boolean | null = null
): IMetric {
  return { name, label, value, low, high, reliable };
}

export const DETAIL: IEvaluationDetail = {
  evaluation: 'run-a',
  run: 'run-a',
  protocol: 'coco',
  geometry: 'box',
  iou: Array.from({ length: 10 }, (_, i) => 0.5 + 0.05 * i),
  operating_point: { iou: 0.5, confidence: 0.35, class_aware: true },
  max_dets: 100,
  predicate: "split = 'test'",
  options: {},
  samples: 72,
  groups: 72,
  metrics: [
    metric('AP', 'AP at IoU .50:.95', 0.382, [0.361, 0.403], true),
    metric('AP50', 'AP at IoU .50', 0.678, [0.65, 0.701], false),
    metric('AP75', 'AP at IoU .75', 0.362),
    metric('AR100', 'AR at IoU .50:.95, 100 detections', null)
  ],
  created_at: '2026-02-02T10:00:00Z',
  stale: false,
  intervals: true,
  warnings: [],
  per_class: PER_CLASS,
  errors: [
    { type: 'missed', count: 81, delta_ap50: 0.009 },
    { type: 'localisation', count: 20, delta_ap50: 0.006 },
    { type: 'classification', count: 14, delta_ap50: 0.002 },
    { type: 'duplicate', count: 0, delta_ap50: 0 }
  ]
};

export const OTHER: IEvaluationDetail = {
  ...DETAIL,
  evaluation: 'run-b',
  run: 'run-b',
  created_at: '2026-02-01T12:00:00Z'
};

export const COUNTS: ICounts = {
  operating_point: DETAIL.operating_point,
  true_positives: 1036,
  false_positives: 85,
  false_negatives: 109,
  ignored: 0,
  precision: 0.924,
  recall: 0.905,
  f1: 0.914,
  per_class: PER_CLASS,
  confusion: [
    { true: 'RBC', predicted: 'RBC', count: 912 },
    { true: 'RBC', predicted: 'WBC', count: 3 },
    { true: 'RBC', predicted: 'Platelets', count: 14 },
    { true: 'RBC', predicted: null, count: 71 },
    { true: 'WBC', predicted: 'WBC', count: 66 },
    { true: 'WBC', predicted: 'RBC', count: 2 },
    { true: 'WBC', predicted: null, count: 4 },
    { true: 'Platelets', predicted: 'Platelets', count: 58 },
    { true: 'Platelets', predicted: 'RBC', count: 9 },
    { true: 'Platelets', predicted: null, count: 6 },
    { true: null, predicted: 'RBC', count: 44 },
    { true: null, predicted: 'Platelets', count: 11 }
  ],
  errors: DETAIL.errors
};

const STEPS = Array.from({ length: 21 }, (_, i) => i / 20);

export const CURVES: ICurves = {
  class_name: null,
  precision_recall: [0.5, 0.75].map(iou => ({
    name: `IoU ${iou}`,
    x: STEPS,
    y: STEPS.map(recall => Math.max(0, 1 - iou * recall ** 6)),
    confidence: STEPS.map(recall => 1 - recall)
  })),
  f1: {
    name: 'F1',
    x: STEPS,
    y: STEPS.map(x => 4 * x * (1 - x)),
    confidence: STEPS
  },
  calibration: {
    name: 'precision',
    x: [0.12, 0.35, 0.92],
    y: [0.3, 0.4, 0.85],
    confidence: []
  },
  ece: 0.072,
  histograms: {
    confidence: [
      { low: 0, high: 0.5, counts: { true_positive: 6, false_positive: 30 } },
      { low: 0.5, high: 1, counts: { true_positive: 1030 } }
    ],
    iou: [{ low: 0.5, high: 1, counts: { true_positive: 1036 } }],
    area: [
      { low: 0, high: 1000, counts: { false_negative: 100 } },
      { low: 1000, high: 10000, counts: { true_positive: 1036 } }
    ]
  }
};

export const COMPARISON: IComparison = {
  a: 'run-a',
  b: 'run-b',
  metrics: [
    {
      name: 'AP',
      label: 'AP at IoU .50:.95',
      a: 0.382,
      b: 0.416,
      difference: 0.034,
      low: 0.01,
      high: 0.058,
      p: 0.01,
      reliable: true
    }
  ],
  per_class: [
    {
      name: 'RBC',
      label: 'AP at IoU .50',
      a: 0.7,
      b: 0.68,
      difference: -0.02,
      low: -0.05,
      high: 0.01,
      p: 0.2,
      reliable: true
    }
  ],
  better: 31,
  worse: 12,
  equal: 29
};

/** A client that knows two runs and their evaluations. */
export function fakeEvaluations(
  change: Partial<IEvaluationsClient> = {}
): jest.Mocked<IEvaluationsClient> {
  const known = new Map([DETAIL, OTHER].map(each => [each.evaluation, each]));
  return {
    runs: jest.fn().mockResolvedValue(RUNS),
    changeRun: jest.fn().mockResolvedValue(RUNS[0]),
    deleteRun: jest.fn().mockResolvedValue(undefined),
    evaluations: jest.fn().mockResolvedValue([OTHER, DETAIL]),
    evaluation: jest.fn(async (_: string, name: string) => known.get(name)!),
    deleteEvaluation: jest.fn().mockResolvedValue(undefined),
    counts: jest.fn().mockResolvedValue(COUNTS),
    curves: jest.fn(
      async (_: string, __: string, { name }: { name: string | null }) => ({
        ...CURVES,
        class_name: name
      })
    ),
    compare: jest.fn().mockResolvedValue(COMPARISON),
    startJob: jest.fn().mockResolvedValue({ job: 'j' }),
    ...change
  } as unknown as jest.Mocked<IEvaluationsClient>;
}
