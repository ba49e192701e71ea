import * as React from 'react';

export interface IOption {
  readonly value: string;
  readonly label: string;
  /** Stands at the right, a count for example. */
  readonly detail?: string;
  /** Options of a group stand together under its name. */
  readonly group?: string;
  readonly icon?: React.ReactNode;
}

interface IProps {
  readonly label: string;
  readonly value: string;
  readonly options: readonly IOption[];
  readonly onText: (text: string) => void;
  readonly onChoose: (option: IOption) => void;
  /** Enter without a chosen option. */
  readonly onEnter?: () => void;
  readonly onEscape?: () => void;
  readonly onBlur?: () => void;
  readonly className?: string;
  readonly placeholder?: string;
  readonly title?: string;
  readonly type?: 'text' | 'search';
  readonly invalid?: boolean;
  readonly autoFocus?: boolean;
  /** Whether the first option is chosen by Enter before any arrow key. */
  readonly eager?: boolean;
}

/** A text box with a list below it: arrows and Enter choose, Escape closes (ARIA combobox). */
export function Combobox(props: IProps): JSX.Element {
  const { options, onChoose } = props;
  const [open, setOpen] = React.useState(false);
  const [active, setActive] = React.useState(-1);
  const id = React.useId();
  const list = React.useRef<HTMLUListElement>(null);
  const start = props.eager ? 0 : -1;
  const current = active < options.length ? active : start;
  const isOpen = open && options.length > 0;

  React.useEffect(() => {
    list.current
      ?.querySelector('[aria-selected="true"]')
      ?.scrollIntoView?.({ block: 'nearest' });
  }, [current, isOpen]);

  const show = (visible: boolean): void => {
    setOpen(visible);
    setActive(start);
  };
  const choose = (option: IOption): void => {
    show(false);
    onChoose(option);
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const count = options.length;
    switch (event.key) {
      case 'ArrowDown':
      case 'ArrowUp': {
        const step = event.key === 'ArrowDown' ? 1 : -1;
        if (!isOpen) {
          show(true);
        } else {
          setActive(
            (current + step + count + (current < 0 ? +(step < 0) : 0)) % count
          );
        }
        break;
      }
      case 'Enter':
        if (isOpen && current >= 0) {
          choose(options[current]);
        } else if (props.onEnter) {
          show(false);
          props.onEnter();
        }
        break;
      case 'Escape':
        if (isOpen) {
          show(false);
        } else if (props.onEscape) {
          props.onEscape();
        } else {
          return;
        }
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className={`vl-combobox ${props.className ?? ''}`}>
      <input
        className="vl-input"
        type={props.type ?? 'text'}
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        value={props.value}
        placeholder={props.placeholder}
        title={props.title}
        aria-label={props.label}
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-autocomplete="list"
        aria-activedescendant={
          isOpen && current >= 0 ? `${id}-${current}` : undefined
        }
        aria-invalid={props.invalid ?? false}
        autoFocus={props.autoFocus}
        onChange={event => {
          props.onText(event.target.value);
          show(true);
        }}
        onClick={() => show(true)}
        onBlur={() => {
          show(false);
          props.onBlur?.();
        }}
        onKeyDown={onKeyDown}
      />
      {isOpen && (
        <OptionList
          {...{ list, id, current, options }}
          label={props.label}
          onChoose={choose}
        />
      )}
    </div>
  );
}

function OptionList(
  props: Pick<IProps, 'label' | 'options' | 'onChoose'> & {
    list: React.RefObject<HTMLUListElement>;
    id: string;
    current: number;
  }
): JSX.Element {
  const { list, id, label, current, options, onChoose } = props;
  return (
    <ul
      ref={list}
      id={id}
      className="vl-options"
      role="listbox"
      aria-label={label}
    >
      {options.map((option, i) => (
        <React.Fragment key={`${option.group}:${option.value}`}>
          {option.group && option.group !== options[i - 1]?.group && (
            <li className="vl-option-group" role="presentation">
              {option.group}
            </li>
          )}
          <li
            id={`${id}-${i}`}
            className="vl-option"
            role="option"
            aria-selected={i === current}
            // The box keeps the keyboard.
            onPointerDown={event => event.preventDefault()}
            onClick={() => onChoose(option)}
          >
            {option.icon}
            <span className="vl-option-label">{option.label}</span>
            {option.detail && (
              <span className="vl-option-detail">{option.detail}</span>
            )}
          </li>
        </React.Fragment>
      ))}
    </ul>
  );
}
