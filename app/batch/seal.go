package batch

import (
	"context"
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Vault seals content under the organization's data key. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// Where content lies, which its ciphertext is bound to.
const (
	partTable = "batch_file_parts"
	itemTable = "batch_items"
	column    = "sealed"
)

type vault struct{ Vault }

func partPlace(f id.File, number int) string { return f.UUID() + " " + strconv.Itoa(number) }

func itemPlace(i *Item) string { return i.Batch.UUID() + " " + strconv.Itoa(i.Number) }

func (v vault) sealPart(ctx context.Context, o id.Org, f id.File, number int, text []byte) ([]byte, error) {
	return v.Seal(ctx, o, partTable, column, partPlace(f, number), secret.New(string(text)))
}

func (v vault) openPart(ctx context.Context, o id.Org, f id.File, number int, sealed []byte) (string, error) {
	text, err := v.Open(ctx, o, partTable, column, partPlace(f, number), sealed)
	if err != nil {
		return "", fmt.Errorf("batch: open part %d of a file: %w", number, err)
	}
	return text.Reveal(), nil
}

func (v vault) sealItem(ctx context.Context, i Item) (SealedItem, error) {
	out := SealedItem{Item: i}
	out.Line = nil
	if len(i.Line) == 0 {
		return out, nil
	}
	var err error
	if out.Sealed, err = v.Seal(ctx, i.Org, itemTable, column, itemPlace(&i), secret.New(string(i.Line))); err != nil {
		return out, fmt.Errorf("batch: seal a result: %w", err)
	}
	out.Size = int64(len(i.Line)) + 1
	return out, nil
}

func (v vault) openItem(ctx context.Context, s SealedItem) (Item, error) {
	i := s.Item
	if s.Sealed == nil {
		return i, nil
	}
	text, err := v.Open(ctx, i.Org, itemTable, column, itemPlace(&i), s.Sealed)
	if err != nil {
		return i, fmt.Errorf("batch: open a result: %w", err)
	}
	i.Line = []byte(text.Reveal())
	return i, nil
}
