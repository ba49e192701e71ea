import * as React from 'react';
import type { IPanelContext } from '../../client/context';
import type { Filter, IFieldInfo, IViewSpec } from '../../client/types';
import { Button } from '../../components/Button';
import { ErrorBox } from '../../components/ErrorBox';
import { useAnswer } from '../../components/useAnswer';
import { formKeys } from '../../forms/formKeys';
import { conjunction, conjuncts } from '../tree';
import {
  arity,
  type IDraft,
  newDraft,
  operatorsFor,
  toParts,
  withOperator,
  type Operator,
  type Quantifier,
  type FieldType
} from './draft';
import { ValueInput } from './ValueInput';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Combobox } from '../../components/Combobox';

/** The server checks a condition once typing rests (milliseconds). */
const DELAY = 250;

export interface IFormProps {
  readonly context: IPanelContext;
  readonly dataset: string;
  readonly fields: readonly IFieldInfo[];
  /** The view without the condition. */
  readonly view: IViewSpec;
  /** Called with conjuncts that the server has checked. */
  readonly onApply: (parts: Filter[]) => void;
  readonly onCancel: () => void;
  /** Buttons beside Apply. */
  readonly children?: React.ReactNode;
}

/** Field, operator, values and quantifier of one condition. */
export function ConditionForm(
  props: IFormProps & { initial: IDraft | null }
): JSX.Element {
  const { context, dataset, fields, onApply, onCancel } = props;
  const { client, trans } = context;
  const [draft, setDraft] = React.useState(props.initial);
  const field = fields.find(({ name }) => name === draft?.field) ?? null;
  const parts = draft && field ? toParts(draft, field.type) : null;
  const filter = parts && conjunction(parts);
  const { answer, error } = useAnswer(
    filter && JSON.stringify(filter),
    signal => client.predicate(dataset, { filter }, signal),
    DELAY
  );

  const apply = async (): Promise<void> => {
    if (filter) {
      try {
        await client.predicate(dataset, { filter });
      } catch {
        // The check below the form says what is wrong.
        return;
      }
      onApply(conjuncts(filter));
    }
  };
  const change = (some: Partial<IDraft>): void =>
    setDraft(draft && { ...draft, ...some });

  return (
    <form
      className="vl-condition"
      aria-label={trans.__('Condition')}
      {...formKeys(apply, onCancel)}
    >
      <FieldPicker
        fields={fields}
        chosen={field}
        trans={trans}
        onChoose={chosen => setDraft(newDraft(chosen))}
        onEscape={onCancel}
      />
      {draft && field && (
        <>
          <select
            className="vl-input"
            aria-label={trans.__('Operator')}
            value={draft.operator}
            onChange={event =>
              setDraft(withOperator(draft, event.target.value as Operator))
            }
          >
            {operatorsFor(field.type).map(operator => (
              <option key={operator} value={operator}>
                {operatorLabel(operator, field.type, trans)}
              </option>
            ))}
          </select>
          <ValueInput
            key={`${draft.field}:${arity(draft.operator)}`}
            draft={draft}
            field={field}
            dataset={dataset}
            view={props.view}
            context={context}
            onValues={values => change({ values })}
            onEnter={() => void apply()}
          />
          {field.level === 'annotations' && (
            <QuantifierFields draft={draft} trans={trans} onChange={change} />
          )}
        </>
      )}
      {error && <ErrorBox error={error} trans={trans} />}
      {answer?.text && (
        <code className="vl-condition-text" title={answer.text}>
          {answer.text}
        </code>
      )}
      <div className="vl-condition-buttons">
        <Button
          type="submit"
          kind="primary"
          disabled={filter === null || error !== null}
        >
          {trans.__('Apply')}
        </Button>
        {props.children}
        <Button onClick={onCancel}>{trans.__('Cancel')}</Button>
      </div>
    </form>
  );
}

