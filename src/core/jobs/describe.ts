/** What is said of a job's progress. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IJob } from '../client/types';

/** Share that is done, 0 to 1; null: unknown. */
export function fraction(job: IJob): number | null {
  if (job.state === 'done') {
    return 1;
  }
  return job.total ? Math.min(job.done / job.total, 1) : null;
}

export function jobTitle(job: IJob, trans: TranslationBundle): string {
  const dataset = job.dataset ?? '';
  switch (job.kind) {
    case 'ingest':
      return trans.__('Ingest of %1', dataset);
    case 'embed':
      return job.embed?.level === 'annotations'
        ? trans.__('Embedding of objects in %1', dataset)
        : trans.__('Embedding of %1', dataset);
    case 'project':
      return trans.__('Projection of %1', dataset);
    case 'duplicates':
      return trans.__('Duplicates in %1', dataset);
    case 'predictions':
      return trans.__('Predictions for %1', dataset);
    case 'evaluate':
      return trans.__('Evaluation of %1', dataset);
    case 'intervals':
      return trans.__('Intervals of an evaluation of %1', dataset);
    case 'label_quality':
      return trans.__('Label errors of %1', dataset);
    case 'export':
      return trans.__('Export of %1', dataset);
    case 'analyse':
      return trans.__('Analysis of %1', dataset);
    case 'recheck':
      return trans.__('Check of findings in %1', dataset);
    case 'attributes':
      return trans.__('Visual attributes of %1', dataset);
    case 'operator':
      return job.operator?.preview
        ? trans.__('Preview of %1 on %2', job.operator.plugin, dataset)
        : trans.__('%1 on %2', job.operator?.plugin ?? '', dataset);
    case 'hooks':
      return trans.__('Hooks of plugins on %1', dataset);
    case 'agent':
      return trans.__('Analyst on %1', dataset);
    default:
      return `${job.kind} ${dataset}`.trim();
  }
}

/** What the stage of a running job is called; those not named here are called so already. */
function stageLabel(stage: string, trans: TranslationBundle): string {
  const labels: Record<string, string> = {
    model: trans.__('loading the model'),
    fit: trans.__('fitting'),
    vectors: trans.__('reading vectors')
  };
  return labels[stage] ?? stage;
}

export function stateLabel(job: IJob, trans: TranslationBundle): string {
  switch (job.state) {
    case 'queued':
      return trans.__('waiting');
    case 'running':
      return job.stage ? stageLabel(job.stage, trans) : trans.__('running');
    case 'cancelling':
      return trans.__('cancelling');
    case 'done':
      return trans.__('done');
    case 'failed':
      return trans.__('failed');
    case 'cancelled':
      return trans.__('cancelled');
  }
}

/** "images · 1,240 of 2,000 · 41/s · 0:18 left", or how long it took. */
export function progressLine(job: IJob, trans: TranslationBundle): string {
  const parts = [stateLabel(job, trans)];
  if (job.state === 'running') {
    const done = job.done.toLocaleString('en-US');
    if (job.total !== null) {
      parts.push(trans.__('%1 of %2', done, job.total.toLocaleString('en-US')));
    } else if (job.done > 0) {
      parts.push(done);
    }
    if (job.rate !== null) {
      parts.push(trans.__('%1/s', rounded(job.rate)));
    }
    if (job.eta_seconds !== null) {
      parts.push(trans.__('%1 left', duration(job.eta_seconds)));
    }
  } else if (job.started_at !== null && job.finished_at !== null) {
    const milliseconds =
      Date.parse(job.finished_at) - Date.parse(job.started_at);
    parts.push(trans.__('took %1', duration(milliseconds / 1000)));
  }
  return parts.join(' · ');
}

/** Seconds as `0:18`, `12:05` or `1:02:05`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60];
  const hours = Math.floor(whole / 3600);
  const padded = parts.map((part, i) =>
    i > 0 || hours > 0 ? String(part).padStart(2, '0') : String(part)
  );
  return (hours > 0 ? [hours, ...padded] : padded).join(':');
}

function rounded(rate: number): string {
  return rate >= 10
    ? Math.round(rate).toLocaleString('en-US')
    : rate.toFixed(1);
}
