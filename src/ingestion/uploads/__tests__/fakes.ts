import { Signal } from '@lumino/signaling';
import { fireEvent } from '@testing-library/react';
import type { IUploads } from '../types';

/** Uploads that only record what they are told. */
export function fakeUploads() {
  return {
    all: [] as IUploads['all'],
    changed: new Signal<unknown, void>({}) as unknown as IUploads['changed'],
    start: jest.fn(),
    cancel: jest.fn(),
    dismiss: jest.fn()
  };
}

/** A small image file of the desktop. */
export function imageFile(name = 'mine.jpg', text = 'a'): File {
  const arrayBuffer = async (): Promise<ArrayBuffer> =>
    Uint8Array.from(text, letter => letter.charCodeAt(0)).buffer;
  return Object.assign(new File([text], name), { arrayBuffer });
}

/** Drag files of the desktop over an element, or drop them on it. */
export function dragFiles(
  node: Element,
  type: 'dragover' | 'dragleave' | 'drop',
  files: readonly File[]
): void {
  const event = new Event(type, { bubbles: true, cancelable: true });
  const dataTransfer = { types: ['Files'], items: [], files };
  fireEvent(node, Object.assign(event, { dataTransfer }));
}
