-- +goose Up
ALTER TABLE organizations ADD COLUMN deleted_at {{time}};

-- +goose Down
ALTER TABLE organizations DROP COLUMN deleted_at;
