import * as React from 'react';
import { useStore } from 'zustand';
import type { IPanelContext } from '../core/client/context';
import type {
  DuplicateKind,
  IDuplicateGroup,
  IDuplicates
} from '../embeddings/client';
import { Button } from '../core/components/Button';
import { ErrorBox } from '../core/components/ErrorBox';
import { formatCount, formatTime } from '../core/components/format';
import { HeaderLine } from '../core/components/HeaderLine';
import { Popover } from '../core/components/Popover';
import { ToggleButton } from '../core/components/ToggleButton';
import { setValues } from '../core/filters/tree';
import { JobProgress } from '../core/jobs/JobProgress';
import { CommandIDs } from '../core/tokens';
import type { IWorkspaceModel } from '../core/workspace/types';
import { Group } from './Group';
import { type IReview, useDuplicates } from './useDuplicates';

interface IProps {
  readonly model: IWorkspaceModel;
  readonly context: IPanelContext;
}

/** The sample of a group that stays: the user's choice, else the best. */
export function keptOf(
  group: IDuplicateGroup,
  kept: ReadonlyMap<number, number>
): number {
  const best = group.members.find(({ best }) => best) ?? group.members[0];
  return kept.get(group.group) ?? best.sample_id;
}

/** Groups of images that are the same picture, for one to be kept of each. */
export function DuplicatesPanel({ model, context }: IProps): JSX.Element {
  const { trans, client, commands } = context;
  const dataset = useStore(model.store, state => state.dataset);
  const workspace = useStore(model.store, state => state.id);
  const [kind, setKind] = React.useState<DuplicateKind>('near');
  const [leaks, setLeaks] = React.useState(false);
  const review = useDuplicates(model, client, kind);
  const { found } = review;
  const groups = (found?.groups ?? []).filter(({ leak }) => leak || !leaks);

  const place = { dataset, workspace };
  const open = (sample: number): void => {
    model.setFocus(sample);
    void commands.execute(CommandIDs.openSample, place);
  };
  const show = ({ members }: IDuplicateGroup): void => {
    const { filter } = model.store.getState().view;
    const ids = members.map(({ sample_id }) => sample_id);
    model.setFilter(setValues(filter, 'sample_id', ids));
    void commands.execute(CommandIDs.openGrid, place);
  };
  return (
    <div className="vl-duplicates-body" tabIndex={-1} aria-busy={review.busy}>
      <div
        className="vl-toolbar"
        role="toolbar"
        aria-label={trans.__('Duplicates')}
      >
        <HeaderLine model={model} trans={trans} />
        <select
          className="vl-button vl-select"
          aria-label={trans.__('Which duplicates')}
          value={kind}
          onChange={({ target }) => setKind(target.value as DuplicateKind)}
        >
          <option value="near">{trans.__('Near duplicates')}</option>
          <option value="exact">{trans.__('Exact duplicates')}</option>
        </select>
        <ToggleButton
          pressed={leaks}
          title={trans.__('Only groups in more than one split')}
          disabled={!found?.leaks}
          onToggle={setLeaks}
        >
          {trans.__('Only leaks')}
        </ToggleButton>
        <button
          type="button"
          className={`vl-button${found?.created_at ? '' : ' vl-mod-primary'}`}
          disabled={review.busy || review.started}
          onClick={review.start}
        >
          {found?.created_at ? trans.__('Look again') : trans.__('Find them')}
        </button>
        {found && found.total > 0 && (
          <ResolveAll review={review} found={found} trans={trans} />
        )}
      </div>
      {review.error && <ErrorBox error={review.error} trans={trans} />}
      {review.job && <JobProgress job={review.job} context={context} />}
      {review.started && (
        <p className="vl-map-warning" role="status">
          {trans.__('Looking for them. They come here when the job is done.')}
        </p>
      )}
      {found && <Report found={found} trans={trans} />}
      <ul
        className="vl-duplicates-list"
        aria-label={trans.__('Groups of duplicates')}
      >
        {groups.map(group => (
          <Group
            key={group.group}
            group={group}
            kept={keptOf(group, review.kept)}
            tiles={review.tiles}
            dataset={dataset}
            client={client}
            trans={trans}
            busy={review.busy}
            onKeep={sample => review.keep(group.group, sample)}
            onOpen={open}
            onShow={() => show(group)}
            onResolve={action => review.resolve(action, [group.group])}
          />
        ))}
      </ul>
      {found && found.groups.length < found.total && (
        <button
          type="button"
          className="vl-button vl-duplicates-more"
          disabled={review.busy}
          onClick={review.more}
        >
          {trans.__('Show more of %1 groups', formatCount(found.total))}
        </button>
      )}
    </div>
  );
}

