//! Rows on their way from a report to a destination: one arena of text for a whole batch, because a string per cell
//! would cost more than reading the report.

use std::fmt;

/// Some rows of equal width. Cells are text, as Google sends them (metric values are strings too); a destination
/// converts by the kind of its column. Row-major: all cells of row 0, then all cells of row 1.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RowBatch {
    columns: usize,
    text: String,
    /// Where each cell ends in `text`; it begins where the one before it ends.
    ends: Vec<usize>,
}

/// A row that was not `columns` cells wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row of {found} cells came where {columns} were expected")]
pub struct WrongWidth {
    pub columns: usize,
    pub found: usize,
}

impl RowBatch {
    /// An empty batch of rows of `columns` cells. `columns` must not be 0 for a batch that takes rows.
    pub fn new(columns: usize) -> Self {
        Self { columns, text: String::new(), ends: Vec::new() }
    }

    /// Like [`RowBatch::new`], with room for `rows` rows of `bytes_per_row` bytes of text.
    pub fn with_capacity(columns: usize, rows: usize, bytes_per_row: usize) -> Self {
        Self { columns, text: String::with_capacity(rows * bytes_per_row), ends: Vec::with_capacity(rows * columns) }
    }

    /// Cells per row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Complete rows.
    pub fn len(&self) -> usize {
        self.ends.len().checked_div(self.columns).unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// Appends one cell to the row being built; a row is complete with its last cell.
    pub fn push_cell(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Appends one whole row.
    pub fn push_row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> Result<(), WrongWidth> {
        let mark = self.mark();
        for cell in cells {
            self.push_cell(cell);
        }
        let found = self.ends.len() - mark.cells;
        if found == self.columns {
            Ok(())
        } else {
            self.rewind(mark);
            Err(WrongWidth { columns: self.columns, found })
        }
    }

    /// The cells pushed so far, whole rows or not.
    pub fn cells(&self) -> usize {
        self.ends.len()
    }

    /// A place to [`RowBatch::rewind`] to when a row turns out to be incomplete.
    pub fn mark(&self) -> Mark {
        Mark { cells: self.ends.len(), bytes: self.text.len() }
    }

    /// Forgets every cell pushed after `mark`.
    pub fn rewind(&mut self, mark: Mark) {
        self.ends.truncate(mark.cells);
        self.text.truncate(mark.bytes);
    }

    /// The cell at `row`, `column`, both from 0; `None` outside the batch.
    pub fn cell(&self, row: usize, column: usize) -> Option<&str> {
        if column >= self.columns {
            return None;
        }
        self.nth(row.checked_mul(self.columns)?.checked_add(column)?)
    }

    /// The rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.len()).map(move |index| Row { batch: self, first: index * self.columns })
    }

    fn nth(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.text.get(start..end)
    }
}

impl fmt::Debug for RowBatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows().map(|row| row.cells().collect::<Vec<_>>())).finish()
    }
}

/// A place in a batch under construction.
#[derive(Clone, Copy, Debug)]
pub struct Mark {
    cells: usize,
    bytes: usize,
}

/// One row of a [`RowBatch`].
#[derive(Clone, Copy)]
pub struct Row<'a> {
    batch: &'a RowBatch,
    first: usize,
}

impl<'a> Row<'a> {
    /// The cell in `column`, from 0; empty text outside the row.
    pub fn cell(&self, column: usize) -> &'a str {
        self.batch.nth(self.first + column).filter(|_| column < self.batch.columns).unwrap_or_default()
    }

    /// The cells from left to right.
    pub fn cells(self) -> impl ExactSizeIterator<Item = &'a str> {
        (0..self.batch.columns).map(move |column| self.cell(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_went_in_empty_ones_included() {
        let mut batch = RowBatch::new(3);
        batch.push_row(["20261101", "", "5"]).unwrap();
        batch.push_row(["20261102", "Österreich", "7"]).unwrap();
        let rows: Vec<Vec<&str>> = batch.rows().map(|row| row.cells().collect()).collect();
        assert_eq!(rows, [["20261101", "", "5"], ["20261102", "Österreich", "7"]]);
        assert_eq!(batch.cell(1, 1), Some("Österreich"));
        assert_eq!(batch.cell(1, 3), None);
        assert_eq!(batch.cell(2, 0), None);
    }

    #[test]
    fn a_row_of_another_width_is_refused_and_leaves_no_trace() {
        let mut batch = RowBatch::new(2);
        batch.push_row(["a", "1"]).unwrap();
        assert_eq!(batch.push_row(["b"]), Err(WrongWidth { columns: 2, found: 1 }));
        batch.push_row(["c", "3"]).unwrap();
        assert_eq!(batch.len(), 2);
        assert_eq!(batch.cell(1, 0), Some("c"));
    }
}
