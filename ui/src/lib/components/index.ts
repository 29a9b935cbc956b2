// The shared parts of every page.
export { default as ActingPill } from './ActingPill.svelte';
export { default as Badge } from './Badge.svelte';
export { default as Banner } from './Banner.svelte';
export { default as Button } from './Button.svelte';
export { default as Copyable } from './Copyable.svelte';
export { default as Dialog } from './Dialog.svelte';
export { default as EmptyState } from './EmptyState.svelte';
export { default as ErrorNotice } from './ErrorNotice.svelte';
export { default as Field } from './Field.svelte';
export { default as Icon } from './Icon.svelte';
export { default as JobProgress } from './JobProgress.svelte';
export { default as Kpi } from './Kpi.svelte';
export { default as LoadingRows } from './LoadingRows.svelte';
export { default as Notice } from './Notice.svelte';
export { default as Segmented } from './Segmented.svelte';
export { default as Tabs } from './Tabs.svelte';
export { default as Toolbar } from './Toolbar.svelte';
export { default as VirtualTable, type Column, type Sorting } from './VirtualTable.svelte';
