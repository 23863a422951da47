-- Who asked for a rate limit to be raised, and what became of it.

-- +goose Up
-- add_amount is in the limit's unit. increase_id is the increase that an approval made.
CREATE TABLE limit_requests (
    org_id      {{uuid}} NOT NULL,
    id          {{uuid}} NOT NULL,
    limit_id    {{uuid}} NOT NULL,
    add_amount  BIGINT   NOT NULL,
    until_at    {{time}} NOT NULL,
    reason      TEXT     NOT NULL,
    state       TEXT     NOT NULL,
    asked_by    TEXT     NOT NULL,
    asker_id    {{uuid}},
    asked_at    {{time}} NOT NULL,
    expires_at  {{time}} NOT NULL,
    decided_by  TEXT     NOT NULL,
    decided_at  {{time}},
    note        TEXT     NOT NULL,
    increase_id {{uuid}},
    PRIMARY KEY (org_id, id),
    FOREIGN KEY (org_id, limit_id) REFERENCES limits (org_id, id) ON DELETE CASCADE
);
{{tenant "limit_requests"}}

CREATE INDEX limit_requests_state ON limit_requests (org_id, state, asked_at);
CREATE INDEX limit_requests_limit ON limit_requests (org_id, limit_id);
CREATE UNIQUE INDEX limit_requests_pending ON limit_requests (org_id, limit_id, asked_by) WHERE state = 'pending';

-- +goose Down
DROP TABLE limit_requests;
