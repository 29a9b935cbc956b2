//! Whole-program tests live in `journeys/`.
