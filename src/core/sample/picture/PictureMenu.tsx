import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';
import type { IDisplay, IPictureInfo } from '../../client/types';
import { Button } from '../../components/Button';
import { ErrorBox } from '../../components/ErrorBox';
import { formatNumber } from '../../components/format';
import { Popover } from '../../components/Popover';
import { ToggleButton } from '../../components/ToggleButton';
import { Choice } from '../../forms/fields';
import { AS_SUITS, type IPicture } from './usePicture';

interface IProps {
  readonly picture: IPicture;
  readonly trans: TranslationBundle;
}

/** What can be chosen of an image that holds more than one picture shows; nothing for others. */
export function PictureMenu({ picture, trans }: IProps): JSX.Element | null {
  const [open, setOpen] = React.useState(false);
  const { info, developed } = picture;
  if (info?.kind === 'raw') {
    return (
      <ToggleButton
        pressed={developed}
        title={trans.__(
          'Camera RAW at full size; the preview inside is shown until then'
        )}
        onToggle={() => picture.develop(!developed)}
      >
        {trans.__('Develop')}
      </ToggleButton>
    );
  }
  return info?.kind === 'deep' ? (
    <Popover
      kind="dialog"
      label={trans.__('Bands')}
      title={trans.__('Page, bands and stretch')}
      open={open}
      onToggle={setOpen}
    >
      <Bands picture={picture} info={info} trans={trans} />
    </Popover>
  ) : null;
}

const CHANNELS = [0, 1, 2] as const;

function Bands({
  picture,
  info,
  trans
}: IProps & { readonly info: IPictureInfo }): JSX.Element {
  const { display, error } = picture;
  const shown = display ?? AS_SUITS;
  const bands = shown.bands ?? [];
  const change = (some: Partial<IDisplay>): void =>
    picture.choose({ ...shown, ...some });
  const numbered = (count: number): (readonly [number, string])[] =>
    Array.from({ length: count }, (_, i) => [i, `${i + 1}`] as const);
  const kinds: readonly (readonly [string, string])[] = [
    ['suits', trans.__('As suits the image')],
    ['one', trans.__('One band')],
    ...(info.bands > 1
      ? [['three', trans.__('Red, green, blue')] as const]
      : [])
  ];
  const kind = ['suits', 'one', '', 'three'][bands.length];
  const names = [trans.__('Red'), trans.__('Green'), trans.__('Blue')];
  return (
    <div className="vl-picture-menu">
      <p className="vl-quiet">{holds(info, trans)}</p>
      {info.pages > 1 && (
        <Choice
          label={trans.__('Page')}
          value={shown.page}
          options={numbered(info.pages)}
          onChange={page => change({ page })}
        />
      )}
      <Choice
        label={trans.__('Bands')}
        value={kind}
        options={kinds}
        onChange={value =>
          change({
            bands:
              value === 'one'
                ? [0]
                : value === 'three'
                  ? CHANNELS.map(band => Math.min(band, info.bands - 1))
                  : []
          })
        }
      />
      {bands.map((band, place) => (
        <Choice
          key={place}
          label={bands.length === 1 ? trans.__('Band') : names[place]}
          value={band}
          options={numbered(Math.max(info.bands, band + 1))}
          onChange={value => change({ bands: replaced(bands, place, value) })}
        />
      ))}
      <Choice
        label={trans.__('Stretch')}
        value={shown.stretch ?? 'percentile'}
        options={[
          ['percentile', trans.__('0.5 to 99.5 percentile')],
          ['range', trans.__('Least to greatest')],
          ['none', trans.__('None: the range of the type')]
        ]}
        onChange={stretch => change({ stretch })}
      />
      <Choice
        label={trans.__('Gamma')}
        value={shown.gamma ?? 1}
        options={[0.5, 1, 1.5, 2.2, 3].map(
          value => [value, formatNumber(value)] as const
        )}
        onChange={gamma => change({ gamma })}
      />
      <div className="vl-edit-line">
        <Button disabled={!picture.canUndo} onClick={() => picture.undo()}>
          {trans.__('Undo')}
        </Button>
        <Button
          disabled={display === null}
          onClick={() => picture.choose(null)}
        >
          {trans.__('Reset')}
        </Button>
      </div>
      <p className="vl-quiet">
        {trans.__(
          'Kept with the dataset, for all its images in full. Thumbnails stay as they are.'
        )}
      </p>
      {error && <ErrorBox error={error} trans={trans} />}
    </div>
  );
}

function replaced(
  bands: readonly number[],
  place: number,
  value: number
): number[] {
  return bands.map((band, index) => (index === place ? value : band));
}

/** "2 pages, 4 bands, uint16, 0 to 4,000" */
function holds(info: IPictureInfo, trans: TranslationBundle): string {
  const { pages, bands, dtype, low, high } = info;
  return [
    pages > 1 && trans.__('%1 pages', pages),
    trans._n('%1 band', '%1 bands', bands, bands),
    dtype,
    typeof low === 'number' &&
      typeof high === 'number' &&
      trans.__('%1 to %2', formatNumber(low), formatNumber(high))
  ]
    .filter(Boolean)
    .join(', ');
}
