import * as React from 'react';
import { Button } from './Button';

interface IProps {
  /** What the button shows. */
  readonly label: React.ReactNode;
  readonly title: string;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  readonly disabled?: boolean;
  /** What assistive technology is told will open. */
  readonly kind: 'dialog' | 'menu';
  readonly children: React.ReactNode;
}

/** A toolbar button with a small panel below it; closes on Escape and when focus leaves. */
export function Popover(props: IProps): JSX.Element {
  const { open, onToggle, kind } = props;
  const button = React.useRef<HTMLButtonElement>(null);
  const root = React.useRef<HTMLDivElement>(null);

  React.useEffect(() => {
    if (!open) {
      return;
    }
    const close = (event: PointerEvent): void => {
      if (!root.current?.contains(event.target as Node)) {
        onToggle(false);
      }
    };
    document.addEventListener('pointerdown', close, true);
    return () => document.removeEventListener('pointerdown', close, true);
  }, [open, onToggle]);

  const onKeyDown = (event: React.KeyboardEvent): void => {
    if (open && event.key === 'Escape') {
      event.stopPropagation();
      onToggle(false);
      button.current?.focus();
    }
  };

  return (
    <div ref={root} className="vl-popover-anchor" onKeyDown={onKeyDown}>
      <Button
        ref={button}

        title={props.title}
        aria-haspopup={kind}
        aria-expanded={open}
        disabled={props.disabled}
        onClick={() => onToggle(!open)}
      >
        {props.label}
      </Button>
      {open && (
        <div className="vl-popover" role={kind} aria-label={props.title}>
          {props.children}
        </div>
      )}
    </div>
  );
}
