// The form's entries while the window is open.
import type { Entries } from './request';

class Draft {
  entries = $state<Entries>({
    property: null,
    dimensions: ['date', 'country'],
    metrics: ['activeUsers', 'sessions'],
    span: 'last28',
    from: '',
    to: '',
    kind: 'sqlite',
    file: '',
    table: '',
  });
}

export const draft = new Draft();
