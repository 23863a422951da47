-- Lines of batches that are handed over to a provider with others, to be answered within a day for half the price.

-- +goose Up

-- A load is what was handed over together. id is ours, which the provider keeps with it; ticket is the provider's name for it, '' as long
-- as nobody knows whether it took the load. done is how many lines it had answered when somebody last looked.
CREATE TABLE batch_loads (
    org_id        {{uuid}} NOT NULL REFERENCES organizations (id),
    batch_id      {{uuid}} NOT NULL,
    id            {{uuid}} NOT NULL,
    connection_id {{uuid}} NOT NULL,
    provider      TEXT     NOT NULL,
    model         TEXT     NOT NULL,
    path          TEXT     NOT NULL,
    state         TEXT     NOT NULL,
    ticket        TEXT     NOT NULL,
    why           TEXT     NOT NULL,
    lines         BIGINT   NOT NULL,
    done          BIGINT   NOT NULL,
    since         {{time}} NOT NULL,
    recalled_at   {{time}},
    PRIMARY KEY (org_id, batch_id, id),
    FOREIGN KEY (org_id, batch_id) REFERENCES batches (org_id, id) ON DELETE CASCADE
);
{{tenant "batch_loads"}}
CREATE INDEX batch_loads_ticket ON batch_loads (org_id, ticket);

-- A line that is handed over and has no result yet. deposit is what is booked for it in the ledger, as JSON, without content.
CREATE TABLE batch_parcels (
    org_id   {{uuid}} NOT NULL REFERENCES organizations (id),
    batch_id {{uuid}} NOT NULL,
    load_id  {{uuid}} NOT NULL,
    number   BIGINT   NOT NULL,
    deposit  TEXT     NOT NULL,
    PRIMARY KEY (org_id, batch_id, load_id, number),
    FOREIGN KEY (org_id, batch_id, load_id) REFERENCES batch_loads (org_id, batch_id, id) ON DELETE CASCADE
);
{{tenant "batch_parcels"}}

-- +goose Down
DROP TABLE batch_parcels;
DROP TABLE batch_loads;
