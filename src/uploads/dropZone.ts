/** Dropping files of the desktop on an element; plain DOM, so that any panel may have it. */
import { droppedFiles, holdsFiles } from './files';

interface IDropZone {
  /** What will happen to files that are dropped. */
  readonly text: string;
  readonly onFiles: (files: File[]) => void;
}

/** Make an element take files; the answer undoes it. */
export function addDropZone(node: HTMLElement, zone: IDropZone): () => void {
  let overlay: HTMLElement | null = null;
  const show = (): void => {
    overlay ??= node.appendChild(cover(zone.text));
  };
  const hide = (): void => {
    overlay?.remove();
    overlay = null;
  };
  const onOver = (event: DragEvent): void => {
    if (holdsFiles(event.dataTransfer)) {
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer!.dropEffect = 'copy';
      show();
    }
  };
  const onLeave = (event: DragEvent): void => {
    if (!node.contains(event.relatedTarget as Node | null)) {
      hide();
    }
  };
  const onDrop = (event: DragEvent): void => {
    hide();
    if (event.dataTransfer && holdsFiles(event.dataTransfer)) {
      event.preventDefault();
      event.stopPropagation();
      void droppedFiles(event.dataTransfer).then(
        files => files.length > 0 && zone.onFiles(files),
        reason => console.warn('VisionLens: dropped files not read', reason)
      );
    }
  };
  node.addEventListener('dragover', onOver);
  node.addEventListener('dragleave', onLeave);
  node.addEventListener('drop', onDrop);
  return () => {
    hide();
    node.removeEventListener('dragover', onOver);
    node.removeEventListener('dragleave', onLeave);
    node.removeEventListener('drop', onDrop);
  };
}

function cover(text: string): HTMLElement {
  const element = document.createElement('div');
  element.className = 'vl-drop';
  element.setAttribute('role', 'status');
  element.textContent = text;
  return element;
}
