import { act, fireEvent, render } from '@testing-library/react';
import * as React from 'react';
import { useImageSource } from '../useImageSource';

function Picture(props: {
  url: string;
  scrolling: boolean;
  wait?: number;
}): JSX.Element {
  const moving = React.useRef(props.scrolling);
  moving.current = props.scrolling;
  const scrolling = React.useCallback(() => moving.current, []);
  return <img {...useImageSource(props.url, scrolling, props.wait)} />;
}

function draw(url: string, scrolling: boolean, wait?: number) {
  const view = render(<Picture url={url} scrolling={scrolling} wait={wait} />);
  return { ...view, image: view.container.querySelector('img')! };
}

describe('useImageSource', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('asks at once where nothing moves', () => {
    expect(draw('a', false).image.getAttribute('src')).toBe('a');
  });

  it('asks once the tile rests, and never for one that has passed', () => {
    const passed = draw('b', true);
    const stays = draw('c', true);
    expect(stays.image.getAttribute('src')).toBeNull();
    passed.unmount();
    act(() => void jest.advanceTimersByTime(100));
    expect(stays.image.getAttribute('src')).toBe('c');
    expect(passed.image.getAttribute('src')).toBeNull();
  });

  it('shows at once what came before', () => {
    const first = draw('d', false);
    fireEvent.load(first.image);
    first.unmount();
    expect(draw('d', true).image.getAttribute('src')).toBe('d');
  });

  it('stops loading an image that leaves before it has come', () => {
    const { image, unmount } = draw('e', false);
    Object.defineProperty(image, 'complete', { value: false });
    unmount();
    expect(image.getAttribute('src')).toBeNull();
  });

  it('follows its address, and waits as long as it is told', () => {
    const { image, rerender } = draw('f', false, 300);
    expect(image.getAttribute('src')).toBeNull();
    act(() => void jest.advanceTimersByTime(310));
    expect(image.getAttribute('src')).toBe('f');
    rerender(<Picture url="g" scrolling={false} wait={300} />);
    expect(image.getAttribute('src')).toBeNull();
    act(() => void jest.advanceTimersByTime(310));
    expect(image.getAttribute('src')).toBe('g');
  });
});
