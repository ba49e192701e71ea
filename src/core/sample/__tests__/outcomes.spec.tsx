import '@testing-library/jest-dom';
import { fireEvent, render, screen } from '@testing-library/react';
import * as React from 'react';
import type { IAnnotation } from '../../client/types';
import { annotation, trans } from '../../components/__tests__/fakes';
import { AnnotationList, paired } from '../AnnotationList';
import { Legend } from '../Legend';

function run(id: number, change: Partial<IAnnotation>): IAnnotation {
  return annotation(id, { source: 'run-a', confidence: 0.9, ...change });
}

const LABEL = annotation(1, {
  outcome: 'true_positive',
  partner_id: 4,
  iou: 0.81
});
const MISSED = annotation(2, { outcome: 'false_negative', error: 'missed' });
const FALSE = run(3, {
  outcome: 'false_positive',
  error: 'background',
  iou: 0
});
const FOUND = run(4, { outcome: 'true_positive', partner_id: 1, iou: 0.81 });
const OTHER = annotation(5);

const ALL = [LABEL, MISSED, FALSE, FOUND, OTHER];

describe('AnnotationList', () => {
  it('lists a label above what it was matched with, and their overlap', () => {
    expect(paired(ALL).map(each => each.annotation_id)).toEqual([
      1, 4, 2, 3, 5
    ]);
    const onHighlight = jest.fn();
    const { container } = render(
      <AnnotationList
        annotations={ALL}
        highlight={4}
        onHighlight={onHighlight}
        trans={trans}
      />
    );
    const rows = [...container.querySelectorAll('tbody tr')];
    expect(rows[0]).toHaveTextContent('IoU .81');
    expect(rows[1]).toHaveTextContent('IoU .81');
    expect(rows[2]).toHaveTextContent('missed');
    expect(rows[3]).toHaveTextContent('background');
    expect(screen.getByTitle('false negative: missed')).toBeVisible();
    const strong = container.querySelectorAll('.vl-mod-highlight');
    expect([...strong]).toEqual([rows[0], rows[1]]);
    fireEvent.pointerEnter(rows[2]);
    expect(onHighlight).toHaveBeenLastCalledWith(2);
  });
});

describe('Legend', () => {
  it('switches outcomes on and off', () => {
    const toggle = jest.fn();
    const hidden = { isHidden: () => false, toggle };
    render(<Legend annotations={ALL} visibility={hidden} trans={trans} />);
    fireEvent.click(screen.getByTitle('Hide false positives'));
    expect(toggle).toHaveBeenCalledWith('outcome', 'false_positive');
    expect(screen.getByTitle('Hide takes no part')).toHaveTextContent('1');
  });
});
