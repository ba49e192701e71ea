/** Findings about a run, and a server that gives them. */
import type { IAnalysis, IAnalysisClient, IEffect, IFinding } from '../client';
import type { IAgentRun, IAgentSettings } from '../../agents/client';
import type { IAttribute, IVisionModel } from '../../attributes/client';
import type { IJob, IViewSpec } from '../../core/client/types';
import { outcomeFilter } from '../../core/outcomes/outcomes';
import { job } from '../../core/jobs/__tests__/fakes';
import { plainView } from '../../core/workspace/plainView';

export const EFFECT: IEffect = {
  units: 73,
  groups: 24,
  events: 38,
  rate: 0.52,
  rest: 0.18,
  difference: 0.34,
  low: 0.22,
  high: 0.46,
  p: 0.0001,
  p_adjusted: 0.0004,
  method: 'cluster-robust'
};

const PREDICATE = "class = 'Platelets' and edge_distance < 0.05";
const OF_LABELS: IViewSpec['filter'] = {
  op: 'compare',
  field: 'source',
  cmp: '=',
  value: 'ground_truth'
};
const EVALUATED = outcomeFilter('run-a', 0.35);

export function finding(change: Partial<IFinding> = {}): IFinding {
  return {
    finding: 'f1',
    analysis: 'a1',
    evaluation: 'run-a',
    run: 'run-a',
    target: 'miss_rate',
    error: null,
    level: 'annotations',
    title: 'Platelets near the border are missed',
    description: 'Boxes that lie within 5% of the edge.',
    predicate: PREDICATE,
    sql: 'SELECT annotation_id FROM annotations',
    conditions: [
      {
        field: 'class',
        text: "class = 'Platelets'",
        label: 'class is Platelets'
      },
      {
        field: 'edge_distance',
        text: 'edge_distance < 0.05',
        label: 'distance to the edge is below .05'
      }
    ],
    view: {
      ...plainView('annotations', PREDICATE),
      filter: OF_LABELS,
      outcomes: { ...EVALUATED, outcomes: ['true_positive', 'false_negative'] }
    },
    failures: {
      ...plainView('annotations', PREDICATE),
      filter: OF_LABELS,
      outcomes: { ...EVALUATED, outcomes: ['false_negative'] }
    },
    count: 150,
    members: null,
    units: 146,
    groups: 48,
    discovery: { ...EFFECT, rate: 0.55 },
    confirmation: EFFECT,
    inseparable: [
      {
        predicate: "camera = 'B'",
        label: 'camera is B',
        overlap: 0.91
      }
    ],
    examples: [11, 12, 13, 14],
    action: {
      kind: 'collect',
      text: 'Collect more platelets near the border.',
      reason: 'They are 3% of the labels and 12% of the misses.'
    },
    attributes: [],
    explanation: [],
    author: 'statistics',
    status: 'hypothesis',
    notes: '',
    renamed: false,
    verdicts: {},
    suggested: null,
    holds: null,
    now: null,
    stale: false,
    created_at: '2026-02-03T10:00:00Z',
    checked_at: null,
    ...change
  };
}

export const ANALYSIS: IAnalysis = {
  analysis: 'a1',
  evaluation: 'run-a',
  request: {
    dataset: 'blood',
    evaluation: 'run-a',
    target: null,
    error: null,
    level: null,
    view: null,
    depth: 2,
    fields: null,
    exclude: [],
    space: null,
    min_objects: 50,
    min_groups: 20,
    alpha: 0.05,
    limit: 20,
    seed: 0
  },
  tested: 1240,
  units: 4888,
  groups: 364,
  findings: ['f1'],
  unconfirmed: [
    {
      predicate: "lens = 'C'",
      label: 'lens is C',
      target: 'miss_rate',
      error: null,
      level: 'annotations',
      view: plainView('annotations', "lens = 'C'"),
      reason: 'not confirmed',
      discovery: EFFECT,
      confirmation: { ...EFFECT, rate: 0.19 },
      covered_by: null
    },
    {
      predicate: 'width > 800',
      label: 'width is above 800',
      target: 'miss_rate',
      error: null,
      level: 'annotations',
      view: plainView('annotations', 'width > 800'),
      reason: 'covered',
      discovery: EFFECT,
      confirmation: null,
      covered_by: 'f1'
    }
  ],
  left_out: [{ field: 'serial', reason: '500 values, none frequent' }],
  untested: [
    {
      predicate: "lens = 'D'",
      label: 'lens is D',
      target: 'miss_rate',
      error: null,
      level: 'annotations',
      view: plainView('annotations', "lens = 'D'"),
      effect: EFFECT,
      reason: '9 objects in 4 groups of the discovery half'
    }
  ],
  warnings: ['No embeddings: clusters were not looked at.'],
  seconds: 4.2,
  digest: 'd',
  created_at: '2026-02-03T10:00:00Z'
};

