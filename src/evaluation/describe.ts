/** What an evaluation is, in words. */
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IEvaluation } from './client';
import { formatCount } from '../core/components/format';
import { formatShare } from '../core/outcomes/outcomes';

/** `.50:.95`, `.50`, `.50, .75`. */
export function iouText(iou: readonly number[]): string {
  const texts = iou.map(value => formatShare(value, 2));
  return texts.length > 2
    ? `${texts[0]}:${texts[texts.length - 1]}`
    : texts.join(', ');
}

/** `COCO boxes`, `VOC`, `classification`. */
export function protocolName(
  { protocol, geometry }: Pick<IEvaluation, 'protocol' | 'geometry'>,
  trans: TranslationBundle
): string {
  switch (protocol) {
    case 'coco': {
      const names = {
        box: trans.__('COCO boxes'),
        mask: trans.__('COCO masks'),
        keypoints: trans.__('COCO keypoints')
      };
      return names[geometry];
    }
    case 'voc':
      return trans.__('VOC boxes');
    case 'classification':
      return trans.__('classification');
    default:
      return trans.__('semantic masks');
  }
}

/** All that the figures depend on, in one line. */
export function describeEvaluation(
  evaluation: IEvaluation,
  trans: TranslationBundle
): string {
  const { iou, operating_point: point, predicate, samples } = evaluation;
  const parts = [protocolName(evaluation, trans)];
  if (iou.length > 0) {
    parts.push(trans.__('IoU %1', iouText(iou)));
  }
  if (point.iou !== null) {
    parts.push(
      point.class_aware
        ? trans.__('counted at IoU %1', formatShare(point.iou, 2))
        : trans.__(
            'counted at IoU %1, whatever the class',
            formatShare(point.iou, 2)
          )
    );
  }
  const many = formatCount(samples);
  parts.push(
    predicate
      ? trans.__('%1 images where %2', many, predicate)
      : trans._n('%2 image', '%2 images', samples, many)
  );
  return parts.join(' · ');
}
