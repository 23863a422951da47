-- What a Slack app needs, finding whom a letter calls to decide, and copies of reports that go out later.

-- +goose Up

-- Letters that call somebody to decide are written from the summons of that person.
CREATE INDEX approval_summons_about ON approval_summons (org_id, about);

-- Where a Slack app posts; '' for other kinds.
ALTER TABLE channels ADD COLUMN room TEXT NOT NULL DEFAULT '';

-- What a channel's other side calls its first message about a thing, so that others about it stand below it.
CREATE TABLE channel_threads (
    org_id     {{uuid}} NOT NULL,
    channel_id {{uuid}} NOT NULL,
    about      TEXT     NOT NULL,
    name       TEXT     NOT NULL,
    at         {{time}} NOT NULL,
    PRIMARY KEY (org_id, channel_id, about),
    FOREIGN KEY (org_id, channel_id) REFERENCES channels (org_id, id) ON DELETE CASCADE
);
{{tenant "channel_threads"}}
CREATE INDEX channel_threads_at ON channel_threads (at);

-- When a copy is ordered whose reader's clocks are behind; NULL = it was.
ALTER TABLE report_deliveries ADD COLUMN due_at {{time}};
CREATE INDEX report_deliveries_due ON report_deliveries (due_at) WHERE due_at IS NOT NULL;

-- +goose Down
DROP INDEX report_deliveries_due;
ALTER TABLE report_deliveries DROP COLUMN due_at;
DROP TABLE channel_threads;
ALTER TABLE channels DROP COLUMN room;
DROP INDEX approval_summons_about;
