/** The Python that reproduces a view. */
import type {
  ISearch,
  IOutcomeFilter,
  ISortKey,
  IViewSpec
} from '../client/types';

const IMPORT = /^\s*import\s+visionlens_jlab\s+as\s+vl\s*(#.*)?$/m;

/** A string as a Python literal: what JSON escapes, Python reads alike. */
export function pythonString(text: string): string {
  return JSON.stringify(text);
}

/** A text that may have several lines: in triple quotes, as it was written. */
export function pythonText(text: string): string {
  const isPlain =
    !/"""|\\|"$/.test(text) && !/\p{Cc}/u.test(text.replace(/\n/g, ''));
  return text.includes('\n') && isPlain ? `"""${text}"""` : pythonString(text);
}

function pythonValue(
  value:
    | string
    | number
    | null
    | readonly (string | number)[]
    | Readonly<Record<string, string | null>>
): string {
  if (Array.isArray(value)) {
    return `[${value.map(pythonValue).join(', ')}]`;
  }
  if (value !== null && typeof value === 'object') {
    const items = Object.entries(value).map(
      ([name, part]) => `"${name}": ${pythonValue(part)}`
    );
    return `{${items.join(', ')}}`;
  }
  return value === null ? 'None' : JSON.stringify(value);
}

/** What a search is without more being said. */
const SEARCH: Omit<ISearch, 'space'> = {
  like: [],
  unlike: [],
  queries: [],
  weights: [],
  mode: 'similar',
  k: 100,
  threshold: null
};

/** A search as a Python dict: what differs from `SEARCH`. */
function searchCode({ space, ...search }: ISearch): string {
  const items = Object.entries(SEARCH).flatMap(([name, usual]) => {
    const value = pythonValue(search[name as keyof typeof SEARCH]);
    return value === pythonValue(usual) ? [] : [`"${name}": ${value}`];
  });
  return `{${[`"space": ${pythonString(space)}`, ...items].join(', ')}}`;
}

/** Outcomes as a Python dict: what narrows them. */
function outcomesCode(outcomes: IOutcomeFilter): string {
  const items = Object.entries(outcomes).flatMap(([name, value]) => {
    const isEmpty = Array.isArray(value) && value.length === 0;
    return value === null || value === undefined || isEmpty
      ? []
      : [`"${name}": ${pythonValue(value as never)}`];
  });
  return `{${items.join(', ')}}`;
}

/** `view = vl.open("name").view("predicate", sort=["-field"], level="annotations", sql="SELECT …")`. */
export function viewCode(
  dataset: string,
  predicate: string,
  view: Pick<IViewSpec, 'sort' | 'level' | 'sql' | 'all'> &
    Partial<Pick<IViewSpec, 'search' | 'outcomes'>>
): string {
  const parts: string[] = [];
  if (predicate !== '') {
    parts.push(pythonString(predicate));
  }
  if (view.sort.length > 0) {
    parts.push(`sort=[${view.sort.map(sortKey).join(', ')}]`);
  }
  if (view.level !== 'samples') {
    parts.push(`level=${pythonString(view.level)}`);
  }
  if (view.all && view.level === 'annotations') {
    parts.push('all=True');
  }
  if (view.sql) {
    parts.push(`sql=${pythonText(view.sql)}`);
  }
  if (view.search) {
    parts.push(`search=${searchCode(view.search)}`);
  }
  if (view.outcomes) {
    parts.push(`outcomes=${outcomesCode(view.outcomes)}`);
  }
  return `view = vl.open(${pythonString(dataset)}).view(${parts.join(', ')})`;
}

/** The same with the import in front, unless one of these cells has it. */
export function cellCode(code: string, cells: Iterable<string>): string {
  for (const source of cells) {
    if (IMPORT.test(source)) {
      return code;
    }
  }
  return `import visionlens_jlab as vl\n\n${code}`;
}

function sortKey(key: ISortKey): string {
  return pythonString(key.descending ? `-${key.field}` : key.field);
}
