"""零漏管: it always knows, for every person, what is owed, by whom, by when, under which article."""
