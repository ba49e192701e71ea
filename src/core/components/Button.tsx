import * as React from 'react';

const CLASSES = {
  plain: 'vl-button',
  primary: 'vl-button vl-mod-primary',
  link: 'vl-link',
  icon: 'vl-icon-button',
  item: 'vl-menu-item'
};

interface IProps extends Omit<
  React.ButtonHTMLAttributes<HTMLButtonElement>,
  'className'
> {
  /** How it looks; `item`: a line of a menu or list. */
  readonly kind?: keyof typeof CLASSES;
}

/** A button; it sends the form around it only where its `type` says so. */
export const Button = React.forwardRef<HTMLButtonElement, IProps>(
  function Button({ kind = 'plain', ...props }, ref) {
    return (
      <button ref={ref} type="button" {...props} className={CLASSES[kind]} />
    );
  }
);
