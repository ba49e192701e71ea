import { parseKernelMessage, stateMessage } from '../messages';
import type { IWorkspace } from '../../client/types';

function workspace(selected: number): IWorkspace {
  return {
    workspace: 'w',
    dataset: 'street',
    notebook: null,
    version: 7,
    dataset_version: 3,
    view: {
      level: 'samples',
      filter: null,
      where: null,
      sql: null,
      sort: [],
      all: false,
      search: null,
      outcomes: null
    },
    view_version: 2,
    predicate: '',
    count: 1_000_000,
    total: 1_000_000,
    selection: { level: 'samples', count: selected, version: 6 },
    origin: null
  };
}

describe('messages between page and kernel', () => {
  it('says versions and counts, whatever the size of a selection', () => {
    const small = JSON.stringify(stateMessage(workspace(1)));
    const large = JSON.stringify(stateMessage(workspace(999_999)));
    expect(large.length - small.length).toBe('999999'.length - '1'.length);
    expect(large.length).toBeLessThan(1000);
    expect(stateMessage(workspace(5))).toMatchObject({
      version: 7,
      selection_version: 6,
      selection_count: 5
    });
  });

  it('takes only whole messages of the kernel', () => {
    const show = { type: 'show', dataset: 'd', workspace: 'w', notebook: null };
    expect(parseKernelMessage(show)).toEqual(show);
    expect(parseKernelMessage({ type: 'show', dataset: 'd' })).toBeNull();
    expect(parseKernelMessage({ type: 'later' })).toBeNull();
    expect(parseKernelMessage(null)).toBeNull();
  });
});
