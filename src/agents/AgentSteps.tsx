import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IAgentRun, IAgentStep } from './client';
import { formatCount, formatNumber } from '../core/components/format';
import { duration } from '../core/jobs/describe';
import { StepResult } from './Claims';
import type { IViewToggles } from '../core/filters/useViewToggles';
import { Button } from '../core/components/Button';

const GLYPHS: Record<IAgentStep['kind'], string> = {
  thought: '·',
  tool_call: '→',
  tool_result: '←',
  finding: '✓',
  dropped: '✕',
  answer: '▪',
  error: '!'
};

/** What an agent did, as it does it. */
export function AgentSteps(props: {
  run: IAgentRun;
  toggles: IViewToggles;
  trans: TranslationBundle;
}): JSX.Element {
  const { run, toggles, trans } = props;
  const { steps, stopped } = run;
  return (
    <details className="vl-steps" open={stopped === null || undefined}>
      <summary>
        {trans._n(
          '%2 step',
          '%2 steps',
          steps.length,
          formatCount(steps.length)
        )}
        <span className="vl-quiet"> {usageText(run, trans)}</span>
      </summary>
      <ol role="log" aria-label={trans.__('Steps of the analyst')}>
        {steps.map(step => (
          <Step key={step.step} step={step} toggles={toggles} trans={trans} />
        ))}
      </ol>
    </details>
  );
}

function Step(props: {
  step: IAgentStep;
  toggles: IViewToggles;
  trans: TranslationBundle;
}): JSX.Element {
  const { step, toggles, trans } = props;
  const { kind, text, view, result } = step;
  const name = `step ${step.at} ${step.step}`;
  const line = (
    <>
      <span aria-hidden="true">{GLYPHS[kind]}</span> {text}
    </>
  );
  return (
    <li data-kind={kind}>
      {Object.keys(result ?? {}).length > 0 ? (
        <details>
          <summary>{line}</summary>
          <StepResult step={{ ...step, text: '' }} missing="" />
        </details>
      ) : (
        line
      )}
      {view && (
        <>
          {' '}
          <Button
            kind="link"
            aria-pressed={toggles.isOpen(name)}
            onClick={() => toggles.open(name, view)}
          >
            {trans.__('Show')}
          </Button>
        </>
      )}
    </li>
  );
}

/** What a run took, and why it ended if not of itself. */
export function usageText(
  { usage, stopped, model }: IAgentRun,
  trans: TranslationBundle
): string {
  const tokens = usage.input_tokens + usage.output_tokens;
  const why = {
    budget: trans.__('its budget was spent'),
    cancelled: trans.__('cancelled'),
    failed: trans.__('failed')
  };
  return [
    model ?? trans.__('no language model'),
    tokens > 0
      ? trans._n('%2 token', '%2 tokens', tokens, formatCount(tokens))
      : null,
    usage.cost ? trans.__('%1 US$', formatNumber(usage.cost)) : null,
    usage.seconds >= 1 ? duration(usage.seconds) : null,
    stopped !== null && stopped !== 'done' ? why[stopped] : null
  ]
    .filter(Boolean)
    .join(' · ');
}
