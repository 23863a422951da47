-- Answers to requests with an Idempotency-Key, and what a management token may touch.

-- +goose Up
CREATE TABLE replays (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    token_id   {{uuid}} NOT NULL,
    idempotency_key TEXT NOT NULL,
    pepper     BIGINT   NOT NULL,
    print      {{bytes}} NOT NULL,
    sealed     {{bytes}},
    created_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, token_id, idempotency_key)
);
{{tenant "replays"}}

-- The sweep looks for what is old, whose ever it is.
CREATE INDEX replays_created ON replays (created_at);

-- Words apart by spaces; none are no narrowing.
ALTER TABLE tokens ADD COLUMN scopes TEXT NOT NULL DEFAULT '';
ALTER TABLE tokens ADD COLUMN last_used_at {{time}};
-- It acts as its maker.
ALTER TABLE tokens ADD COLUMN personal {{bool}} NOT NULL DEFAULT FALSE;

-- +goose Down
ALTER TABLE tokens DROP COLUMN personal;
ALTER TABLE tokens DROP COLUMN last_used_at;
ALTER TABLE tokens DROP COLUMN scopes;
DROP TABLE replays;
