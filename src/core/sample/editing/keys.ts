/** Keys of a sample panel whose labels are edited. */
import type { ISize } from '../../components/placement';
import { nudged } from './boxes';
import { isMovable, rectOf, type IEditor } from './useEditor';

/** What a key does to the labels; undefined: it means what it always means. */
export function editingKey(
  editor: IEditor,
  event: Pick<KeyboardEvent, 'key' | 'shiftKey'>,
  image: ISize | null
): (() => void) | undefined {
  const { chosen, draft } = editor;
  if (!editor.active) {
    return undefined;
  }
  switch (event.key) {
    case 'n':
      return () => editor.setDrawing(true);
    case 'Escape':
      if (editor.drawing) {
        return () => editor.setDrawing(false);
      }
      return chosen ? () => editor.choose(null) : () => editor.setActive(false);
    case 'Delete':
    case 'Backspace':
      return chosen ? () => editor.remove() : undefined;
  }
  if (chosen === null || image === null || !isMovable(chosen)) {
    return undefined;
  }
  const from = draft?.rect ?? rectOf(chosen);
  const rect = nudged(from, event.key, event.shiftKey, image);
  return rect ? () => editor.placeSoon(rect) : undefined;
}