/** What was found when, and between which splits pictures leak. */
function Report(props: {
  found: IDuplicates;
  trans: IPanelContext['trans'];
}): JSX.Element {
  const { found, trans } = props;
  if (found.created_at === null) {
    return (
      <p className="vl-empty vl-quiet">
        {trans.__('Nobody looked for duplicates here yet.')}
      </p>
    );
  }
  const pairs = Object.entries(found.leak_pairs);
  return (
    <div className="vl-duplicates-report">
      <p>
        {trans._n(
          '%2 group',
          '%2 groups',
          found.total,
          formatCount(found.total)
        )}
        {' · '}
        {trans._n(
          '%2 sample',
          '%2 samples',
          found.samples,
          formatCount(found.samples)
        )}{' '}
        <span className="vl-quiet">{formatTime(found.created_at)}</span>
      </p>
      {found.small > 0 && (
        <p className="vl-map-warning" role="note">
          {trans._n(
            '%2 sample has fewer than 64 pixels on its longer side: of so small ones copies may be missed, and different pictures taken for copies.',
            '%2 samples have fewer than 64 pixels on their longer side: of so small ones copies may be missed, and different pictures taken for copies.',
            found.small,
            formatCount(found.small)
          )}
        </p>
      )}
      {pairs.length > 0 ? (
        <table className="vl-table">
          <caption>
            {trans._n(
              '%2 group leaks between splits',
              '%2 groups leak between splits',
              found.leaks,
              formatCount(found.leaks)
            )}
          </caption>
          <tbody>
            {pairs.map(([pair, count]) => (
              <tr key={pair}>
                <th scope="row">{pair.split('|').join(' – ')}</th>
                <td className="vl-number">{formatCount(count)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : (
        <p className="vl-quiet">{trans.__('None leaks between splits.')}</p>
      )}
    </div>
  );
}

/** What becomes of the rest of every group; taking away is asked once more. */
function ResolveAll(props: {
  review: IReview;
  found: IDuplicates;
  trans: IPanelContext['trans'];
}): JSX.Element {
  const { review, found, trans } = props;
  const [open, setOpen] = React.useState(false);
  const rest = formatCount(found.samples - found.total);
  const resolve = (action: 'tag' | 'remove'): void => {
    setOpen(false);
    review.resolve(action, null);
  };
  return (
    <Popover
      kind="dialog"
      label={trans.__('All groups…')}
      title={trans.__('Keep one of each group')}
      open={open}
      disabled={review.busy}
      onToggle={setOpen}
    >
      <p>
        {trans.__(
          'Of each of %1 groups one sample stays. %2 others:',
          formatCount(found.total),
          rest
        )}
      </p>
      <div className="vl-duplicates-actions">
        <Button onClick={() => resolve('tag')}>
          {trans.__('Tag as duplicate')}
        </Button>
        <Button
          title={trans.__(
            'They go for good with their annotations; their files stay where they are'
          )}
          onClick={() => resolve('remove')}
        >
          {trans.__('Remove %1 samples for good', rest)}
        </Button>
      </div>
    </Popover>
  );
}
