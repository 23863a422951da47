-- Which making of a day's sums these are, a number at random: what was read of one may be remembered while it stands. 0, as rows that
-- an older version writes have, is never remembered.

-- +goose Up
ALTER TABLE usage_day_marks ADD COLUMN edition BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE usage_day_marks DROP COLUMN edition;
