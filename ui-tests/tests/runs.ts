/** Runs of the demonstration dataset, imported and evaluated over REST. */
import { expect, type IJupyterLabPageFixture } from '@jupyterlab/galata';
import { json } from './api';

/** Do a job on a dataset and wait for its end. */
export async function finished(
  page: IJupyterLabPageFixture,
  kind: string,
  parameters: object
): Promise<void> {
  const { job } = await json(page, 'jobs', { kind, [kind]: parameters });
  await expect
    .poll(async () => (await json(page, `jobs/${job}`)).state, {
      timeout: 60_000
    })
    .toMatch(/done|failed/);
  expect((await json(page, `jobs/${job}`)).error).toBeNull();
}

/** Import a run of the demonstration dataset and evaluate it, unless that was done. */
export async function haveEvaluation(
  page: IJupyterLabPageFixture,
  run: string,
  dataset = 'street',
  options: object = {}
): Promise<any> {
  const place = `datasets/${dataset}`;
  const { evaluations } = await json(page, `${place}/evaluations`);
  if (!evaluations.some((each: any) => each.evaluation === run)) {
    const { runs } = await json(page, `${place}/runs`);
    if (!runs.some((each: any) => each.run === run)) {
      const source = `street/predictions/${run}.json`;
      const request = { dataset, run, source, options };
      await finished(page, 'predictions', request);
    }
    const name = run;
    await finished(page, 'evaluate', { dataset, run, name, replicates: 0 });
  }
  return json(page, `${place}/evaluations/${run}`);
}