export const ATTRIBUTE: IAttribute = {
  spec: {
    name: 'lighting',
    question: 'How is the scene lit?',
    kind: 'choice',
    options: ['day', 'night'],
    paraphrases: [],
    level: 'samples'
  },
  field: 'visual_lighting',
  model: 'transformers:tiny',
  prompts: 3,
  quantize: 'none',
  answered: 360,
  unanswered: 4,
  agreement: 0.93,
  calibrations: [
    {
      attribute: 'lighting',
      answer: 'night',
      labels: 120,
      positive: 40,
      precision: { value: 0.95, low: 0.86, high: 0.98, hits: 38, of: 40 },
      missed: { value: 0.02, low: 0, high: 0.06, hits: 2, of: 80 },
      recall: { value: 0.93, low: 0.84, high: 0.97, hits: 38, of: 41 },
      prevalence: 0.2,
      usable: true,
      reason: ''
    }
  ],
  usable: false,
  created_at: '2026-02-03T09:00:00Z'
};

export const MODEL: IVisionModel = {
  model: 'transformers:tiny',
  label: 'Tiny',
  available: true,
  reason: null,
  local: true,
  remote_code: false
};

export const SETTINGS: IAgentSettings = {
  model: null,
  vision_model: null,
  budget: { tokens: 100_000, seconds: 300, cost: null, requests: 40 },
  installed: true,
  mcp: false,
  reason: 'Set VisionLens.model in the server’s settings.'
};

export function agentRun(change: Partial<IAgentRun> = {}): IAgentRun {
  return {
    run: 'r1',
    job: 'j9',
    agent: 'chat',
    question: 'How many are at night?',
    evaluation: 'run-a',
    model: 'openai:small',
    steps: [],
    answer: {
      text: '81 images are at night.\nThe statistics confirmed 1 finding.',
      claims: [
        {
          kind: 'figure',
          text: '81 images are at night.',
          evidence: 'call-1',
          against: null,
          run: null
        }
      ],
      ideas: ['Could headlights dazzle the camera?'],
      findings: ['f1'],
      views: [plainView('samples', "time_of_day = 'night'")],
      dropped: 1,
      outdated: false
    },
    usage: {
      requests: 2,
      input_tokens: 900,
      output_tokens: 100,
      seconds: 3,
      cost: 0.002
    },
    stopped: 'done',
    created_at: '2026-02-03T11:00:00Z',
    ...change
  };
}

export const STEPS: IAgentRun['steps'] = [
  {
    step: 1,
    kind: 'tool_call',
    text: 'count where time_of_day = night',
    tool: 'query',
    evidence: 'call-1',
    arguments: {},
    result: {},
    finding: null,
    view: null,
    at: '2026-02-03T11:00:01Z'
  },
  {
    step: 2,
    kind: 'tool_result',
    text: '81 samples',
    tool: 'query',
    evidence: 'call-1',
    arguments: {},
    result: { count: 81 },
    finding: null,
    view: plainView('samples', "time_of_day = 'night'"),
    at: '2026-02-03T11:00:02Z'
  }
];

type Fake = {
  [key in keyof IAnalysisClient]: jest.Mock<
    ReturnType<IAnalysisClient[key]>,
    Parameters<IAnalysisClient[key]>
  >;
};

/** A server with one finding; every call is recorded. */
export function fakeAnalysis(change: Partial<IAnalysisClient> = {}): Fake {
  let now = finding();
  const client: IAnalysisClient = {
    findings: async () => [now],
    changeFinding: async (_, __, { verdicts, ...part }) => {
      const all = Object.fromEntries(
        Object.entries({ ...now.verdicts, ...verdicts }).filter(
          (entry): entry is [string, boolean] => entry[1] !== null
        )
      );
      const yes = Object.values(all).filter(Boolean).length;
      const suggested = yes > 2 ? 'verified' : null;
      now = {
        ...now,
        verdicts: all,
        suggested,
        ...(part as Partial<IFinding>)
      };
      return now;
    },
    deleteFinding: async () => undefined,
    analyses: async () => [ANALYSIS],
    report: async () => ({ name: 'r.html', content: new Blob(['x']) }),
    attributes: async () => [ATTRIBUTE],
    deleteAttribute: async () => undefined,
    calibrationTask: async (_, attribute, { answer }) => ({
      attribute,
      answer,
      question: 'How is the scene lit?',
      ids: [1, 2],
      labelled: 120,
      wanted: 100
    }),
    calibrate: async () => ATTRIBUTE,
    visionModels: async () => ({
      models: [MODEL],
      questions: [
        {
          name: 'blur',
          question: 'Is the picture blurred?',
          kind: 'yes_no',
          options: [],
          paraphrases: [],
          level: 'samples'
        }
      ]
    }),
    agentSettings: async () => SETTINGS,
    agentRuns: async () => [],
    agentRun: async () => agentRun({ steps: STEPS }),
    startJob: async (kind): Promise<IJob> => job({ kind, dataset: 'blood' }),
    ...change
  };
  return Object.fromEntries(
    Object.entries(client).map(([name, method]) => [
      name,
      jest.fn(method as never)
    ])
  ) as unknown as Fake;
}
