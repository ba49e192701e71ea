import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IAnnotation } from '../client/types';
import { ClassSwatch } from '../components/ClassSwatch';
import { formatCount } from '../components/format';
import { lineDash } from '../components/overlay';
import { sourceName } from '../components/sourceName';
import { legend, type IVisibility, type LegendKind } from './visibility';

/** The line a source's boxes are drawn with. */
function SourceSwatch({ source }: { source: string }): JSX.Element {
  return (
    <svg className="vl-swatch" width="16" height="10" aria-hidden="true">
      <line
        x1="0"
        y1="5"
        x2="16"
        y2="5"
        strokeDasharray={lineDash({ source, crowd: false }).join(' ')}
      />
    </svg>
  );
}

/** Sources and classes in the image; a click shows or hides theirs. */
export function Legend(props: {
  annotations: readonly IAnnotation[];
  visibility: IVisibility;
  trans: TranslationBundle;
}): JSX.Element {
  const { annotations, visibility, trans } = props;
  const entries = (kind: LegendKind): JSX.Element[] =>
    legend(annotations, kind).map(({ name, count }) => {
      const shown = !visibility.isHidden(kind, name);
      const label =
        kind === 'source' && name !== null
          ? sourceName(name, trans)
          : (name ?? trans.__('no class'));
      return (
        <button
          key={`${kind}:${name}`}
          type="button"
          className="vl-legend-entry"
          aria-pressed={shown}
          title={
            shown ? trans.__('Hide %1', label) : trans.__('Show %1', label)
          }
          onClick={() => visibility.toggle(kind, name)}
        >
          {kind === 'class' ? (
            <ClassSwatch name={name} />
          ) : (
            <SourceSwatch source={name ?? ''} />
          )}
          <span>{label}</span>
          <span className="vl-facet-count">{formatCount(count)}</span>
        </button>
      );
    });
  return (
    <div className="vl-legend" role="group" aria-label={trans.__('Legend')}>
      {entries('source')}
      {entries('class')}
    </div>
  );
}
