import * as React from 'react';

/** A thin bar; share null: under way, but nobody knows how far. */
export function ProgressBar(props: {
  share: number | null;
  label: string;
}): JSX.Element {
  const { share, label } = props;
  const percent = share === null ? undefined : Math.round(100 * share);
  return (
    <div
      className={share === null ? 'vl-progress vl-mod-unknown' : 'vl-progress'}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent}
    >
      <span style={percent === undefined ? {} : { width: `${percent}%` }} />
    </div>
  );
}
