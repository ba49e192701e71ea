import { act, render, type RenderResult } from '@testing-library/react';
import * as React from 'react';
import type { IEvaluationsClient } from '../client';
import type { IViewSpec } from '../../core/client/types';
import {
  fakeContext,
  fakeModel,
  VIEW
} from '../../core/components/__tests__/fakes';
import { EvaluationPanel } from '../EvaluationPanel';
import { fakeEvaluations } from './fixtures';

/** What jsdom has not, and a clock that tests move. */
export function setUp(): void {
  beforeAll(() => {
    global.ResizeObserver = class {
      observe(): void {}
      unobserve(): void {}
      disconnect(): void {}
    };
    global.CSS ??= { escape: (text: string) => text } as typeof CSS;
  });
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());
}

export async function settle(milliseconds = 60): Promise<void> {
  await act(async () => {
    await jest.advanceTimersByTimeAsync(milliseconds);
  });
}

interface IOpened extends RenderResult {
  readonly model: ReturnType<typeof fakeModel>;
  readonly evaluations: jest.Mocked<IEvaluationsClient>;
}

/** The panel with its evaluations, as far as it is there. */
export async function open(
  change: Partial<IEvaluationsClient> = {},
  view: Partial<IViewSpec> = {}
): Promise<IOpened> {
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

/** The outcomes that the view keeps. */
export function kept(model: { store: { getState(): { view: IViewSpec } } }) {
  return model.store.getState().view.outcomes;
}
