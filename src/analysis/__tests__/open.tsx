/** The analyst's panel over a recorded server. */
import { Signal } from '@lumino/signaling';
import { act, render } from '@testing-library/react';
import * as React from 'react';
import type { IAnalysisClient } from '../client';
import type { IJob, IViewSpec } from '../../core/client/types';
import {
  fakeContext,
  fakeModel,
  tile,
  VIEW
} from '../../core/components/__tests__/fakes';
import { fakeEvaluations } from '../../evaluation/__tests__/fixtures';
import { job } from '../../core/jobs/__tests__/fakes';
import { CommandIDs } from '../../core/tokens';
import { AnalystPanel } from '../AnalystPanel';
import type { IGoal } from '../goals';
import { fakeAnalysis } from './fixtures';

export function setUp(): void {
  beforeAll(() => {
    // jsdom has none
    global.ResizeObserver = class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    };
    Object.assign(navigator, { clipboard: { writeText: jest.fn() } });
  });
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());
}

export async function settle(milliseconds = 60): Promise<void> {
  for (let i = 0; i < 4; i++) {
    await act(async () => {
      await jest.advanceTimersByTimeAsync(milliseconds / 4);
    });
  }
}

export async function open(
  change: Partial<IAnalysisClient> = {},
  options: {
    view?: Partial<IViewSpec>;
    evaluations?: object;
    goal?: IGoal;
  } = {}
) {
  const analysis = fakeAnalysis(change);
  const evaluations = fakeEvaluations(options.evaluations ?? {});
  const model = fakeModel({ view: { ...VIEW, ...options.view } });
  Object.assign(model.server, { dataset: 'blood', workspace: 'w' });
  model.setView.mockImplementation((view: IViewSpec) =>
    model.store.setState({ view, shown: view })
  );
  const jobs: IJob[] = [];
  const context = fakeContext({
    analysis,
    evaluations,
    jobs: jest.fn(async () => [...jobs]),
    cancelJob: jest.fn(async id => job({ job: id })),
    tiles: jest.fn(async (_, __, ids) => ({
      version: 1,
      tiles: (ids as number[]).map(id => tile(id))
    })),
    predicate: jest.fn(async (_, { text, filter }) => ({
      text: filter ? `source = 'ground_truth' and ${text}` : text!,
      filter: { op: 'compare', field: 'x', cmp: '=', value: text! } as never,
      warnings: []
    }))
  });
  const executed: [string, unknown][] = [];
  for (const id of Object.values(CommandIDs)) {
    context.commands.addCommand(id, {
      execute: args => void executed.push([id, args])
    });
  }
  let goal: IGoal | null = options.goal ?? null;
  const changed = new Signal<object, void>({});
  const goals = {
    changed,
    take: () => {
      const taken = goal;
      goal = null;
      return taken;
    }
  };
  const { container } = render(
    <AnalystPanel model={model} context={context} goals={goals} />
  );
  await settle();
  const wish = async (next: IGoal): Promise<void> => {
    goal = next;
    await act(async () => changed.emit());
    await settle();
  };
  return {
    container,
    analysis,
    evaluations,
    model,
    jobs,
    executed,
    context,
    wish
  };
}
