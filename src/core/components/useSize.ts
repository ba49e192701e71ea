import { useLayoutEffect, useState, type RefObject } from 'react';
import type { ISize } from './placement';

/** Inner size of an element in CSS pixels; 0 x 0 until it is laid out, its last size while hidden. */
export function useSize(ref: RefObject<HTMLElement>): ISize {
  const [size, setSize] = useState<ISize>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null) {
      return;
    }
    const measure = (): void =>
      setSize(old => {
        const { clientWidth: width, clientHeight: height } = element;
        const same = old.width === width && old.height === height;
        return same || width === 0 ? old : { width, height };
      });
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return size;
}
