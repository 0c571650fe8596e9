// The page begins: its looks, its language and address, then its parts.
import { mount } from 'svelte';
import './look/tokens.css';
import './look/base.css';
import App from './App.svelte';
import { theme } from './look/theme.svelte.ts';
import { Page } from './page.svelte.ts';

theme.begin();
const page = new Page();
page.begin();

const target = document.getElementById('page');
if (!target) throw new Error('index.html has no element with the id "page"');
mount(App, { target, props: { page } });
