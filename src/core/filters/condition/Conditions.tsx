import { JSONExt, type ReadonlyPartialJSONValue } from '@lumino/coreutils';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../../client/context';
import type { Filter } from '../../client/types';
import { hasAnnotationTerms } from '../../outcomes/annotationTerms';
import { describeOutcomes } from '../../outcomes/outcomes';
import { describeSearch } from '../../search/describeSearch';
import { useQueryNames } from '../../search/useQueryNames';
import { CommandIDs } from '../../tokens';
import type { IWorkspaceModel } from '../../workspace/types';
import { ConditionForm } from './ConditionForm';
import { ConditionText } from './ConditionText';
import { fromParts } from './draft';
import { describeCondition } from './describe';
import { shorten } from '../steps';
import {
  conditions,
  type ICondition,
  negated,
  orCondition,
  removeCondition,
  replaceCondition
} from '../tree';
import { Button } from '../../components/Button';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly onEditSql: () => void;
}

/** What the form is open for: a condition there is, or a new one. */
type Editing = { readonly condition: ICondition | null } | null;

/** The active conditions, one chip each: a click edits it, ✕ takes it away. */
export function Conditions(props: IProps): JSX.Element {
  const { model, context } = props;
  const { trans } = context;
  const view = useStore(model.store, state => state.view);
  const [editing, setEditing] = React.useState<Editing>(null);
  const add = React.useRef<HTMLButtonElement>(null);
  const active = conditions(view.filter);
  // Somebody else may have changed the filter meanwhile.
  const edited = editing?.condition
    ? active.find(condition => isSame(condition, editing.condition!))
    : undefined;
  const close = (): void => {
    setEditing(null);
    add.current?.focus();
  };
  const isEmpty =
    active.length === 0 &&
    !(view.sql || view.where || view.search || view.outcomes);

  return (
    <div className="vl-chips">
      {!isEmpty && (
        <ul aria-label={trans.__('Active conditions')}>
          <ViewChips {...props} />
          {active.map((condition, i) => {
            const text = describeCondition(condition);
            return (
              <Chip
                key={`${i}:${text}`}
                text={text}
                edit={trans.__('Edit %1', text)}
                remove={trans.__('Remove %1', text)}
                pressed={condition === edited}
                onEdit={() => setEditing({ condition })}
                onRemove={() =>
                  model.setFilter(removeCondition(view.filter, condition))
                }
              />
            );
          })}
        </ul>
      )}
      <div className="vl-chips-actions">
        <Button
          ref={add}

          kind="link"
          aria-expanded={editing !== null && !edited}
          title={trans.__('A condition on any field')}
          onClick={() => setEditing({ condition: null })}
        >
          {trans.__('+ Add condition')}
        </Button>
        {!isEmpty && (
          <button
            type="button"
            className="vl-link vl-clear-filters"
            title={trans.__('Show everything; undo brings the conditions back')}
            onClick={() => {
              setEditing(null);
              model.clearFilters();
            }}
          >
            {trans.__('Clear all')}
          </button>
        )}
      </div>
      {editing && (edited || editing.condition === null) && (
        <Editor
          key={edited ? describeCondition(edited) : 'new'}
          {...props}
          condition={edited ?? null}
          onClose={close}
        />
      )}
    </div>
  );
}

