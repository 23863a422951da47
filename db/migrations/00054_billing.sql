-- What organizations pay for: what Stripe says, as it was last read, and orders that are under way there.

-- +goose Up

-- customer, subscription, item and session_* are Stripe's ids and words; NULL and '' = there is none. order_* is the change that is
-- being made at Stripe: a process that dies repeats it under the key that sequence makes its own. version guards against writes
-- from older readings.
CREATE TABLE billing_accounts (
    org_id           {{uuid}} NOT NULL REFERENCES organizations (id),
    trial_ends_at    {{time}} NOT NULL,
    customer         TEXT     UNIQUE,
    subscription     TEXT     NOT NULL DEFAULT '',
    item             TEXT     NOT NULL DEFAULT '',
    plan             TEXT     NOT NULL DEFAULT '',
    status           TEXT     NOT NULL DEFAULT '',
    seats            BIGINT   NOT NULL DEFAULT 0,
    period_start     {{time}},
    period_end       {{time}},
    ends_at          {{time}},
    due_since        {{time}},
    order_kind       TEXT     NOT NULL DEFAULT '',
    order_plan       TEXT     NOT NULL DEFAULT '',
    order_seats      BIGINT   NOT NULL DEFAULT 0,
    order_at         {{time}},
    order_trial_end  {{time}},
    sequence         BIGINT   NOT NULL DEFAULT 0,
    session          TEXT     NOT NULL DEFAULT '',
    session_url      TEXT     NOT NULL DEFAULT '',
    session_plan     TEXT     NOT NULL DEFAULT '',
    session_seats    BIGINT   NOT NULL DEFAULT 0,
    session_until    {{time}},
    version          BIGINT   NOT NULL,
    updated_at       {{time}} NOT NULL,
    PRIMARY KEY (org_id)
);
{{tenant "billing_accounts"}}

-- Events of Stripe that were dealt with.
CREATE TABLE billing_events (
    org_id  {{uuid}} NOT NULL REFERENCES organizations (id),
    event   TEXT     NOT NULL,
    kind    TEXT     NOT NULL,
    at      {{time}} NOT NULL,
    PRIMARY KEY (org_id, event)
);
{{tenant "billing_events"}}

-- +goose Down
DROP TABLE billing_events;
DROP TABLE billing_accounts;
