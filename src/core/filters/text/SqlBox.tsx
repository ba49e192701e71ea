import * as React from 'react';
import { flushSync } from 'react-dom';
import { useStore } from 'zustand';
import type { IPanelContext } from '../../client/context';
import { Button } from '../../components/Button';
import { ErrorBox } from '../../components/ErrorBox';
import { useAction } from '../../components/useAction';
import type { IWorkspaceModel } from '../../workspace/types';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { IFieldInfo } from '../../client/types';
import columns from './columns.json';

const TEMPLATE = 'SELECT sample_id\nFROM samples\nWHERE …';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly onClose: () => void;
}

/** One SELECT whose `sample_id` or `annotation_id` becomes the view. */
export function SqlBox({ model, context, onClose }: IProps): JSX.Element {
  const { client, trans } = context;
  const view = useStore(model.store, state => state.view);
  const dataset = useStore(model.store, state => state.dataset);
  const [text, setText] = React.useState(view.sql ?? '');
  const { busy, error, run: act, forget } = useAction();
  const box = React.useRef<HTMLTextAreaElement>(null);

  React.useEffect(() => {
    setText(view.sql ?? '');
    forget();
  }, [view.sql, forget]);

  const run = async (): Promise<void> => {
    const sql = text.trim() || null;
    if (!busy) {
      await act(async () => {
        if (sql !== null) {
          await client.view(dataset, { ...view, sql });
        }
        model.setSql(sql);
      });
    }
  };
  const insert = (word: string): void => {
    const { selectionStart: start, selectionEnd: end } = box.current!;
    const before = text.slice(0, start);
    const gap = before === '' || /[\s(,]$/.test(before) ? '' : ' ';
    // At once: setting the text moves the caret to its end, and what is typed next must not go there.
    flushSync(() => setText(`${before}${gap}${word}${text.slice(end)}`));
    const caret = start + gap.length + word.length;
    box.current!.focus();
    box.current!.setSelectionRange(caret, caret);
  };

  return (
    <form
      className="vl-sql"
      aria-label={trans.__('SQL')}
      aria-busy={busy}
      onSubmit={event => {
        event.preventDefault();
        void run();
      }}
      onKeyDown={event => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
          event.preventDefault();
          event.stopPropagation();
          void run();
        } else if (event.key === 'Escape') {
          event.stopPropagation();
          onClose();
        }
      }}
    >
      <textarea
        ref={box}
        className="vl-input vl-code-input"
        rows={5}
        value={text}
        spellCheck={false}
        autoFocus
        placeholder={TEMPLATE}
        aria-label={trans.__('SELECT whose result becomes the view')}
        aria-invalid={error !== null}
        title={trans.__(
          'One SELECT with a column sample_id or annotation_id; its order is the view’s'
        )}
        onChange={event => setText(event.target.value)}
      />
      <div className="vl-condition-buttons">
        <Button
          type="submit"
          kind="primary"
          disabled={busy}
          title={trans.__('The result becomes the view (ctrl Enter)')}
        >
          {busy ? trans.__('Running…') : trans.__('Run')}
        </Button>
        <select
          className="vl-button vl-select vl-sql-examples"
          aria-label={trans.__('Examples')}
          value=""
          onChange={event => {
            setText(event.target.value);
            box.current?.focus();
          }}
        >
          <option value="">{trans.__('Examples')}</option>
          {examples(trans).map(({ label, sql }) => (
            <option key={label} value={sql}>
              {label}
            </option>
          ))}
        </select>
        <Button onClick={onClose}>{trans.__('Close')}</Button>
      </div>
      {error && <ErrorBox error={error} trans={trans} />}
      <Schema model={model} context={context} onInsert={insert} />
    </form>
  );
}

/** The tables and their columns; a click writes one into the query. */
function Schema(props: {
  model: IWorkspaceModel;
  context: IPanelContext;
  onInsert: (word: string) => void;
}): JSX.Element {
  const { model, context, onInsert } = props;
  const { trans } = context;
  const fields = useStore(model.store, state => state.detail?.fields);
  return (
    <>
      {tables(fields ?? []).map(({ name, columns }) => (
        <details key={name} className="vl-sql-table">
          <summary title={trans.__('Columns of %1', name)}>{name}</summary>
          <div className="vl-sql-columns">
            {[name, ...columns].map(word => (
              <Button
                key={word}

                kind="link"
                title={trans.__('Write %1 into the query', word)}
                onClick={() => onInsert(identifier(word))}
              >
                {word}
              </Button>
            ))}
          </div>
        </details>
      ))}
    </>
  );
}

export interface ITable {
  readonly name: 'samples' | 'annotations';
  readonly columns: readonly string[];
}

/** Words of SQL among the columns, which need quotes. */
const RESERVED = new Set(['group']);

/** Both tables with the built-in columns and the user's. */
export function tables(fields: readonly IFieldInfo[]): ITable[] {
  const user = (level: IFieldInfo['level']): string[] =>
    fields
      .filter(field => !field.builtin && field.level === level)
      .map(({ name }) => name.replace(/^(sample|annotation)\./, ''));
  return [
    { name: 'samples', columns: [...columns.samples, ...user('samples')] },
    {
      name: 'annotations',
      columns: [...columns.annotations, ...user('annotations')]
    }
  ];
}

/** A column's name as SQL reads it. */
export function identifier(name: string): string {
  return /^[a-z_][a-z0-9_]*$/i.test(name) && !RESERVED.has(name.toLowerCase())
    ? name
    : `"${name.replace(/"/g, '""')}"`;
}

export interface IExample {
  readonly label: string;
  readonly sql: string;
}

export function examples(trans: TranslationBundle): IExample[] {
  return [
    {
      label: trans.__('Images with the most annotations'),
      sql: 'SELECT sample_id\nFROM annotations\nGROUP BY sample_id\nORDER BY count(*) DESC\nLIMIT 100'
    },
    {
      label: trans.__('Smallest boxes'),
      sql: 'SELECT annotation_id\nFROM annotations\nWHERE w * h > 0\nORDER BY w * h\nLIMIT 100'
    },
    {
      label: trans.__('Darkest ten of each split'),
      sql: 'SELECT sample_id\nFROM samples\nQUALIFY row_number() OVER (\n  PARTITION BY split ORDER BY brightness\n) <= 10'
    },
    {
      label: trans.__('Images with two classes together'),
      sql: 'SELECT sample_id\nFROM annotations\nGROUP BY sample_id\nHAVING count(DISTINCT class) >= 2'
    }
  ];
}
