import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IAnnotation } from '../client/types';
import { ClassSwatch } from '../components/ClassSwatch';
import { formatNumber } from '../components/format';
import { OutcomeMark } from '../outcomes/OutcomeMark';
import { errorName, formatShare, outcomeLabel } from '../outcomes/outcomes';
import { sourceName } from '../outcomes/sourceName';

interface IProps {
  readonly annotations: readonly IAnnotation[];
  readonly highlight: number | null;
  readonly onHighlight: (annotation: number | null) => void;
  /** The one that is edited; null: none. */
  readonly chosen?: number | null;
  /** Choose one to edit; without it a click does nothing. */
  readonly onChoose?: (annotation: number) => void;
  readonly trans: TranslationBundle;
}

/** A box's size in pixels. */
function size({ w, h }: IAnnotation): string {
  return w === null || h === null
    ? '–'
    : `${formatNumber(Math.round(w))} × ${formatNumber(Math.round(h))}`;
}

/** Each label right above what it was matched with; the order stays otherwise. */
export function paired(annotations: readonly IAnnotation[]): IAnnotation[] {
  const byId = new Map(annotations.map(each => [each.annotation_id, each]));
  const listed = new Set<IAnnotation>();
  for (const annotation of annotations) {
    listed.add(annotation);
    const partner = byId.get(annotation.partner_id ?? -1);
    if (partner) {
      listed.add(partner);
    }
  }
  return [...listed];
}

/** What became of it, with the overlap of its match or the kind of its error. */
function OutcomeCell(props: {
  annotation: IAnnotation;
  trans: TranslationBundle;
}): JSX.Element {
  const { annotation, trans } = props;
  const { outcome, iou, error } = annotation;
  if (!outcome) {
    return <td />;
  }
  const label = outcomeLabel(outcome, trans);
  return (
    <td title={error ? `${label}: ${errorName(error, trans)}` : label}>
      <OutcomeMark outcome={outcome} />{' '}
      {iou !== null && annotation.partner_id !== null
        ? trans.__('IoU %1', formatShare(iou, 2))
        : error
          ? errorName(error, trans)
          : ''}
    </td>
  );
}

/** The annotations that are drawn; pointing at one makes it stand out in the image. */
export function AnnotationList(props: IProps): JSX.Element {
  const { highlight, onHighlight, trans } = props;
  const annotations = React.useMemo(
    () => paired(props.annotations),
    [props.annotations]
  );
  const { chosen, onChoose } = props;
  const judged = annotations.some(({ outcome }) => outcome);
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
        {judged && <col />}
        {scored && <col className="vl-col-confidence" />}
        <col className="vl-col-size" />
      </colgroup>
      <thead>
        <tr>
          <th scope="col">{trans.__('Class')}</th>
          <th scope="col">{trans.__('Source')}</th>
          {judged && <th scope="col">{trans.__('Outcome')}</th>}
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
            aria-selected={
              onChoose ? annotation.annotation_id === chosen : undefined
            }
            className={
              highlight !== null &&
              [annotation.annotation_id, annotation.partner_id].includes(
                highlight
              )
                ? 'vl-mod-highlight'
                : undefined
            }
            onClick={() => onChoose?.(annotation.annotation_id)}
            onKeyDown={event => {
              if (event.key === 'Enter') {
                onChoose?.(annotation.annotation_id);
              }
            }}
            onPointerEnter={() => onHighlight(annotation.annotation_id)}
            onFocus={() => onHighlight(annotation.annotation_id)}
            onBlur={() => onHighlight(null)}
          >
            <td>
              <ClassSwatch name={annotation.class} /> {annotation.class ?? '–'}
            </td>
            <td>{sourceName(annotation.source, trans)}</td>
            {judged && <OutcomeCell annotation={annotation} trans={trans} />}
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
