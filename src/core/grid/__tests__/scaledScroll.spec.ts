import { ScaledScroll } from '../useViewport';

describe('ScaledScroll', () => {
  it('changes nothing while the content fits into an element', () => {
    const scroll = new ScaledScroll(1000);
    scroll.resize(900, 100);
    expect(scroll.scaled).toBe(false);
    expect(scroll.height).toBe(900);
    expect(scroll.fromScrollTop(250)).toBe(250);
    expect(scroll.place(400)).toBe(400);
  });

  it('reaches both ends of content that is too tall', () => {
    const scroll = new ScaledScroll(1000);
    scroll.resize(50000, 100);
    expect(scroll.height).toBe(1000);
    expect(scroll.fromScrollTop(900)).toBe(49900);
    expect(scroll.place(49900)).toBe(900);
    expect(scroll.fromScrollTop(0)).toBe(0);
  });

  it('moves by true pixels and survives the echo of a rounded position', () => {
    const scroll = new ScaledScroll(1000);
    scroll.resize(50000, 100);
    const top = scroll.moveTo(123);
    expect(scroll.offset).toBe(123);
    expect(scroll.fromScrollTop(Math.round(top))).toBe(123);
    expect(scroll.moveTo(-5)).toBe(0);
    scroll.moveTo(1e9);
    expect(scroll.offset).toBe(49900);
  });

  it('stays inside content that shrinks', () => {
    const scroll = new ScaledScroll(1000);
    scroll.resize(800, 100);
    scroll.moveTo(700);
    scroll.resize(300, 100);
    expect(scroll.offset).toBe(200);
    scroll.resize(50, 100);
    expect(scroll.offset).toBe(0);
  });
});
