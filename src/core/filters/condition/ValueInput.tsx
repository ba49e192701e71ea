import * as React from 'react';
import type { IPanelContext, IClient } from '../../client/context';
import type { IFieldInfo, IViewSpec, IFacetValue } from '../../client/types';
import { ClassSwatch } from '../../components/ClassSwatch';
import { Combobox, type IOption } from '../../components/Combobox';
import { formatCount } from '../../components/format';
import { valueLabel } from '../facets/valueLabel';
import { arity, type IDraft, parseValue } from './draft';

export interface IValueProps {
  readonly draft: IDraft;
  readonly field: IFieldInfo;
  readonly dataset: string;
  /** The view without this condition: what suggestions count in. */
  readonly view: IViewSpec;
  readonly context: IPanelContext;
  readonly onValues: (values: (string | null)[]) => void;
  readonly onEnter: () => void;
}

/** The value or values of a condition, in the form its type and operator ask for. */
export function ValueInput(props: IValueProps): JSX.Element | null {
  const { draft, field, context, onValues } = props;
  const { trans } = context;
  const count = arity(draft.operator);
  const set = (place: number, value: string): void => {
    const values = [draft.values[0] ?? '', draft.values[1] ?? ''];
    values[place] = value;
    onValues(values.slice(0, count === 2 ? 2 : 1));
  };
  if (count === 0) {
    return null;
  }
  if (count === 'many') {
    return <ManyValues {...props} />;
  }
  if (field.type === 'boolean') {
    return (
      <select
        className="vl-input"
        aria-label={trans.__('Value')}
        value={draft.values[0] ?? 'true'}
        onChange={event => onValues([event.target.value])}
      >
        <option value="true">{trans.__('yes')}</option>
        <option value="false">{trans.__('no')}</option>
      </select>
    );
  }
  if (count === 2) {
    return (
      <div className="vl-condition-ends">
        {[trans.__('From'), trans.__('To')].map((label, place) => (
          <PlainInput
            key={place}
            {...props}
            label={label}
            value={draft.values[place] ?? ''}
            onText={value => set(place, value)}
          />
        ))}
      </div>
    );
  }
  return field.type === 'string' || field.type === 'tags' ? (
    <SuggestedInput {...props} onText={value => set(0, value)} />
  ) : (
    <PlainInput
      {...props}
      label={trans.__('Value')}
      value={draft.values[0] ?? ''}
      onText={value => set(0, value)}
    />
  );
}

/** A number or a time (UTC). */
function PlainInput(
  props: IValueProps & {
    label: string;
    value: string;
    onText: (value: string) => void;
  }
): JSX.Element {
  const { field, value } = props;
  const isTime = field.type === 'timestamp';
  const { trans } = props.context;
  return (
    <input
      className="vl-input"
      type={isTime ? 'datetime-local' : 'text'}
      inputMode={isTime ? undefined : 'decimal'}
      step={isTime ? 'any' : undefined}
      value={value}
      placeholder={props.label}
      aria-label={props.label}
      title={isTime ? trans.__('%1, in UTC', props.label) : props.label}
      aria-invalid={value !== '' && parseValue(value, field.type) === undefined}
      onChange={event => props.onText(event.target.value)}
      onKeyDown={event => {
        if (event.key === 'Enter') {
          event.preventDefault();
          props.onEnter();
        }
      }}
    />
  );
}

function suggestions(
  props: IValueProps,
  values: ReturnType<typeof useSuggestions>
): IOption[] {
  const { field, context } = props;
  return values
    .filter(({ value }) => value !== null)
    .map(({ value, samples }) => ({
      value: String(value),
      label: valueLabel(field.name, value, context.trans),
      detail: formatCount(samples),
      icon:
        field.name === 'class' ? (
          <ClassSwatch name={String(value)} />
        ) : undefined
    }));
}

/** Text, with the values there are. */
function SuggestedInput(
  props: IValueProps & { onText: (value: string) => void }
): JSX.Element {
  const { draft, field, dataset, view, context } = props;
  const text = draft.values[0] ?? '';
  const isWhole = draft.operator === '=' || draft.operator === '!=';
  const found = useSuggestions(context.client, dataset, view, field, text);
  return (
    <Combobox
      label={context.trans.__('Value')}
      placeholder={context.trans.__('Value')}
      value={text}
      options={isWhole ? suggestions(props, found) : []}
      onText={props.onText}
      onChoose={({ value }) => props.onText(value)}
      onEnter={props.onEnter}
    />
  );
}

/** Several values, each removable. */
function ManyValues(props: IValueProps): JSX.Element {
  const { draft, field, dataset, view, context, onValues } = props;
  const { trans } = context;
  const [text, setText] = React.useState('');
  const found = useSuggestions(context.client, dataset, view, field, text);
  const offered = suggestions(props, found).filter(
    ({ value }) => !draft.values.includes(value)
  );
  const isNone = text !== '' && parseValue(text, field.type) === undefined;
  const add = (value: string): void => {
    setText('');
    if (value !== '' && !draft.values.includes(value)) {
      onValues([...draft.values, value]);
    }
  };
  return (
    <div className="vl-condition-many">
      {draft.values.length > 0 && (
        <ul className="vl-chip-list" aria-label={trans.__('Values')}>
          {draft.values.map(value => {
            const label = valueLabel(field.name, value, trans);
            return (
              <li key={String(value)} className="vl-tag">
                <span className="vl-chip-text">{label}</span>
                <button
                  type="button"
                  aria-label={trans.__('Remove %1', label)}
                  title={trans.__('Remove %1', label)}
                  onClick={() =>
                    onValues(draft.values.filter(other => other !== value))
                  }
                >
                  ✕
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <Combobox
        label={trans.__('Add a value')}
        placeholder={trans.__('Add a value')}
        value={text}
        options={offered}
        onText={setText}
        onChoose={({ value }) => add(value)}
        invalid={isNone}
        onBlur={() => !isNone && add(text)}
        onEnter={() => (text === '' ? props.onEnter() : !isNone && add(text))}
      />
    </div>
  );
}

const DELAY = 150;
const OFFERED = 30;

/** Values of a field that hold `text`, with how many samples each would show; the last ones stay. */
export function useSuggestions(
  client: Pick<IClient, 'facets'>,
  dataset: string,
  view: IViewSpec,
  field: IFieldInfo,
  text: string
): readonly IFacetValue[] {
  const [values, setValues] = React.useState<readonly IFacetValue[]>([]);
  React.useEffect(() => {
    if (field.facet !== 'values') {
      setValues([]);
      return;
    }
    const abort = new AbortController();
    const timer = window.setTimeout(() => {
      const request = {
        view,
        fields: [field.name],
        limit: OFFERED,
        search: text.trim() || null
      };
      client.facets(dataset, request, abort.signal).then(
        answer => {
          if (!abort.signal.aborted) {
            setValues(answer.facets[0]?.values ?? []);
          }
        },
        // Without suggestions a value can still be typed.
        () => undefined
      );
    }, DELAY);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [client, dataset, view, field, text]);
  return values;
}
