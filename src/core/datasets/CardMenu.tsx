import { Dialog, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';
import type { IDatasetInfo } from '../client/types';
import { Popover } from '../components/Popover';
import { CommandIDs } from '../tokens';
import type { IDatasetsContext } from './types';
import { Button } from '../components/Button';

interface IProps {
  readonly info: IDatasetInfo;
  readonly context: IDatasetsContext;
  /** Does the work; the card shows how it fails. */
  readonly run: (work: Promise<unknown>) => Promise<unknown>;
  readonly onDeleted: () => void;
}

/** What can be done with a dataset beside opening it. */
export function CardMenu({
  info,
  context,
  run,
  onDeleted
}: IProps): JSX.Element {
  const { client, commands, trans } = context;
  const [open, setOpen] = React.useState(false);
  const isUsable = info.state !== 'busy' && info.state !== 'damaged';

  const remove = async (): Promise<void> => {
    if (await confirmed(info, context)) {
      await client.deleteDataset(info.dataset);
      onDeleted();
    }
  };
  const items = [
    {
      label: trans.__('Add images…'),
      enabled: isUsable,
      work: () =>
        commands.execute(CommandIDs.addImages, { dataset: info.dataset })
    },
    {
      label: trans.__('Update from source'),
      enabled: isUsable && info.state !== 'ingesting' && !!updateOf(info),
      work: () => update(info, context)
    },
    {
      label: trans.__('Copy as Python'),
      enabled: true,
      work: () =>
        navigator.clipboard.writeText(
          `vl.open(${JSON.stringify(info.dataset)})`
        )
    },
    { label: trans.__('Delete…'), enabled: true, work: remove }
  ];

  return (
    <Popover
      label={<span aria-hidden="true">⋯</span>}
      title={trans.__('More about %1', info.name)}
      open={open}
      onToggle={setOpen}
      kind="menu"
    >
      {items.map(({ label, enabled, work }) => (
        <Button
          key={label}

          role="menuitem"
          kind="item"
          disabled={!enabled}
          onClick={() => {
            setOpen(false);
            void run(work());
          }}
        >
          {label}
        </Button>
      ))}
    </Popover>
  );
}

/** What reads a dataset's source again; null: it came from a DataFrame. */
function updateOf({
  source,
  format
}: IDatasetInfo): { source: string; format?: string } | null {
  if (!source || format === 'dataframe') {
    return null;
  }
  return { source, ...(format && { format }) };
}

/** Ingest what is new or changed, as the ingest before was asked for, if it is still known. */
export async function update(
  info: IDatasetInfo,
  { jobs }: IDatasetsContext
): Promise<void> {
  const before = jobs.all.find(
    ({ dataset, ingest }) =>
      dataset === info.dataset && ingest?.source === info.source
  );
  const parameters = before?.ingest ?? updateOf(info);
  if (parameters) {
    await jobs.startIngest({
      ...parameters,
      name: info.dataset,
      incremental: true
    });
  }
}

/** Deleting cannot be undone, so it is asked. */
async function confirmed(
  info: IDatasetInfo,
  { trans }: IDatasetsContext
): Promise<boolean> {
  const answer = await showDialog({
    title: trans.__('Delete %1?', info.name),
    body: trans.__(
      'Its annotations, tags and views in VisionLens are deleted for good, and the images that were copied into it. Image and label files elsewhere stay where they are.'
    ),
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.warnButton({ label: trans.__('Delete') })
    ]
  });
  return answer.button.accept;
}
