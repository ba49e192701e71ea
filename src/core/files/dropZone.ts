/** Dropping files of the desktop on an element; plain DOM, so that any panel may have it. */
import { droppedFiles, holdsFiles } from './imageFiles';

interface IDropZone {
  /** What will happen to files that are dropped. */
  readonly text: string;
  readonly onFiles: (files: File[]) => void;
  /** Takes one file: not offered for several. */
  readonly single?: boolean;
}

/** Make an element take files, each of several zones in a part of it; the answer undoes it. */
export function addDropZone(
  node: HTMLElement,
  ...zones: readonly IDropZone[]
): () => void {
  let overlay: HTMLElement | null = null;
  const hide = (): void => {
    overlay?.remove();
    overlay = null;
  };
  /** The zone below the pointer, which stands out. */
  const point = (event: DragEvent): IDropZone => {
    const several = (event.dataTransfer?.items.length ?? 0) > 1;
    const offered = zones.filter(({ single }) => !(single && several));
    overlay ??= node.appendChild(cover(offered));
    const { left, width } = node.getBoundingClientRect();
    const place = width > 0 ? (event.clientX - left) / width : 0;
    const at = Math.floor(Math.min(Math.max(place, 0), 0.999) * offered.length);
    [...overlay.children].forEach((part, i) =>
      part.classList.toggle('vl-mod-pointed', i === at)
    );
    return offered[at];
  };
  const onOver = (event: DragEvent): void => {
    if (holdsFiles(event.dataTransfer)) {
      event.preventDefault();
      event.stopPropagation();
      event.dataTransfer!.dropEffect = 'copy';
      point(event);
    }
  };
  const onLeave = (event: DragEvent): void => {
    if (!node.contains(event.relatedTarget as Node | null)) {
      hide();
    }
  };
  const onDrop = (event: DragEvent): void => {
    if (event.dataTransfer && holdsFiles(event.dataTransfer)) {
      event.preventDefault();
      event.stopPropagation();
      const { onFiles } = point(event);
      void droppedFiles(event.dataTransfer).then(
        files => files.length > 0 && onFiles(files),
        reason => console.warn('VisionLens: dropped files not read', reason)
      );
    }
    hide();
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

function cover(zones: readonly IDropZone[]): HTMLElement {
  const element = document.createElement('div');
  element.className = 'vl-drop';
  element.setAttribute('role', 'status');
  for (const { text } of zones) {
    const part = element.appendChild(document.createElement('p'));
    part.textContent = text;
  }
  return element;
}
