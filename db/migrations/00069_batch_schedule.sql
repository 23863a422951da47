-- Batches at fixed times: off-peak hours, schedules, and what became of each of their times.

-- +goose Up

-- When an organization's off-peak hours are: minutes of a day on the clocks of zone, and the numbers of the days that are off-peak as a whole
-- (0 = Sunday). Without a row they are 20:00 to 06:00 and weekends, in the organization's zone.
CREATE TABLE batch_hours (
    org_id {{uuid}} NOT NULL PRIMARY KEY REFERENCES organizations (id),
    zone   TEXT     NOT NULL,
    opens  BIGINT   NOT NULL,
    closes BIGINT   NOT NULL,
    days   {{json}} NOT NULL
);
{{tenant "batch_hours"}}

-- terms is what each batch has, as JSON; what is asked lies in the file input_id. owner_id is who made it, NULL for nobody. why says why it
-- is paused, where nobody paused it.
CREATE TABLE batch_schedules (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    key_id     {{uuid}} NOT NULL,
    owner_id   {{uuid}},
    name       TEXT     NOT NULL,
    cron       TEXT     NOT NULL,
    zone       TEXT     NOT NULL,
    terms      TEXT     NOT NULL,
    input_id   {{uuid}} NOT NULL,
    paused     {{bool}} NOT NULL,
    why        TEXT     NOT NULL,
    next_at    {{time}} NOT NULL,
    last_at    {{time}},
    created_at {{time}} NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, id)
);
{{tenant "batch_schedules"}}
CREATE INDEX batch_schedules_due ON batch_schedules (next_at) WHERE NOT paused;

-- One time of a schedule. batch_id is the batch that was made, NULL where none was; it may be gone.
CREATE TABLE batch_runs (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    schedule_id {{uuid}} NOT NULL,
    due_at      {{time}} NOT NULL,
    outcome     TEXT     NOT NULL,
    batch_id    {{uuid}},
    why         TEXT     NOT NULL,
    by_hand     {{bool}} NOT NULL,
    at          {{time}} NOT NULL,
    PRIMARY KEY (org_id, schedule_id, due_at),
    FOREIGN KEY (org_id, schedule_id) REFERENCES batch_schedules (org_id, id) ON DELETE CASCADE
);
{{tenant "batch_runs"}}
CREATE INDEX batch_runs_old ON batch_runs (at);

-- +goose Down
DROP TABLE batch_runs;
DROP TABLE batch_schedules;
DROP TABLE batch_hours;
