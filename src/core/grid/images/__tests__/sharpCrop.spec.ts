import { tile } from '../../../components/__tests__/fakes';
import {
  cropAround,
  cropRegion,
  placeRect,
  project
} from '../../../components/placement';
import { sharpCrop } from '../SharpCrop';

const BOX = { x: 300, y: 100, w: 60, h: 40 };
const SIZE = { width: 160, height: 120 };
const PLACEMENT = placeRect(cropAround(BOX), SIZE);
const TILE = tile(1, {
  crop: 'k',
  boxes: [[BOX.x, BOX.y, BOX.w, BOX.h]]
});

describe('sharpCrop', () => {
  it('lies exactly where the same pixels of the thumbnail are', () => {
    const crop = sharpCrop(TILE, PLACEMENT, SIZE, 1)!;
    const image = { width: 640, height: 480 };
    const region = project(cropRegion(BOX, image, 4 / 3)!, PLACEMENT);
    expect(crop.style).toEqual({
      left: region.x,
      top: region.y,
      width: region.w,
      height: region.h
    });
    expect(crop.version).toBe('k');
    expect(crop.aspect).toBe(160 / 120);
  });

  it('asks for the pixels of the screen', () => {
    expect(sharpCrop(TILE, PLACEMENT, SIZE, 1)!.size).toBe(192);
    expect(sharpCrop(TILE, PLACEMENT, SIZE, 2)!.size).toBe(384);
  });

  it.each([
    ['the thumbnail is sharp enough', { ...TILE, boxes: [[0, 0, 600, 400]] }],
    ['the thumbnail is the image', { ...TILE, width: 200, height: 150 }],
    ['there is no picture', { ...TILE, crop: null }],
    ['there is no box', { ...TILE, boxes: [[]] }],
    ['the size is unknown', { ...TILE, width: null }]
  ])('asks for nothing where %s', (_, item) => {
    const [x, y, w, h] = item.boxes[0] ?? [];
    const box = w === undefined ? BOX : { x, y, w, h };
    const placement = placeRect(cropAround(box), SIZE);
    expect(sharpCrop(item, placement, SIZE, 1)).toBeNull();
  });
});
