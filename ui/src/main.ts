// The window's entry.
import './styles/tokens.css';
import './styles/components.css';
import './styles/app.css';

import { mount } from 'svelte';

import { mendLanguage } from './lib/locale';
import App from './shell/App.svelte';

mendLanguage();
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
mount(App, { target });
