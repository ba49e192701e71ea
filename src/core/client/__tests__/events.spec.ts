import type { Event } from '@jupyterlab/services';
import { Stream } from '@lumino/signaling';
import { ServerEvents } from '../events';

describe('ServerEvents', () => {
  it('sorts what the server announces', () => {
    const stream = new Stream<Event.IManager, Event.Emission>({} as never);
    const events = new ServerEvents(stream);
    const seen: unknown[] = [];
    events.job.connect((_, job) => seen.push(['job', job.job]));
    events.dataset.connect((_, event) => seen.push(['dataset', event.change]));
    events.workspace.connect((_, event) =>
      seen.push(['workspace', event.version])
    );
    const emit = (
      kind: string,
      payload: object,
      host = 'visionlens-jlab.dev'
    ) =>
      stream.emit({
        schema_id: `https://${host}/events/${kind}/v1`,
        ...payload
      } as Event.Emission);
    emit('job', { job: { job: 'j1' } });
    emit('dataset', { dataset: 'd', version: 2, change: 'changed' });
    emit('workspace', { workspace: 'w', version: 5 });
    emit('job', { job: { job: 'j2' } }, 'events.jupyter.org');
    expect(seen).toEqual([
      ['job', 'j1'],
      ['dataset', 'changed'],
      ['workspace', 5]
    ]);
  });
});
