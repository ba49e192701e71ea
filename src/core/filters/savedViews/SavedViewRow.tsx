import {
  closeIcon,
  editIcon,
  type LabIcon,
  saveIcon
} from '@jupyterlab/ui-components';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../../client/context';
import type { ISavedView } from '../../client/types';
import { formatCount } from '../../components/format';
import { useQueryNames } from '../../search/useQueryNames';
import type { IWorkspaceModel } from '../../workspace/types';
import { formKeys } from '../../forms/formKeys';
import { viewText } from '../steps';
import type { ISavedViews } from './useSavedViews';
import { Button } from '../../components/Button';

interface IProps {
  readonly view: ISavedView;
  readonly names: readonly string[];
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
  readonly saved: ISavedViews;
  readonly onDone: () => void;
}

/** One saved view: a click applies it; pointing at it counts what it shows. */
export function SavedViewRow(props: IProps): JSX.Element {
  const { view, context, saved, onDone } = props;
  const { trans } = context;
  const [renaming, setRenaming] = React.useState(false);
  const [count, countNow] = useCount(props);
  const dataset = useStore(props.model.store, state => state.dataset);
  const names = useQueryNames(context.client, dataset, view.view.search);
  const text = viewText(view.view, trans, names) || trans.__('everything');
  const isCurrent = saved.current?.name === view.name;

  if (renaming) {
    return <RenameForm {...props} onEnd={() => setRenaming(false)} />;
  }
  return (
    <li className="vl-saved-row" onPointerEnter={countNow} onFocus={countNow}>
      <Button
        kind="item"
        aria-current={isCurrent ? 'true' : undefined}
        title={[trans.__('Show this view'), text, count]
          .filter(line => line)
          .join('\n')}
        onClick={() => {
          saved.apply(view);
          onDone();
        }}
      >
        <span className="vl-saved-row-name">{view.name}</span>
        <span className="vl-saved-row-text">{text}</span>
        {count && <span className="vl-saved-row-text">{count}</span>}
      </Button>
      <RowButton
        icon={saveIcon}
        title={trans.__('Replace “%1” by the present view', view.name)}
        label={trans.__('Replace %1', view.name)}
        onClick={() => void saved.save(view.name)}
      />
      <RowButton
        icon={editIcon}
        title={trans.__('Rename “%1”', view.name)}
        label={trans.__('Rename %1', view.name)}
        onClick={() => setRenaming(true)}
      />
      <RowButton
        icon={closeIcon}
        title={trans.__('Delete “%1”; that can be undone', view.name)}
        label={trans.__('Delete %1', view.name)}
        onClick={() => void saved.remove(view)}
      />
    </li>
  );
}

function RowButton(props: {
  icon: LabIcon;
  title: string;
  label: string;
  onClick: () => void;
}): JSX.Element {
  const { icon, title, label, onClick } = props;
  return (
    <Button kind="icon" title={title} aria-label={label} onClick={onClick}>
      <icon.react tag="span" width="12px" />
    </Button>
  );
}

/** How much the view shows, once it was asked for; empty: not yet. */
function useCount({ view, model, context }: IProps): [string, () => void] {
  const { client, trans } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const [text, setText] = React.useState('');
  const asked = React.useRef(false);
  const ask = (): void => {
    if (asked.current) {
      return;
    }
    asked.current = true;
    client.view(dataset, view.view).then(
      ({ ids }) => {
        const number = formatCount(ids.length);
        setText(
          view.view.level === 'samples'
            ? trans._n('%2 sample', '%2 samples', ids.length, number)
            : trans._n('%2 annotation', '%2 annotations', ids.length, number)
        );
      },
      () => setText(trans.__('does not open: a field may be gone'))
    );
  };
  return [text, ask];
}

function RenameForm(props: IProps & { onEnd: () => void }): JSX.Element {
  const { view, names, context, saved, onEnd } = props;
  const { trans } = context;
  const [name, setName] = React.useState(view.name);
  const wanted = name.trim();
  const taken = wanted !== view.name && names.includes(wanted);
  const apply = async (): Promise<void> => {
    if (wanted === view.name) {
      onEnd();
    } else if (wanted && !taken && (await saved.rename(view, wanted))) {
      onEnd();
    }
  };
  return (
    <li>
      <form className="vl-saved-form" {...formKeys(apply, onEnd)}>
        <input
          className="vl-input"
          value={name}
          autoFocus
          aria-label={trans.__('New name')}
          aria-invalid={taken}
          title={taken ? trans.__('There is a view of this name') : undefined}
          onChange={event => setName(event.target.value)}
        />
        <Button type="submit" disabled={!wanted || taken}>
          {trans.__('Rename')}
        </Button>
      </form>
      {taken && (
        <p className="vl-quiet" role="alert">
          {trans.__('There is a view of this name.')}
        </p>
      )}
    </li>
  );
}
