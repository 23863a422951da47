-- Erasures end when nothing can come into the books behind them any more.

-- +goose Up

-- sealed is whom to look for, encrypted under the organization's data key; NULL once the erasure has ended, and for those from before. Requests that
-- began before settles_at may still name the person. behind is what later passes did, as JSON; silent is how many nodes were not heard of.
ALTER TABLE erasures ADD COLUMN sealed {{bytes}};
ALTER TABLE erasures ADD COLUMN settles_at {{time}};
ALTER TABLE erasures ADD COLUMN passed_at {{time}};
ALTER TABLE erasures ADD COLUMN ended_at {{time}};
ALTER TABLE erasures ADD COLUMN behind {{json}} NOT NULL DEFAULT '{}';
ALTER TABLE erasures ADD COLUMN silent BIGINT NOT NULL DEFAULT 0;

-- The moment up to which what a node journaled is in the books and gone from its disk.
ALTER TABLE nodes ADD COLUMN forgot_at {{time}};

-- +goose Down
ALTER TABLE nodes DROP COLUMN forgot_at;
ALTER TABLE erasures DROP COLUMN silent;
ALTER TABLE erasures DROP COLUMN behind;
ALTER TABLE erasures DROP COLUMN ended_at;
ALTER TABLE erasures DROP COLUMN passed_at;
ALTER TABLE erasures DROP COLUMN settles_at;
ALTER TABLE erasures DROP COLUMN sealed;
