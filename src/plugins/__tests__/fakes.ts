import type { IContribution, IPlugin, IPluginList } from '../client';

export const FORM = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Not shown again',
  type: 'object',
  required: ['above', 'tag'],
  properties: {
    above: {
      type: 'number',
      title: 'Above',
      minimum: 0,
      maximum: 255,
      default: 128
    },
    tag: { type: 'string', title: 'Tag', minLength: 1, default: 'bright' },
    most: { type: 'integer', title: 'Most', default: 10 },
    channel: {
      type: 'string',
      title: 'Channel',
      enum: ['all', 'red'],
      default: 'all'
    },
    keep: { type: 'boolean', title: 'Keep', default: true },
    classes: { type: 'array', title: 'Classes', items: { type: 'string' } },
    more: {
      type: 'object',
      title: 'More',
      properties: { seed: { type: 'integer', title: 'Seed', default: 7 } }
    }
  }
};

export function contribution(
  change: Partial<IContribution> = {}
): IContribution {
  return {
    kind: 'operator',
    id: 'tag',
    title: 'Tag bright images',
    description: '',
    form: FORM,
    ...change
  } as IContribution;
}

export function plugin(change: Partial<IPlugin> = {}): IPlugin {
  return {
    name: 'bright',
    title: 'Bright',
    description: 'Tags bright images.',
    version: '1.0',
    api: '>=1,<2',
    origin: 'file',
    place: '/data/plugins/bright.py',
    state: 'on',
    reason: null,
    permissions: ['images', 'tags'],
    contributions: [contribution()],
    log: false,
    ...change
  };
}

export function list(...plugins: IPlugin[]): IPluginList {
  return { plugins, folder: '/data/plugins' };
}
