import * as React from 'react';
import type { ISlotProps, ISlots } from '../client/context';

/** The components that capabilities put into a slot of a panel. */
export function Slot<Name extends keyof ISlotProps>(props: {
  readonly slots: ISlots;
  readonly name: Name;
  readonly give: ISlotProps[Name];
}): JSX.Element {
  const { slots, name, give } = props;
  return (
    <>
      {slots.loaded(name).map((Component, i) => (
        <Component key={i} {...give} />
      ))}
    </>
  );
}
