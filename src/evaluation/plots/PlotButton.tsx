import * as React from 'react';

interface IProps {
  /** What a click will show. */
  readonly title: string;
  readonly pressed: boolean;
  readonly onOpen: () => void;
  /** The first of a group is where Tab goes, arrows lead to the others. */
  readonly first?: boolean;
  readonly className?: string;
  readonly children: React.ReactNode;
}

/** A part of a drawing that can be clicked. */
export function PlotButton(props: IProps): JSX.Element {
  const { title, pressed, onOpen, first, className, children } = props;
  return (
    <g
      role="button"
      tabIndex={first ? 0 : -1}
      data-plot-button=""
      className={`vl-plot-button ${className ?? ''}`}
      aria-label={title}
      aria-pressed={pressed}
      onClick={onOpen}
      onKeyDown={event => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault();
          onOpen();
        }
      }}
    >
      <title>{title}</title>
      {children}
    </g>
  );
}

/** A figure in text that can be clicked. */
export function NumberButton(props: {
  title: string;
  pressed: boolean;
  onOpen: () => void;
  disabled?: boolean;
  className?: string;
  children: React.ReactNode;
}): JSX.Element {
  const { title, pressed, onOpen, disabled, className, children } = props;
  return (
    <button
      type="button"
      className={`vl-number-button ${className ?? ''}`}
      title={title}
      aria-pressed={pressed}
      disabled={disabled}
      onClick={onOpen}
    >
      {children}
    </button>
  );
}

const STEPS: Record<string, number> = {
  ArrowRight: 1,
  ArrowDown: 1,
  ArrowLeft: -1,
  ArrowUp: -1
};

/** Arrows, Home and End go from button to button of a drawing. */
export function walkButtons(event: React.KeyboardEvent<Element>): void {
  const buttons = [
    ...event.currentTarget.querySelectorAll<SVGElement>('[data-plot-button]')
  ];
  const at = buttons.indexOf(document.activeElement as SVGElement);
  const step = STEPS[event.key];
  const next =
    event.key === 'Home'
      ? buttons[0]
      : event.key === 'End'
        ? buttons[buttons.length - 1]
        : step !== undefined && at >= 0
          ? buttons[at + step]
          : undefined;
  if (next) {
    event.preventDefault();
    next.focus();
  }
}
