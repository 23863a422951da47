-- Answers that are kept longer, to be given when no provider answers. NULL is no longer than stale_until.

-- +goose Up
ALTER TABLE cache_entries ADD COLUMN kept_until {{time}};

-- +goose Down
ALTER TABLE cache_entries DROP COLUMN kept_until;
