import type { ISearch } from '../../client/types';
import { VIEW } from '../../components/__tests__/fakes';
import { outcomeFilter } from '../../outcomes/outcomes';
import { emptySearch } from '../../../embeddings/searchSpec';
import { cellCode, pythonString, pythonText, viewCode } from '../cell';

describe('viewCode', () => {
  it('names only what differs from everything', () => {
    expect(
      viewCode('cells', '', {
        sort: [],
        level: 'samples',
        sql: null,
        all: true
      })
    ).toBe('view = vl.open("cells").view()');
  });

  it('carries predicate, sort and level', () => {
    expect(
      viewCode('cells', "class = 'WBC' and split = 'test'", {
        sort: [
          { field: 'confidence', descending: true },
          { field: 'filename', descending: false }
        ],
        level: 'annotations',
        sql: 'SELECT 1',
        all: true
      })
    ).toBe(
      'view = vl.open("cells").view("class = \'WBC\' and split = \'test\'", sort=["-confidence", "filename"], level="annotations", all=True, sql="SELECT 1")'
    );
  });

  it('carries a search, as far as it differs from any other', () => {
    const code = (change: Partial<ISearch>): string =>
      viewCode('cells', '', {
        ...VIEW,
        search: { ...emptySearch('clip'), ...change }
      });
    expect(
      code({ like: [1, 2], unlike: [3], queries: ['q'], weights: [-0.5] })
    ).toBe(
      'view = vl.open("cells").view(search={"space": "clip", "like": [1, 2], "unlike": [3], "queries": ["q"], "weights": [-0.5]})'
    );
    expect(code({ mode: 'outliers', k: null, threshold: 0.5 })).toBe(
      'view = vl.open("cells").view(search={"space": "clip", "mode": "outliers", "k": None, "threshold": 0.5})'
    );
  });

  it('carries outcomes', () => {
    const outcomes = outcomeFilter('run-a', 0.35, {
      cell: { true: 'car', predicted: null },
      classes: ['a "b"'],
      iou_range: [0.5, 1]
    });
    expect(viewCode('cells', '', { ...VIEW, outcomes })).toBe(
      'view = vl.open("cells").view(outcomes={"evaluation": "run-a", "confidence": 0.35, "classes": ["a \\"b\\""], "cell": {"true": "car", "predicted": None}, "iou_range": [0.5, 1]})'
    );
  });

  it.each([
    ['SELECT 1\nFROM samples', '"""SELECT 1\nFROM samples"""'],
    ['SELECT "a"\n', '"""SELECT "a"\n"""'],
    ['SELECT 1\nAS "a"', '"SELECT 1\\nAS \\"a\\""'],
    ['a\n"""\nb', '"a\\n\\"\\"\\"\\nb"'],
    ['a\n\\x', '"a\\n\\\\x"'],
    ['a\n\r', '"a\\n\\r"']
  ])('writes a query of several lines as it is: %j', (sql, literal) => {
    expect(pythonText(sql)).toBe(literal);
  });

  it('escapes what would end or change a Python string', () => {
    const name = 'a"b\\c\nd\u0000é{x}';
    expect(pythonString(name)).toBe('"a\\"b\\\\c\\nd\\u0000é{x}"');
    expect(
      viewCode(name, '", evil(), "', {
        sort: [],
        level: 'samples',
        sql: null,
        all: false
      })
    ).toBe(
      'view = vl.open("a\\"b\\\\c\\nd\\u0000é{x}").view("\\", evil(), \\"")'
    );
  });
});

describe('cellCode', () => {
  const imported = 'import visionlens_jlab as vl\n\nview';

  it('imports when no cell does', () => {
    expect(cellCode('view', ['import numpy', 'vl = 1'])).toBe(imported);
    expect(cellCode('view', ['# import visionlens_jlab as vl'])).toBe(imported);
    expect(cellCode('view', ['import visionlens_jlab as vlx'])).toBe(imported);
  });

  it('relies on an import that is there', () => {
    expect(
      cellCode('view', ['x = 1\nimport visionlens_jlab as vl  # VisionLens'])
    ).toBe('view');
  });
});
