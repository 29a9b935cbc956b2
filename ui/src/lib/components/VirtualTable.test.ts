import { fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { describe, expect, test, vi } from 'vitest';

import VirtualTable, { type Column } from './VirtualTable.svelte';

interface Row { id: string; name: string }
const rows: Row[] = Array.from({ length: 250_000 }, (_, index) => ({ id: String(index), name: `Row ${String(index)}` }));
const columns: Column<Row>[] = [{ id: 'name', label: 'Name', sortable: true }, { id: 'id', label: 'Id', numeric: true, sortable: true }];
const cell = createRawSnippet<[Row, Column<Row>]>((row) => ({
  render: () => '<span></span>',
  setup: (element) => { element.textContent = row().name; },
}));

function table(props: Record<string, unknown> = {}) {
  // svelte's generics do not reach `render`: the props are those of Row.
  render(VirtualTable as never, { label: 'Rows', rows, columns, key: (row: Row) => row.id, cell, rowHeight: 30, ...props } as never);
  return screen.getByRole('grid', { name: 'Rows' });
}

describe('a long table', () => {
  test('puts only the rows near the view into the page and says how many there are', () => {
    const grid = table();
    expect(grid.getAttribute('aria-rowcount')).toBe('250001');
    expect(grid.querySelectorAll('tbody tr:not(.spacer)').length).toBeLessThan(100);
  });

  test('shows the rows it was scrolled to', async () => {
    const grid = table();
    const wrap = grid.parentElement as HTMLElement;
    wrap.scrollTop = 30 * 100_000;
    await fireEvent.scroll(wrap);
    expect(grid.querySelector('[aria-rowindex="100002"]')?.textContent).toContain('Row 100000');
    expect(grid.querySelector('[aria-rowindex="2"]')).toBeNull();
  });

  test('moves and opens by keys', async () => {
    const onselect = vi.fn();
    const onopen = vi.fn();
    const grid = table({ onselect, onopen, selected: '3' });
    const row = grid.querySelector('[aria-rowindex="5"]') as HTMLElement;
    expect(row.tabIndex).toBe(0);
    await fireEvent.keyDown(row, { key: 'ArrowDown' });
    expect(onselect).toHaveBeenLastCalledWith(rows[4]);
    await fireEvent.keyDown(row, { key: 'Enter' });
    expect(onopen).toHaveBeenLastCalledWith(rows[3]);
    await fireEvent.keyDown(row, { key: 'End' });
    expect(onselect).toHaveBeenLastCalledWith(rows.at(-1));
  });

  test('asks for another order by its heads', async () => {
    const onsort = vi.fn();
    const grid = table({ onsort, sorting: { column: 'name', descending: false } });
    expect(screen.getByRole('columnheader', { name: /Name/ }).getAttribute('aria-sort')).toBe('ascending');
    await fireEvent.click(screen.getByRole('button', { name: /Name/ }));
    expect(onsort).toHaveBeenLastCalledWith({ column: 'name', descending: true });
    await fireEvent.click(screen.getByRole('button', { name: 'Id' }));
    expect(onsort).toHaveBeenLastCalledWith({ column: 'id', descending: true });
    expect(grid.querySelectorAll('[aria-sort]').length).toBe(1);
  });
});
