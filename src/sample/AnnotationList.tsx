import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IAnnotation } from '../client/types';
import { ClassSwatch } from '../components/ClassSwatch';
import { formatNumber } from '../components/format';
import { sourceName } from '../components/sourceName';

interface IProps {
  readonly annotations: readonly IAnnotation[];
  readonly highlight: number | null;
  readonly onHighlight: (annotation: number | null) => void;
  readonly trans: TranslationBundle;
}

/** A box's size in pixels. */
function size({ w, h }: IAnnotation): string {
  return w === null || h === null
    ? '–'
    : `${formatNumber(Math.round(w))} × ${formatNumber(Math.round(h))}`;
}

/** The annotations that are drawn; pointing at one makes it stand out in the image. */
export function AnnotationList(props: IProps): JSX.Element {
  const { annotations, highlight, onHighlight, trans } = props;
  const scored = annotations.some(({ confidence }) => confidence !== null);
  const body = React.useRef<HTMLTableSectionElement>(null);

  // What is pointed at in the image is shown here too.
  React.useEffect(() => {
    const row = body.current?.querySelector(`[data-id="${highlight}"]`);
    if (row && !body.current?.matches(':hover')) {
      row.scrollIntoView?.({ block: 'nearest' });
    }
  }, [highlight]);

  return (
    <table className="vl-table vl-annotations">
      <colgroup>
        <col />
        <col />
        {scored && <col className="vl-col-confidence" />}
        <col className="vl-col-size" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{trans.__('Class')}</th>
          <th scope="col">{trans.__('Source')}</th>
          {scored && (
            <th scope="col" className="vl-number">
              {trans.__('Conf.')}
            </th>
          )}
          <th scope="col" className="vl-number">
            {trans.__('Size')}
          </th>
        </tr>
      </thead>
      <tbody ref={body} onPointerLeave={() => onHighlight(null)}>
        {annotations.map(annotation => (
          <tr
            key={annotation.annotation_id}
            tabIndex={0}
            data-id={annotation.annotation_id}
            className={
              annotation.annotation_id === highlight
                ? 'vl-mod-highlight'
                : undefined
            }
            onPointerEnter={() => onHighlight(annotation.annotation_id)}
            onFocus={() => onHighlight(annotation.annotation_id)}
            onBlur={() => onHighlight(null)}
          >
            <td>
              <ClassSwatch name={annotation.class} /> {annotation.class ?? '–'}
            </td>
            <td>{sourceName(annotation.source, trans)}</td>
            {scored && (
              <td className="vl-number">
                {annotation.confidence?.toFixed(2) ?? ''}
              </td>
            )}
            <td className="vl-number">{size(annotation)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
