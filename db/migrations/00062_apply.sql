-- Applyings of blueprints, one at a time for an organization; what prompts say, encrypted; and how fast they are answered.

-- +goose Up

-- state is running, done or stopped. A running one that was not seen for two minutes is over: the next may begin.
CREATE TABLE applies (
    org_id   {{uuid}} NOT NULL REFERENCES organizations (id),
    id       {{uuid}} NOT NULL,
    title    TEXT     NOT NULL,
    begun_by TEXT     NOT NULL,
    state    TEXT     NOT NULL,
    done     BIGINT   NOT NULL,
    total    BIGINT   NOT NULL,
    doing    TEXT     NOT NULL,
    why      TEXT     NOT NULL,
    begun_at {{time}} NOT NULL,
    seen_at  {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "applies"}}

-- sealed is the content under the organization's data key; content is then ''. Rows from before are sealed when a node starts.
ALTER TABLE prompt_versions ADD COLUMN sealed {{bytes}};

-- For the pages of stored prompts. Other requests are not in it, so it costs them nothing.
CREATE INDEX requests_prompt ON requests (org_id, asked, at) WHERE substr(asked, 1, 7) = 'prompt:';

-- +goose Down
DROP INDEX requests_prompt;
ALTER TABLE prompt_versions DROP COLUMN sealed;
DROP TABLE applies;
