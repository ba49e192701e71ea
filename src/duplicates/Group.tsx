import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IClient } from '../core/client/context';
import type { IDuplicate, IDuplicateGroup } from '../embeddings/client';
import type { ITile } from '../core/client/types';
import { Button } from '../core/components/Button';

interface IProps {
  readonly group: IDuplicateGroup;
  /** The sample that stays. */
  readonly kept: number;
  readonly tiles: ReadonlyMap<number, ITile>;
  readonly dataset: string;
  readonly client: Pick<IClient, 'thumbnailUrl'>;
  readonly trans: TranslationBundle;
  readonly busy: boolean;
  readonly onKeep: (sample: number) => void;
  readonly onOpen: (sample: number) => void;
  readonly onShow: () => void;
  readonly onResolve: (action: 'tag' | 'remove') => void;
}

/** Samples that show the same picture: which one stays, and what becomes of the others. */
export function Group(props: IProps): JSX.Element {
  const { group, trans, busy, onResolve } = props;
  const { members, leak } = group;
  const name = `vl-keep-${group.group}`;
  return (
    <li className="vl-duplicates-group" data-group={group.group}>
      <div
        className="vl-duplicates-members"
        role="radiogroup"
        aria-label={trans.__('Which of group %1 stays', group.group)}
      >
        {members.map(member => (
          <Member
            key={member.sample_id}
            {...props}
            name={name}
            member={member}
          />
        ))}
      </div>
      <div className="vl-duplicates-actions">
        {leak && (
          <span
            className="vl-duplicates-leak"
            title={trans.__('The same picture is in more than one split')}
          >
            {trans.__('leak')}
          </span>
        )}
        <Button onClick={props.onShow}>{trans.__('Show in grid')}</Button>
        <Button
          disabled={busy}
          title={trans.__('Tag all but the one that stays as duplicate')}
          onClick={() => onResolve('tag')}
        >
          {trans.__('Tag the rest')}
        </Button>
        <Button
          disabled={busy}
          title={trans.__(
            'Take all but the one that stays out of the dataset; their files stay where they are'
          )}
          onClick={() => onResolve('remove')}
        >
          {trans.__('Remove the rest')}
        </Button>
      </div>
    </li>
  );
}

function Member(
  props: IProps & { member: IDuplicate; name: string }
): JSX.Element {
  const { member, name, kept, tiles, dataset, client, trans } = props;
  const { sample_id, transform, confidence, split } = member;
  const tile = tiles.get(sample_id);
  const stays = sample_id === kept;
  const facts = [
    stays && member.best ? null : transform,
    member.best ? null : `${Math.round(100 * confidence)} %`,
    split
  ];
  return (
    <label
      className={`vl-duplicates-member${stays ? ' vl-mod-selected' : ''}`}
      title={tile?.filename}
      data-sample={sample_id}
      onDoubleClick={() => props.onOpen(sample_id)}
    >
      <span
        className="vl-duplicates-image"
        style={{ backgroundColor: tile?.color ?? undefined }}
      >
        {tile?.thumbnail && (
          <img
            src={client.thumbnailUrl(dataset, sample_id, tile.thumbnail)}
            alt={tile.filename}
            loading="lazy"
          />
        )}
      </span>
      <span className="vl-duplicates-name">
        <input
          type="radio"
          name={name}
          checked={stays}
          onChange={() => props.onKeep(sample_id)}
        />
        {stays ? trans.__('keep') : (tile?.filename ?? sample_id)}
      </span>
      <span className="vl-quiet">{facts.filter(Boolean).join(' · ')}</span>
    </label>
  );
}
