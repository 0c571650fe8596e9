// The page begins: its looks, its language and address, then its parts.
import { mount } from 'svelte';
import './look/tokens.css';
import './look/base.css';
import App from './App.svelte';
import { theme } from './look/theme.svelte.ts';
import { offline } from './offline/offline.svelte.ts';
import { Page } from './page.svelte.ts';

const target = document.getElementById('page');
if (!target) throw new Error('index.html has no element with the id "page"');
if (location.pathname === '/kiosk') {
  void import('./kiosk/kiosk.ts').then(({ begin }) => begin(target));
} else {
  theme.begin();
  offline.listen();
  const page = new Page();
  mount(App, { target, props: { page, begun: page.begin() } });
}
