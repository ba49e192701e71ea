import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import { ClassSwatch } from '../../components/ClassSwatch';
import { Combobox } from '../../components/Combobox';
import { Button } from '../../components/Button';
import { ErrorBox } from '../../components/ErrorBox';
import { formatNumber } from '../../components/format';
import { GROUND_TRUTH } from '../../overlays/shapes';
import { ToggleButton } from '../../components/ToggleButton';
import { isMovable, rectOf, type IEditor } from './useEditor';

interface IProps {
  readonly editor: IEditor;
  /** Names of the dataset's classes. */
  readonly classes: readonly string[];
  readonly trans: TranslationBundle;
}

/** What can be done with the chosen label, and with the changes so far. */
export function EditBar({ editor, classes, trans }: IProps): JSX.Element {
  const { chosen, className, draft } = editor;
  const name = chosen ? (chosen.class ?? '') : className;
  const [text, setText] = React.useState(name);
  React.useEffect(() => setText(name), [name, chosen?.annotation_id]);
  const isPrediction = chosen !== null && chosen.source !== GROUND_TRUTH;
  const wanted = text.trim().toLowerCase();
  const options = classes
    .filter(
      each =>
        wanted === name.toLowerCase() || each.toLowerCase().includes(wanted)
    )
    .map(each => ({
      value: each,
      label: each,
      icon: <ClassSwatch name={each} />
    }));
  const take = (value: string): void => {
    const plain = value.trim();
    setText(plain);
    if (plain !== '') {
      editor.relabel(plain);
    }
  };
  const rect = draft?.rect ?? (chosen && isMovable(chosen) && rectOf(chosen));

  return (
    <section className="vl-edit-bar" aria-label={trans.__('Edit labels')}>
      <div className="vl-edit-line">
        <ToggleButton
          pressed={editor.drawing}
          title={trans.__('Draw a box (N)')}
          onToggle={() => editor.setDrawing(!editor.drawing)}
        >
          {trans.__('New box')}
        </ToggleButton>
        <Button
          disabled={!editor.canUndo || editor.busy}
          title={trans.__('Undo the last change of labels (Z)')}
          onClick={() => editor.undo()}
        >
          {trans.__('Undo')}
        </Button>
        <Button
          disabled={!editor.canRedo || editor.busy}
          title={trans.__('Redo it (Y)')}
          onClick={() => editor.redo()}
        >
          {trans.__('Redo')}
        </Button>
      </div>
      {isPrediction ? (
        <p className="vl-quiet">
          {trans.__('A prediction: only ground truth is edited.')}
        </p>
      ) : (
        <div className="vl-edit-line">
          <Combobox
            className="vl-edit-class"
            label={
              chosen
                ? trans.__('Class of the label')
                : trans.__('Class of new boxes')
            }
            placeholder={trans.__('Class')}
            value={text}
            options={options}
            onText={setText}
            onChoose={({ value }) => take(value)}
            onEnter={() => take(text)}
            onBlur={() => setText(name)}
          />
          <Button
            disabled={chosen === null || editor.busy}
            title={trans.__('Delete the label (Delete)')}
            onClick={() => editor.remove()}
          >
            {trans.__('Delete')}
          </Button>
        </div>
      )}
      <p className="vl-quiet" aria-live="polite">
        {editor.drawing
          ? trans.__('Drag over the image to draw a box.')
          : rect
            ? trans.__(
                'x %1, y %2, %3 × %4 pixels',
                formatNumber(Math.round(rect.x)),
                formatNumber(Math.round(rect.y)),
                formatNumber(Math.round(rect.w)),
                formatNumber(Math.round(rect.h))
              )
            : chosen
              ? trans.__('It has no box that could be moved.')
              : trans.__('Click a label in the image or in the list.')}
      </p>
      {editor.error && <ErrorBox error={editor.error} trans={trans} />}
    </section>
  );
}
