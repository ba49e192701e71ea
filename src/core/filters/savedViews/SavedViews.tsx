import { linkIcon } from '@jupyterlab/ui-components';
import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../../client/context';
import { Button } from '../../components/Button';
import { ErrorBox } from '../../components/ErrorBox';
import { Popover } from '../../components/Popover';
import { CommandIDs } from '../../tokens';
import { useQueryNames } from '../../search/useQueryNames';
import type { IWorkspaceModel } from '../../workspace/types';
import { SavedViewRow } from './SavedViewRow';
import { shorten, viewText } from '../steps';
import { type ISavedViews, useSavedViews } from './useSavedViews';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
}

/** Longer names would not fit the list. */
const NAME_LENGTH = 100;

/** Views kept under a name: which one this is, the others, and a name for the present one. */
export function SavedViews({ model, context }: IProps): JSX.Element {
  const { client, commands, trans } = context;
  const [open, setOpen] = React.useState(false);
  const saved = useSavedViews(model, client);
  const { current, modified, reload } = saved;
  const label = current ? current.name : trans.__('Saved views');
  const toggle = (wanted: boolean): void => {
    setOpen(wanted);
    if (wanted) {
      reload();
    }
  };
  return (
    <div className="vl-saved">
      <Popover
        kind="dialog"
        title={
          modified
            ? trans.__('Saved views; this one is modified')
            : trans.__('Saved views')
        }
        label={
          <>
            <span className="vl-saved-name">{label}</span>
            {modified && (
              <span
                className="vl-saved-modified"
                role="img"
                aria-label={trans.__('modified')}
              >
                ●
              </span>
            )}
            <span aria-hidden="true">▾</span>
          </>
        }
        open={open}
        onToggle={toggle}
      >
        <SavedList
          {...{ model, context, saved }}
          onDone={() => toggle(false)}
        />
      </Popover>
      {modified && (
        <Button
          title={trans.__('Replace “%1” by the present view', current!.name)}
          onClick={() => void saved.save(current!.name)}
        >
          {trans.__('Update')}
        </Button>
      )}
      <Button
        kind="icon"
        title={trans.__('Copy a link that opens this view')}
        aria-label={trans.__('Copy link')}
        onClick={() => void commands.execute(CommandIDs.copyLink)}
      >
        <linkIcon.react tag="span" width="14px" />
      </Button>
    </div>
  );
}

function SavedList(
  props: IProps & { saved: ISavedViews; onDone: () => void }
): JSX.Element {
  const { model, context, saved, onDone } = props;
  const { trans } = context;
  const { views, deleted, error } = saved;
  return (
    <div className="vl-saved-list">
      <SaveForm {...props} />
      {error && <ErrorBox error={error} trans={trans} />}
      {deleted && (
        <p role="status" className="vl-saved-deleted">
          {trans.__('“%1” was deleted.', shorten(deleted.name, 24))}{' '}
          <Button
            kind="link"
            title={trans.__('Save it again')}
            onClick={() => void saved.restore()}
          >
            {trans.__('Undo')}
          </Button>
        </p>
      )}
      {views === null && !error && (
        <div className="vl-skeleton" aria-label={trans.__('Loading')}>
          <div className="vl-skeleton-line" />
        </div>
      )}
      {views?.length === 0 && (
        <p className="vl-quiet">
          {trans.__('None yet: filter, then save the view to come back to it.')}
        </p>
      )}
      <ul aria-label={trans.__('Saved views')}>
        {views?.map(view => (
          <SavedViewRow
            key={view.name}
            view={view}
            names={views.map(({ name }) => name)}
            model={model}
            context={context}
            saved={saved}
            onDone={onDone}
          />
        ))}
      </ul>
    </div>
  );
}

/** A name for the present view, suggested from its conditions. */
function SaveForm(
  props: IProps & { saved: ISavedViews; onDone: () => void }
): JSX.Element {
  const { model, context, saved, onDone } = props;
  const { trans } = context;
  const view = useStore(model.store, state => state.view);
  const dataset = useStore(model.store, state => state.dataset);
  const names = useQueryNames(context.client, dataset, view.search);
  const text = viewText(view, trans, names);
  const suggestion = shorten(text.replace(/[/\\]/g, ' '), 60);
  const [name, setName] = React.useState<string | null>(null);
  const wanted = (name ?? suggestion).trim();
  const known = saved.views?.some(view => view.name === wanted) ?? false;
  return (
    <form
      className="vl-saved-form"
      onSubmit={event => {
        event.preventDefault();
        if (wanted) {
          void saved.save(wanted).then(done => done && onDone());
        }
      }}
    >
      <input
        className="vl-input"
        value={name ?? suggestion}
        maxLength={NAME_LENGTH}
        placeholder={trans.__('Name of the present view')}
        aria-label={trans.__('Name of the present view')}
        autoFocus
        onFocus={event => event.target.select()}
        onChange={event => setName(event.target.value)}
      />
      <Button
        type="submit"
        kind="primary"
        disabled={wanted === ''}
        title={
          known
            ? trans.__('Replace “%1” by the present view', wanted)
            : trans.__('Keep the present view under this name')
        }
      >
        {known ? trans.__('Replace') : trans.__('Save')}
      </Button>
    </form>
  );
}
