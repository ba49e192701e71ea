import { act, fireEvent, render } from '@testing-library/react';
import * as React from 'react';
import { useImageSource } from '../SharpCrop';

const WAIT = 300;

function Picture({ url }: { url: string }): JSX.Element {
  return <img {...useImageSource(url, WAIT)} />;
}

function draw(url: string) {
  const view = render(<Picture url={url} />);
  return { ...view, image: view.container.querySelector('img')! };
}

const wait = (): void => act(() => void jest.advanceTimersByTime(WAIT + 10));

describe('useImageSource', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks once the tile rests, and never for one that has passed', () => {
    const passed = draw('b');
    const stays = draw('c');
    expect(stays.image.getAttribute('src')).toBeNull();
    passed.unmount();
    wait();
    expect(stays.image.getAttribute('src')).toBe('c');
    expect(passed.image.getAttribute('src')).toBeNull();
  });

  it('shows at once what came before', () => {
    const first = draw('d');
    wait();
    fireEvent.load(first.image);
    first.unmount();
    expect(draw('d').image.getAttribute('src')).toBe('d');
  });

  it('stops loading an image that leaves before it has come', () => {
    const { image, unmount } = draw('e');
    wait();
    Object.defineProperty(image, 'complete', { value: false });
    unmount();
    expect(image.getAttribute('src')).toBeNull();
  });

  it('follows its address', () => {
    const { image, rerender } = draw('f');
    wait();
    expect(image.getAttribute('src')).toBe('f');
    rerender(<Picture url="g" />);
    expect(image.getAttribute('src')).toBeNull();
    wait();
    expect(image.getAttribute('src')).toBe('g');
  });
});
