-- What was said of answers is added up by organization and day; what experiments' judges cost.

-- +goose Up

CREATE INDEX feedback_days ON feedback (org_id, said_at);

-- What an experiment's judge cost in a day of UTC, what is held for it included, and how many answers it came to a verdict on.
CREATE TABLE experiment_judges (
    org_id        {{uuid}} NOT NULL,
    experiment_id {{uuid}} NOT NULL,
    day           {{time}} NOT NULL,
    spent_nanos   BIGINT   NOT NULL,
    answers       BIGINT   NOT NULL,
    PRIMARY KEY (org_id, experiment_id, day)
);
{{tenant "experiment_judges"}}

-- +goose Down
DROP TABLE experiment_judges;
DROP INDEX feedback_days;