/** What narrows the view beside the conditions of its filter. */
function ViewChips({ model, context, onEditSql }: IProps): JSX.Element {
  const { trans } = context;
  const view = useStore(model.store, state => state.view);
  const dataset = useStore(model.store, state => state.dataset);
  const workspace = useStore(model.store, state => state.id);
  const names = useQueryNames(context.client, dataset, view.search);
  const place = { dataset, workspace };
  return (
    <>
      {view.sql && (
        <Chip
          text={trans.__('SQL: %1', shorten(view.sql, 200))}
          edit={trans.__('Edit the query')}
          remove={trans.__('Remove the query')}
          onEdit={onEditSql}
          onRemove={() => model.setSql(null)}
        />
      )}
      {view.where && (
        <Chip
          text={view.where}
          remove={trans.__('Remove %1', view.where)}
          onRemove={() => model.setFilter(view.filter)}
        />
      )}
      {view.search && (
        <Chip
          text={trans.__(
            'Search: %1',
            describeSearch(view.search, trans, names)
          )}
          remove={trans.__('End search')}
          onRemove={() => model.setSearch(null)}
        />
      )}
      {view.outcomes && (
        <Chip
          text={describeOutcomes(view.outcomes, trans)}
          edit={trans.__(
            '%1: open the evaluation',
            describeOutcomes(view.outcomes, trans)
          )}
          remove={trans.__('Show them whatever their outcome')}
          onEdit={() =>
            void context.commands.execute(CommandIDs.openEvaluation, place)
          }
          onRemove={() => model.setOutcomes(null)}
        />
      )}
    </>
  );
}

function isSame(one: ICondition, other: ICondition): boolean {
  const json = ({ parts }: ICondition) =>
    parts as unknown as ReadonlyPartialJSONValue;
  return JSONExt.deepEqual(json(one), json(other));
}

/** One condition in words. */
function Chip(props: {
  text: string;
  edit?: string;
  remove: string;
  pressed?: boolean;
  onEdit?: () => void;
  onRemove: () => void;
}): JSX.Element {
  const { text, edit, remove, onEdit, onRemove } = props;
  return (
    <li className={`vl-chip${props.pressed ? ' vl-mod-selected' : ''}`}>
      {onEdit ? (
        <button
          type="button"
          className="vl-chip-text"
          title={edit}
          onClick={onEdit}
        >
          {text}
        </button>
      ) : (
        <span className="vl-chip-text" title={text}>
          {text}
        </span>
      )}
      <button
        type="button"
        className="vl-chip-remove"
        aria-label={remove}
        title={remove}
        onClick={onRemove}
      >
        ✕
      </button>
    </li>
  );
}

/** The form of one condition, and how it joins the others. */
function Editor(
  props: IProps & { condition: ICondition | null; onClose: () => void }
): JSX.Element {
  const { model, context, condition, onClose } = props;
  const { trans } = context;
  const view = useStore(model.store, state => state.view);
  const dataset = useStore(model.store, state => state.dataset);
  const fields = useStore(model.store, state => state.detail?.fields) ?? [];
  const [joined, setJoined] = React.useState(-1);
  const others = conditions(view.filter);
  const without = condition
    ? removeCondition(view.filter, condition)
    : view.filter;

  const apply = (parts: Filter[]): void => {
    const partner = condition === null ? others[joined] : undefined;
    model.setFilter(
      partner
        ? orCondition(view.filter, partner, parts)
        : replaceCondition(view.filter, condition, parts)
    );
    onClose();
  };
  const negate = (): void => {
    if (condition) {
      const [first] = condition.parts;
      const isPlain = !['any', 'none', 'all', 'count'].includes(first.op);
      const opposite = negated(
        condition.parts,
        isPlain && view.level === 'samples' && hasAnnotationTerms(first, fields)
      );
      apply([opposite]);
    }
  };
  const form = {
    context,
    dataset,
    fields,
    view: { ...view, filter: without },
    onApply: apply,
    onCancel: onClose,
    children: condition && (
      <Button title={trans.__('Show what does not meet it')} onClick={negate}>
        {trans.__('Negate')}
      </Button>
    )
  };
  const draft = condition && fromParts(condition.parts, fields);
  return (
    <>
      {condition && draft === null ? (
        <ConditionText {...form} parts={condition.parts} />
      ) : (
        <ConditionForm {...form} initial={draft} />
      )}
      {condition === null && others.length > 0 && (
        <label className="vl-condition-join">
          {trans.__('Joined by')}
          <select
            className="vl-input"
            value={joined}
            onChange={event => setJoined(Number(event.target.value))}
          >
            <option value={-1}>{trans.__('and (both hold)')}</option>
            {others.map((other, i) => (
              <option key={i} value={i}>
                {trans.__('or: %1', shorten(describeCondition(other), 32))}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}
