-- What people and programs say of answers; and looks at connections that ask a model for a word.

-- +goose Up

-- verdict is good, bad or '' where only a score or a comment was given; score is in thousandths, and value what counts of both:
-- NULL for a mere comment. connection_id and model are what answered, so that sums need no facts. Like facts it has no foreign keys.
CREATE TABLE feedback (
    org_id        {{uuid}} NOT NULL,
    request_id    {{uuid}} NOT NULL,
    key_id        {{uuid}} NOT NULL,
    verdict       TEXT     NOT NULL,
    score         BIGINT,
    value         BIGINT,
    comment       TEXT     NOT NULL,
    connection_id {{uuid}},
    model         TEXT     NOT NULL,
    said_at       {{time}} NOT NULL,
    PRIMARY KEY (org_id, request_id)
);
{{tenant "feedback"}}
CREATE INDEX feedback_said ON feedback (said_at);

-- ask is the model that regular looks at the connection ask, for money; '' = they ask for the list of models.
ALTER TABLE breaker_rules ADD COLUMN ask TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE breaker_rules DROP COLUMN ask;
DROP TABLE feedback;
