"""Statistics of the council lab: pure functions over arrays, None where nothing can be said."""
