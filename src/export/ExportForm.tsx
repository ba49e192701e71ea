import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IClient } from '../core/client/context';
import type { ExportFormat, ExportImages } from './client';
import type { IErrorBody } from '../core/client/types';
import { ErrorBox } from '../core/components/ErrorBox';
import { formatCount } from '../core/components/format';
import { useAnswer } from '../core/components/useAnswer';
import { Choice } from '../core/forms/fields';
import { useForm } from '../core/forms/useForm';
import { PathField } from '../ingestion/PathField';
import { sourceName } from '../core/outcomes/sourceName';

export type Extent = 'selection' | 'view' | 'dataset';

/** What the form asks for. */
export interface IExportChoice {
  readonly extent: Extent;
  readonly format: ExportFormat;
  readonly path: string;
  readonly images: ExportImages;
  readonly source: string;
  /** Of YOLO; empty: as the labels are. */
  readonly task: string;
}

interface IProps {
  readonly choice: IExportChoice;
  /** How many samples or annotations each extent has; those without any are not offered. */
  readonly counts: Readonly<Record<Extent, number>>;
  readonly sources: readonly string[];
  readonly error: IErrorBody | null;
  readonly client: IClient;
  readonly trans: TranslationBundle;
  readonly onChange: (choice: IExportChoice) => void;
}

/** What to export, in which format, and where to. */
export function ExportForm(props: IProps): JSX.Element {
  const { counts, sources, client, trans, error, onChange } = props;
  const { values, bind } = useForm({ initial: props.choice, onChange });
  const { answer: formats } = useAnswer('formats', () => client.formats());
  const ofPlugins = (formats ?? []).filter(
    ({ name, written }) => written && name.startsWith('plugin:')
  );
  const extents: [Extent, string][] = [
    [
      'selection',
      trans.__('The selection (%1)', formatCount(counts.selection))
    ],
    ['view', trans.__('The view (%1)', formatCount(counts.view))],
    [
      'dataset',
      trans.__('The whole dataset (%1 samples)', formatCount(counts.dataset))
    ]
  ];
  return (
    <div className="vl-export-form vl-panel">
      <Choice
        label={trans.__('What')}
        {...bind('extent')}
        options={extents.filter(([extent]) => counts[extent] > 0)}
      />
      {sources.length > 1 && (
        <Choice
          label={trans.__('Labels')}
          {...bind('source')}
          options={sources.map(source => [source, sourceName(source, trans)])}
        />
      )}
      <Choice
        label={trans.__('Format')}
        {...bind('format')}
        options={[
          ['coco', trans.__('COCO JSON')],
          ['yolo', trans.__('YOLO')],
          ['voc', trans.__('Pascal VOC')],
          ['class_folders', trans.__('Class folders')],
          ['cvat', 'CVAT XML'],
          ['labelme', 'LabelMe'],
          ['label_studio', 'Label Studio'],
          ['via', 'VGG Image Annotator'],
          ['createml', 'Create ML'],
          ['openimages', 'Open Images'],
          ['kitti', 'KITTI'],
          ['dota', 'DOTA'],
          ['fiftyone', 'FiftyOne'],
          ['imagefolder', trans.__('Hugging Face imagefolder')],
          ['croissant', 'Croissant'],
          ['csv', trans.__('Table (CSV)')],
          ['parquet', trans.__('Table (Parquet)')],
          ['masks', trans.__('Masks of classes (PNG)')],
          ['coco_panoptic', trans.__('COCO panoptic')],
          ['lvis', 'LVIS'],
          ['detection_text', trans.__('Text: class, confidence, corners')],
          ['webdataset', 'WebDataset'],
          ['tfrecord', 'TFRecord'],
          ['parquet_images', trans.__('Parquet with images')],
          ...ofPlugins.map(
            ({ name, label, description }) =>
              [name, label, { title: description }] as const
          )
        ]}
      />
      {values.format === 'yolo' && (
        <Choice
          label={trans.__('Task')}
          {...bind('task')}
          options={[
            ['', trans.__('As the labels are')],
            ['detect', trans.__('Boxes (detect)')],
            ['segment', trans.__('Polygons (segment)')],
            ['obb', trans.__('Rotated boxes (obb)')],
            ['pose', trans.__('Keypoints (pose)')]
          ]}
        />
      )}
      <Choice
        label={trans.__('Images')}
        {...bind('images')}
        options={[
          ['copy', trans.__('Copy')],
          ['link', trans.__('Link, without using room')],
          ['none', trans.__('Leave out: labels only')]
        ]}
      />
      <PathField
        label={trans.__('Folder on the server, new or empty')}
        {...bind('path')}
        invalid={error !== null}
        client={client}
        trans={trans}
      >
        {null}
      </PathField>
      <p className="vl-quiet">
        {trans.__('What the format cannot hold is listed when it is done.')}
      </p>
      {error && <ErrorBox error={error} trans={trans} />}
    </div>
  );
}
