-- Hourly sums of a whole organization: what its home page adds up, however many keys it has. Written with usage_hours,
-- in the same transaction. There is nothing to fill it with: no release had a ledger without it.

-- +goose Up
CREATE TABLE usage_totals (
    org_id           {{uuid}} NOT NULL,
    hour             {{time}} NOT NULL,
    model            TEXT NOT NULL,
    provider         TEXT NOT NULL,
    requests         BIGINT NOT NULL,
    errors           BIGINT NOT NULL,
    attempts         BIGINT NOT NULL,
    input_tokens     BIGINT NOT NULL,
    cached_tokens    BIGINT NOT NULL,
    output_tokens    BIGINT NOT NULL,
    cost_nanos       BIGINT NOT NULL,
    PRIMARY KEY (org_id, hour, model, provider)
);
{{tenant "usage_totals"}}

-- +goose Down
DROP TABLE usage_totals;
