-- Rows of sums are added to by nearly every post for an hour, and each time a row becomes a new one. With room for it on the
-- same page it needs no new entry in the index, which is as wide as the row: with full pages three of four did, with half
-- none does, and 2,000 keys cost a request half of the database's time for sums that they did. The room counts for pages to come.
-- SQLite changes rows where they are.

-- +goose Up
{{if postgres}}
ALTER TABLE usage_hours SET (fillfactor = 50);
ALTER TABLE usage_tags SET (fillfactor = 50);
{{end}}

-- +goose Down
{{if postgres}}
ALTER TABLE usage_tags RESET (fillfactor);
ALTER TABLE usage_hours RESET (fillfactor);
{{end}}
