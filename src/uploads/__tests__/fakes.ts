import { Signal } from '@lumino/signaling';
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
