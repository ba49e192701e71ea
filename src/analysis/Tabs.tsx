import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

export type AnalystTab = 'findings' | 'chat' | 'attributes';

const TABS: readonly AnalystTab[] = ['findings', 'chat', 'attributes'];
const STEPS: Record<string, number> = { ArrowLeft: -1, ArrowRight: 1 };

const tabId = (name: AnalystTab): string => `vl-analyst-tab-${name}`;
const panelId = (name: AnalystTab): string => `vl-analyst-panel-${name}`;

/** The parts of the panel; arrows go from one to the next. */
export function TabBar(props: {
  tab: AnalystTab;
  onTab: (tab: AnalystTab) => void;
  trans: TranslationBundle;
}): JSX.Element {
  const { tab, onTab, trans } = props;
  const labels: Record<AnalystTab, string> = {
    findings: trans.__('Findings'),
    chat: trans.__('Chat'),
    attributes: trans.__('Attributes')
  };
  const onKeyDown = (event: React.KeyboardEvent): void => {
    const step = STEPS[event.key];
    if (step !== undefined) {
      event.preventDefault();
      const at = (TABS.indexOf(tab) + step + TABS.length) % TABS.length;
      onTab(TABS[at]);
      document.getElementById(tabId(TABS[at]))?.focus();
    }
  };
  return (
    <div
      className="vl-tabs"
      role="tablist"
      aria-label={trans.__('Analyst')}
      onKeyDown={onKeyDown}
    >
      {TABS.map(name => (
        <button
          key={name}
          id={tabId(name)}
          type="button"
          role="tab"
          className="vl-tab"
          aria-selected={name === tab}
          aria-controls={panelId(name)}
          tabIndex={name === tab ? 0 : -1}
          onClick={() => onTab(name)}
        >
          {labels[name]}
        </button>
      ))}
    </div>
  );
}

/** What a tab shows: made when it is first chosen, kept from then on. */
export function TabPanel(props: {
  name: AnalystTab;
  tab: AnalystTab;
  children: React.ReactNode;
}): JSX.Element {
  const { name, tab, children } = props;
  const isShown = name === tab;
  const visited = React.useRef(false);
  visited.current ||= isShown;
  return (
    <div
      id={panelId(name)}
      className="vl-tab-panel"
      role="tabpanel"
      aria-labelledby={tabId(name)}
      hidden={!isShown}
    >
      {visited.current && children}
    </div>
  );
}
