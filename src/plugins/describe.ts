/** Plugins in plain words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IContribution, IPlugin } from './client';

/** "It reads images and sets tags. It has no network." */
export function permissionsText(
  permissions: IPlugin['permissions'],
  trans: TranslationBundle
): string {
  const names: Record<string, string> = {
    images: trans.__('reads images'),
    tags: trans.__('sets tags'),
    fields: trans.__('sets fields'),
    network: trans.__('uses the network')
  };
  const all = permissions.map(each => names[each] ?? each);
  const last = all.slice(-2).join(trans.__(' and '));
  const does = [...all.slice(0, -2), last].join(', ');
  const sentence =
    all.length > 0
      ? trans.__('It %1.', does)
      : trans.__('It reads names and labels alone.');
  return permissions.includes('network')
    ? sentence
    : `${sentence} ${trans.__('It has no network.')}`;
}

export function stateText(
  state: IPlugin['state'],
  trans: TranslationBundle
): string {
  switch (state) {
    case 'on':
      return trans.__('on');
    case 'off':
      return trans.__('off');
    case 'not_allowed':
      return trans.__('not allowed');
    case 'broken':
      return trans.__('broken');
  }
}

export function kindText(
  kind: IContribution['kind'],
  trans: TranslationBundle
): string {
  const names: Record<string, string> = {
    operator: trans.__('operator'),
    measure: trans.__('measure'),
    format: trans.__('label format'),
    source: trans.__('kind of storage'),
    embedder: trans.__('embedding model'),
    evaluator: trans.__('evaluator'),
    tool: trans.__('tool of agents'),
    hook: trans.__('hook'),
    panel: trans.__('panel')
  };
  return names[kind] ?? kind;
}
