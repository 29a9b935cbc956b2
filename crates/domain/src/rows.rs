//! Rows on their way from a report to a file or a database: text cells in one arena, no allocation per cell.
//!
//! Every value of a Google Analytics report is text on the wire; the destination turns it into the column's type.

/// Rows of the same width. Cells are appended one after the other; every `columns` cells make a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowBatch {
    columns: usize,
    text: String,
    ends: Vec<usize>,
}

impl RowBatch {
    /// An empty batch whose rows have `columns` cells.
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            text: String::new(),
            ends: Vec::new(),
        }
    }

    /// As [`RowBatch::new`], with room for `rows` rows and `bytes` bytes of text in all.
    pub fn with_capacity(columns: usize, rows: usize, bytes: usize) -> Self {
        Self {
            columns,
            text: String::with_capacity(bytes),
            ends: Vec::with_capacity(rows * columns),
        }
    }

    /// Cells in a row.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Whole rows; a row that is still being written does not count.
    pub fn len(&self) -> usize {
        self.ends.len().checked_div(self.columns).unwrap_or(0)
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes of text held.
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// Cells written of the row that is not whole yet; 0 between rows.
    pub fn open_cells(&self) -> usize {
        self.ends.len().checked_rem(self.columns).unwrap_or(0)
    }

    /// Appends one cell.
    pub fn push_cell(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.ends.push(self.text.len());
    }

    /// Appends one row.
    ///
    /// A row with fewer cells than the batch has columns is filled up with empty cells; further cells are dropped.
    pub fn push_row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) {
        let mut written = 0;
        for cell in cells.into_iter().take(self.columns) {
            self.push_cell(cell);
            written += 1;
        }
        for _ in written..self.columns {
            self.push_cell("");
        }
    }

    /// Takes back the cells of a row that was begun and not finished.
    pub fn discard_open_row(&mut self) {
        let whole = self.len() * self.columns;
        self.ends.truncate(whole);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Keeps the first `rows` rows and forgets what came after, a row that was begun included.
    pub fn truncate(&mut self, rows: usize) {
        self.ends.truncate(rows.saturating_mul(self.columns));
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Forgets the rows and keeps the memory.
    pub fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    /// The row at `index`, where it is whole.
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        (index < self.len()).then(|| Row {
            batch: self,
            first: index * self.columns,
        })
    }

    /// The whole rows, in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        (0..self.len()).map(|index| Row {
            batch: self,
            first: index * self.columns,
        })
    }
}

/// One row of a [`RowBatch`].
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    batch: &'a RowBatch,
    first: usize,
}

impl<'a> Row<'a> {
    /// The cell in `column`; empty where there is no such column.
    pub fn cell(&self, column: usize) -> &'a str {
        if column >= self.batch.columns {
            return "";
        }
        let index = self.first + column;
        let start = index
            .checked_sub(1)
            .and_then(|before| self.batch.ends.get(before))
            .copied()
            .unwrap_or(0);
        let end = self.batch.ends.get(index).copied().unwrap_or(start);
        self.batch.text.get(start..end).unwrap_or("")
    }

    /// The cells from left to right.
    pub fn cells(self) -> impl ExactSizeIterator<Item = &'a str> {
        (0..self.batch.columns).map(move |column| self.cell(column))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_goes_in_comes_out(rows in prop::collection::vec(prop::collection::vec(".{0,12}", 3), 0..20)) {
            let mut batch = RowBatch::new(3);
            for row in &rows {
                batch.push_row(row.iter().map(String::as_str));
            }
            let out: Vec<Vec<String>> = batch.rows().map(|row| row.cells().map(str::to_owned).collect()).collect();
            prop_assert_eq!(out, rows);
        }
    }

    #[test]
    fn a_row_that_was_not_finished_is_taken_back() {
        let mut batch = RowBatch::new(2);
        batch.push_row(["a", "b"]);
        batch.push_cell("half");
        assert_eq!((batch.len(), batch.open_cells()), (1, 1));
        batch.discard_open_row();
        batch.push_row(["c"]);
        assert_eq!(batch.row(1).map(|row| (row.cell(0), row.cell(1))), Some(("c", "")));
    }
}
