import { ReactWidget } from '@jupyterlab/ui-components';
import type { Widget } from '@lumino/widgets';
import * as React from 'react';
import { DatasetsPanel } from './DatasetsPanel';
import type { IDatasetsContext } from './types';

/** The sidebar with the datasets, and the form that adds one. */
export function createDatasetsPanel(context: IDatasetsContext): Widget {
  const widget = ReactWidget.create(<DatasetsPanel context={context} />);
  widget.addClass('vl-panel');
  widget.addClass('vl-datasets');
  return widget;
}
