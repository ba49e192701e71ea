import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IAnnotation, Outcome } from '../client/types';
import { ClassSwatch } from '../components/ClassSwatch';
import { formatCount } from '../components/format';
import { lineDash } from '../overlays/overlay';
import { OutcomeMark } from '../outcomes/OutcomeMark';
import { outcomeName } from '../outcomes/outcomes';
import { sourceName } from '../outcomes/sourceName';
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
      const label = entryLabel(kind, name, trans);
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
          {kind === 'class' && <ClassSwatch name={name} />}
          {kind === 'source' && <SourceSwatch source={name ?? ''} />}
          {kind === 'outcome' && name && (
            <OutcomeMark outcome={name as Outcome} />
          )}
          <span>{label}</span>
          <span className="vl-facet-count">{formatCount(count)}</span>
        </button>
      );
    });
  return (
    <div className="vl-legend" role="group" aria-label={trans.__('Legend')}>
      {entries('source')}
      {annotations.some(({ outcome }) => outcome) && entries('outcome')}
      {entries('class')}
    </div>
  );
}

function entryLabel(
  kind: LegendKind,
  name: string | null,
  trans: TranslationBundle
): string {
  switch (kind) {
    case 'source':
      return sourceName(name ?? '', trans);
    case 'outcome':
      return name === null
        ? trans.__('takes no part')
        : outcomeName(name as Outcome, trans);
    default:
      return name ?? trans.__('no class');
  }
}
