-- What a provider's contract says of an account, which routes may ask for; and how pauses between tries grow.

-- +goose Up

-- residency is where it keeps and processes data ("eu", "us-east-1"), '' where nobody said; zero_retention, that it keeps nothing.
ALTER TABLE connections ADD COLUMN residency TEXT NOT NULL DEFAULT '';
ALTER TABLE connections ADD COLUMN zero_retention {{bool}} NOT NULL DEFAULT FALSE;

-- growth is exponential, linear or smart; '' is the wider setting's.
ALTER TABLE timeouts ADD COLUMN growth TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE timeouts DROP COLUMN growth;
ALTER TABLE connections DROP COLUMN zero_retention;
ALTER TABLE connections DROP COLUMN residency;
