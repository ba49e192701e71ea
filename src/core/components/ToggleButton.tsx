import * as React from 'react';

/** A button that stays pressed. */
export function ToggleButton(props: {
  pressed: boolean;
  title: string;
  disabled?: boolean;
  onToggle: (pressed: boolean) => void;
  children: React.ReactNode;
}): JSX.Element {
  return (
    <button
      type="button"
      className="vl-button vl-toggle"
      aria-pressed={props.pressed}
      title={props.title}
      disabled={props.disabled}
      onClick={() => props.onToggle(!props.pressed)}
    >
      {props.children}
    </button>
  );
}
