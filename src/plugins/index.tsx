import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import type { IPanelContext } from '../core/client/context';
import { PanelWidget } from '../core/components/panelWidget';
import type { InstalledPlugins } from './installed';
import { PluginsPanel } from './PluginsPanel';

/** The plugins of this server. */
export function createPluginsPanel(
  installed: InstalledPlugins,
  context: IPanelContext
): Widget {
  return new PanelWidget(
    <PluginsPanel installed={installed} context={context} />,
    {
      className: 'vl-plugins',
      focus: ['.vl-plugins-list input', '.vl-plugins-body']
    }
  );
}
