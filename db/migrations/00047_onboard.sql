-- How far a new organization has come. What can be read from what exists (a connection, a budget, a key) is not written here.

-- +goose Up

-- outcome is 'skipped' for a step that somebody left out, and 'arrived' for the first request, with its time: requests are
-- forgotten after a while, how long the first one took is not.
CREATE TABLE onboard_steps (
    org_id  {{uuid}} NOT NULL REFERENCES organizations (id),
    step    TEXT     NOT NULL,
    outcome TEXT     NOT NULL,
    at      {{time}} NOT NULL,
    PRIMARY KEY (org_id, step)
);
{{tenant "onboard_steps"}}

-- +goose Down
DROP TABLE onboard_steps;