/** Of which annotations of an image the condition speaks. */
function QuantifierFields(props: {
  draft: IDraft;
  trans: IPanelContext['trans'];
  onChange: (change: Partial<IDraft>) => void;
}): JSX.Element {
  const { draft, trans, onChange } = props;
  const number = trans.__('Number of annotations');
  return (
    <div className="vl-condition-quantifier">
      <select
        className="vl-input"
        aria-label={trans.__('Which annotations')}
        title={trans.__('Which annotations of an image it speaks of')}
        value={draft.quantifier}
        onChange={event =>
          onChange({ quantifier: event.target.value as Quantifier })
        }
      >
        {QUANTIFIERS.map(quantifier => (
          <option key={quantifier} value={quantifier}>
            {quantifierLabel(quantifier, trans)}
          </option>
        ))}
      </select>
      {draft.quantifier === 'count' && (
        <input
          className="vl-input"
          type="number"
          min={1}
          value={draft.atLeast}
          aria-label={number}
          title={number}
          onChange={event =>
            onChange({
              atLeast: Math.max(1, Math.round(+event.target.value) || 1)
            })
          }
        />
      )}
    </div>
  );
}

/** Any field, found by its name or label, samples' and annotations' apart. */
export function FieldPicker(props: {
  fields: readonly IFieldInfo[];
  chosen: IFieldInfo | null;
  trans: TranslationBundle;
  onChoose: (field: IFieldInfo) => void;
  onEscape: () => void;
}): JSX.Element {
  const { fields, chosen, trans, onChoose } = props;
  const [text, setText] = React.useState<string | null>(null);
  const wanted = (text ?? '').trim().toLowerCase();
  const found = (level: IFieldInfo['level']): IFieldInfo[] =>
    fields.filter(
      field =>
        field.level === level &&
        `${field.label} ${field.name}`.toLowerCase().includes(wanted)
    );
  const all = [...found('samples'), ...found('annotations')];
  return (
    <Combobox
      label={trans.__('Field')}
      placeholder={trans.__('Field')}
      value={text ?? chosen?.label ?? ''}
      options={all.map(({ name, label, level, type }) => ({
        value: name,
        label,
        detail: type,
        group:
          level === 'samples' ? trans.__('Samples') : trans.__('Annotations')
      }))}
      eager
      autoFocus={chosen === null}
      onText={setText}
      onChoose={({ value }) => {
        setText(null);
        onChoose(fields.find(({ name }) => name === value)!);
      }}
      onBlur={() => setText(null)}
      onEscape={props.onEscape}
    />
  );
}

export function operatorLabel(
  operator: Operator,
  type: FieldType,
  trans: TranslationBundle
): string {
  const isTime = type === 'timestamp';
  const labels: Record<Operator, string> = {
    '=': trans.__('is'),
    '!=': trans.__('is not'),
    '<': isTime ? trans.__('before') : '<',
    '<=': isTime ? trans.__('until') : '≤',
    '>': isTime ? trans.__('after') : '>',
    '>=': isTime ? trans.__('since') : '≥',
    between: trans.__('between'),
    within: trans.__('from … to before'),
    in: trans.__('is one of'),
    'not in': trans.__('is none of'),
    contains: trans.__('contains'),
    'not contains': trans.__('does not contain'),
    like: trans.__('is like (% and _)'),
    'not like': trans.__('is not like (% and _)'),
    matches: trans.__('matches (regex)'),
    'not matches': trans.__('does not match (regex)'),
    null: trans.__('is missing'),
    'not null': trans.__('is not missing')
  };
  return labels[operator];
}

export function quantifierLabel(
  quantifier: Quantifier,
  trans: TranslationBundle
): string {
  const labels: Record<Quantifier, string> = {
    same: trans.__('of the same annotation'),
    any: trans.__('of any annotation'),
    none: trans.__('of no annotation'),
    all: trans.__('of every annotation'),
    count: trans.__('of at least …')
  };
  return labels[quantifier];
}

export const QUANTIFIERS: readonly Quantifier[] = [
  'same',
  'any',
  'none',
  'all',
  'count'
];
