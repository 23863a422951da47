-- Events on their way to people: what happened, where it is sent, and how that went.

-- +goose Up

-- said names the occasion: the same one is one event. members are those it concerns; team_id narrows it for channels.
-- escalate_at NULL = nobody higher is told, or they were, or somebody reacted.
CREATE TABLE events (
    org_id      {{uuid}} NOT NULL REFERENCES organizations (id),
    id          {{uuid}} NOT NULL,
    kind        TEXT     NOT NULL,
    title       TEXT     NOT NULL,
    abroad      TEXT     NOT NULL,
    body        TEXT     NOT NULL,
    href        TEXT     NOT NULL,
    details     {{json}} NOT NULL,
    team_id     {{uuid}},
    members     {{json}} NOT NULL,
    said        TEXT     NOT NULL,
    at          {{time}} NOT NULL,
    escalate_at {{time}},
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, said)
);
{{tenant "events"}}
CREATE INDEX events_at ON events (at);
CREATE INDEX events_escalate ON events (escalate_at) WHERE escalate_at IS NOT NULL;

-- Where an organization's events go besides people. Address and secrets are sealed; shown is the address without its
-- secret part. former is the secret before the last rotation, good until former_until.
CREATE TABLE channels (
    org_id       {{uuid}} NOT NULL REFERENCES organizations (id),
    id           {{uuid}} NOT NULL,
    name         TEXT     NOT NULL,
    kind         TEXT     NOT NULL,
    address      {{bytes}} NOT NULL,
    shown        TEXT     NOT NULL,
    secret       {{bytes}},
    former       {{bytes}},
    former_until {{time}},
    kinds        {{json}} NOT NULL,
    team_id      {{uuid}},
    disabled     {{bool}} NOT NULL,
    problem      TEXT     NOT NULL,
    version      BIGINT   NOT NULL,
    created_at   {{time}} NOT NULL,
    updated_at   {{time}} NOT NULL,
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, name)
);
{{tenant "channels"}}

-- One row for each event and recipient. bundle is the row whose id the message carries: its own, or that of the first of
-- several which a person gets in one letter. Only that row is looked at for due_at, held_until and tries. held_until keeps
-- others off while somebody sends.
CREATE TABLE deliveries (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    id         {{uuid}} NOT NULL,
    event_id   {{uuid}} NOT NULL,
    recipient  TEXT     NOT NULL,
    member_id  {{uuid}},
    channel_id {{uuid}},
    kind       TEXT     NOT NULL,
    bundle     {{uuid}},
    state      TEXT     NOT NULL,
    due_at     {{time}} NOT NULL,
    held_until {{time}},
    tries      BIGINT   NOT NULL,
    problem    TEXT     NOT NULL,
    created_at {{time}} NOT NULL,
    ended_at   {{time}},
    PRIMARY KEY (org_id, id),
    UNIQUE (org_id, event_id, recipient),
    FOREIGN KEY (org_id, event_id) REFERENCES events (org_id, id) ON DELETE CASCADE
);
{{tenant "deliveries"}}
CREATE INDEX deliveries_due ON deliveries (due_at) WHERE state = 'waiting';
CREATE INDEX deliveries_bundle ON deliveries (org_id, bundle);
CREATE INDEX deliveries_member ON deliveries (org_id, member_id, kind, created_at);
CREATE INDEX deliveries_channel ON deliveries (org_id, channel_id, id);

-- How a person wants to be told; without a row, as the program thinks best.
CREATE TABLE notice_preferences (
    org_id     {{uuid}} NOT NULL REFERENCES organizations (id),
    member_id  {{uuid}} NOT NULL,
    body       {{json}} NOT NULL,
    updated_at {{time}} NOT NULL,
    PRIMARY KEY (org_id, member_id)
);
{{tenant "notice_preferences"}}

-- When people were told of a threshold; those of before are old news.
ALTER TABLE budget_alerts ADD COLUMN told_at {{time}};
UPDATE budget_alerts SET told_at = at;
CREATE INDEX budget_alerts_untold ON budget_alerts (at) WHERE told_at IS NULL;

-- +goose Down
DROP INDEX budget_alerts_untold;
ALTER TABLE budget_alerts DROP COLUMN told_at;
DROP TABLE notice_preferences;
DROP TABLE deliveries;
DROP TABLE channels;
DROP TABLE events;
